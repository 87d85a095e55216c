"""Standing reward models: kept up to date, switched on and off."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsAdmin, ResearcherReadsAdminWrites, account_of
from labeling.errors import NotAccessible, Refused
from training.api.authors import AuthorOutput
from training.api.model_versions import ModelVersionName
from training.api.snapshots import RowIds
from training.api.stages import HyperparameterValue
from training.models import RunState
from training.selectors.model_versions import access_model_version
from training.selectors.standing import access_standing, standing_reward_models, view_of
from training.services.standing import NewStanding, keep_up_to_date, switch_standing

MAXIMUM_RANKINGS = 10_000_000


class StandingInput(serializers.Serializer[Any]):
    """What to refresh. Hyperparameters that are not given take the reward model's defaults."""

    name = DisplayNameField(max_length=140)
    start = serializers.UUIDField(help_text="Where the first refresh starts.")
    min_rankings = serializers.IntegerField(min_value=1, max_value=MAXIMUM_RANKINGS, default=1)
    ranking_projects = RowIds(
        required=False, allow_null=True, default=None, min_length=1, max_length=1_000
    )
    include_simulated = serializers.BooleanField(default=False)
    hyperparameters = serializers.DictField(child=HyperparameterValue(), default=dict)

    def new_standing(self) -> NewStanding:
        """Raises: Refused("invalid_standing")."""
        given = dict(self.validated_data)
        try:
            given["start"] = access_model_version(given["start"])
        except NotAccessible as error:
            said = ["there is no such model version"]
            raise Refused(
                "invalid_standing", said[0], status=400, fields={"start": said}
            ) from error
        return NewStanding(**given)


class SwitchInput(serializers.Serializer[Any]):
    is_on = serializers.BooleanField()


class RefreshRunOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RunState.choices)
    reason = serializers.CharField(allow_blank=True, help_text="Why it failed, in one word.")
    created_at = serializers.DateTimeField()


class StandingOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="standing.pk")
    name = serializers.CharField(source="standing.name")
    start = ModelVersionName(source="standing.start")
    newest = ModelVersionName(allow_null=True)
    last_run = RefreshRunOutput(source="last.run", allow_null=True, default=None)
    ranking_projects = serializers.ListField(
        source="standing.ranking_projects",
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Whose rankings it learns from; null for all.",
    )
    num_new = serializers.IntegerField(help_text="Sealed rankings that it has not learned from.")
    num_waiting = serializers.IntegerField(
        help_text="Those of them that no refresh under way is learning from."
    )
    oldest_waiting_at = serializers.DateTimeField(
        allow_null=True, help_text="When the one that waits longest was submitted."
    )
    min_rankings = serializers.IntegerField(source="standing.min_rankings")
    is_on = serializers.BooleanField(source="standing.is_on")
    problem = serializers.CharField(source="standing.problem", allow_blank=True)
    created_by = AuthorOutput(source="standing.created_by")
    created_at = serializers.DateTimeField(source="standing.created_at")


class StandingsView(APIView):
    permission_classes = [ResearcherReadsAdminWrites]

    @extend_schema(operation_id="list_standing_reward_models", responses=StandingOutput(many=True))
    def get(self, request: Request) -> Response:
        """All of them; there are few."""
        rows = [view_of(one) for one in standing_reward_models()]
        return Response(StandingOutput(rows, many=True).data)

    @extend_schema(
        operation_id="keep_reward_model_up_to_date",
        request=StandingInput,
        responses={201: StandingOutput},
    )
    def post(self, request: Request) -> Response:
        given = StandingInput(data=request.data)
        given.is_valid(raise_exception=True)
        standing = keep_up_to_date(by=account_of(request), new=given.new_standing())
        shown = StandingOutput(view_of(standing)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class StandingView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(
        operation_id="switch_standing_reward_model", request=SwitchInput, responses=StandingOutput
    )
    def put(self, request: Request, standing_id: UUID) -> Response:
        given = SwitchInput(data=request.data)
        given.is_valid(raise_exception=True)
        standing = access_standing(standing_id)
        switch_standing(by=account_of(request), standing=standing, **given.validated_data)
        return Response(StandingOutput(view_of(access_standing(standing_id))).data)


urlpatterns = [
    path("standing-reward-models/", StandingsView.as_view(), name="standing-reward-models"),
    path(
        "standing-reward-models/<uuid:standing_id>/",
        StandingView.as_view(),
        name="standing-reward-model",
    ),
]
