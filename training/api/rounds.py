"""Rounds: opened, watched, taken step by step, closed (R84-R86)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import (
    IsAdmin,
    IsResearcher,
    ResearcherReadsAdminWrites,
    account_of,
)
from training.api.authors import AuthorOutput
from training.api.model_versions import ModelVersionName
from training.api.promotions import EvaluationName
from training.api.round_inputs import RoundInput, RoundSettingsInput, StepInput, Steps
from training.models import Round, RoundLink, RoundPolicy, RoundStep, RunState
from training.selectors.round_tags import tags_of
from training.selectors.rounds import (
    StepState,
    access_round,
    board_of,
    newest_link,
    rankings_frozen_by,
    rounds,
)
from training.services.rounds import (
    begin_step,
    change_round,
    close_round,
    open_round,
)


class RoundRunOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=RunState.choices)
    reason = serializers.CharField(allow_null=True, help_text="Why it failed, in one word.")
    reason_detail = serializers.CharField(
        allow_null=True, help_text="What the program said of it, as it was said."
    )
    step = serializers.IntegerField()
    total_steps = serializers.IntegerField(allow_null=True)
    output_model_version = ModelVersionName(allow_null=True)
    output_source_id = serializers.IntegerField(
        allow_null=True, help_text="Under which the model's completions are judged."
    )


class RoundSnapshotOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    num_records = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())


class StepOutput(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=RoundStep.choices)
    state = serializers.ChoiceField(choices=[one.value for one in StepState])
    note = serializers.CharField(allow_blank=True)
    can_start = serializers.BooleanField()
    is_automatic = serializers.BooleanField()
    run = RoundRunOutput(allow_null=True)
    snapshot = RoundSnapshotOutput(allow_null=True)
    num_tasks = serializers.IntegerField(allow_null=True)
    evaluation = EvaluationName(allow_null=True)
    started_by = AuthorOutput(allow_null=True, help_text="Null where its condition began it.")
    started_at = serializers.DateTimeField(allow_null=True)


class ProjectName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class SnapshotName(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class RoundName(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class RoundPolicyOutput(serializers.ModelSerializer[RoundPolicy]):
    model_version = ModelVersionName()

    class Meta:
        model = RoundPolicy
        fields = ["model_version", "weight"]
        read_only_fields = fields


class NewestStepOutput(serializers.ModelSerializer[RoundLink]):
    step = serializers.ChoiceField(choices=RoundStep.choices)
    run_state = serializers.ChoiceField(
        source="run.state",
        choices=RunState.choices,
        allow_null=True,
        default=None,
        help_text="Null where the step has no run.",
    )

    class Meta:
        model = RoundLink
        fields = ["step", "run_state", "started_at"]
        read_only_fields = fields


class RoundOutput(serializers.ModelSerializer[Round]):
    policy = ModelVersionName()
    policies = RoundPolicyOutput(
        many=True, help_text="Whose completions are ranked; empty where the policy writes them all."
    )
    project = ProjectName()
    prompts = SnapshotName()
    pretraining = SnapshotName(allow_null=True, help_text="What PPO mixes in.")
    leaves_out = RoundName(
        allow_null=True, help_text="Whose frozen rankings the reward model does not learn from."
    )
    rankings = serializers.SerializerMethodField()
    automatic = Steps()
    newest_step = serializers.SerializerMethodField()
    created_by = AuthorOutput()

    class Meta:
        model = Round
        fields = [
            "id",
            "name",
            "policy",
            "policies",
            "project",
            "prompts",
            "pretraining",
            "num_prompts",
            "completions_per_prompt",
            "min_rankings",
            "ranking_projects",
            "leaves_out",
            "rankings",
            "automatic",
            "newest_step",
            "problem",
            "created_by",
            "created_at",
            "closed_at",
        ]
        read_only_fields = fields

    @extend_schema_field(
        SnapshotName(allow_null=True, help_text="What it has frozen; null before it has.")
    )
    def get_rankings(self, one: Round) -> dict[str, Any] | None:
        frozen = rankings_frozen_by(one)
        return None if frozen is None else dict(SnapshotName(frozen).data)

    @extend_schema_field(NewestStepOutput(allow_null=True))
    def get_newest_step(self, one: Round) -> dict[str, Any] | None:
        link = newest_link(one)
        return None if link is None else dict(NewestStepOutput(link).data)


class TagShareOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    num_yes = serializers.IntegerField()
    num_said = serializers.IntegerField(help_text="Prompts of which somebody has said yes or no.")
    share = serializers.FloatField(allow_null=True, help_text="Yes, of those said.")
    reason = serializers.CharField(
        allow_blank=True, help_text="Why the share is not defined; empty where it is."
    )


class RoundTagsOutput(serializers.Serializer[Any]):
    """Of the prompts of the round's tasks; of those that it samples before there are tasks."""

    num_prompts = serializers.IntegerField()
    num_unsaid = serializers.IntegerField(help_text="Prompts of which no tag has been said.")
    is_of_tasks = serializers.BooleanField()
    tags = TagShareOutput(many=True)


class RoundDetailOutput(serializers.Serializer[Any]):
    round = RoundOutput()
    steps = StepOutput(many=True)
    adversarial = RoundTagsOutput(help_text="What its prompts try a model with (R88).")


def shown(round_id: UUID) -> dict[str, Any]:
    opened = access_round(round_id)
    steps = [
        {
            "step": view.step,
            "state": view.state,
            "note": view.note,
            "can_start": view.can_start,
            "is_automatic": view.step in opened.automatic,
            "run": view.link and view.link.run and _run(view.link.run),
            "snapshot": view.link and view.link.snapshot,
            "num_tasks": view.link and view.link.num_tasks,
            "evaluation": view.evaluation,
            "started_by": view.link and view.link.started_by,
            "started_at": view.link and view.link.started_at,
        }
        for view in board_of(opened)
    ]
    detail = {"round": opened, "steps": steps, "adversarial": tags_of(opened)}
    return dict(RoundDetailOutput(detail).data)


def _run(run: Any) -> dict[str, Any]:
    version = getattr(run, "output_model_version", None)
    return {
        "id": run.pk,
        "name": run.name,
        "state": run.state,
        "reason": run.reason or None,
        "reason_detail": run.reason_detail or None,
        "step": run.step,
        "total_steps": run.total_steps,
        "output_model_version": version,
        "output_source_id": version and version.completion_source_id,
    }


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class RoundsView(generics.GenericAPIView[Round]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = RoundOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return rounds()

    @extend_schema(operation_id="list_rounds", responses=RoundOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(RoundOutput(page, many=True).data)

    @extend_schema(
        operation_id="open_round", request=RoundInput, responses={201: RoundDetailOutput}
    )
    def post(self, request: Request) -> Response:
        """Nothing begins yet, unless sampling is one of the automatic steps."""
        given = RoundInput(data=request.data)
        given.is_valid(raise_exception=True)
        opened = open_round(by=account_of(request), new=given.new_round())
        return Response(shown(opened.pk), status=status.HTTP_201_CREATED)


class RoundView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="round", responses=RoundDetailOutput)
    def get(self, request: Request, round_id: UUID) -> Response:
        return Response(shown(round_id))


class RoundSettingsView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(
        operation_id="change_round", request=RoundSettingsInput, responses=RoundDetailOutput
    )
    def put(self, request: Request, round_id: UUID) -> Response:
        given = RoundSettingsInput(data=request.data)
        given.is_valid(raise_exception=True)
        opened = access_round(round_id)
        change_round(by=account_of(request), opened=opened, **given.validated_data)
        return Response(shown(round_id))


class RoundStepView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="start_round_step", request=StepInput, responses=RoundDetailOutput)
    def post(self, request: Request, round_id: UUID) -> Response:
        """Begin a step that is ready, or a failed one again; a worker freezes rankings."""
        given = StepInput(data=request.data)
        given.is_valid(raise_exception=True)
        step = RoundStep(given.validated_data["step"])
        begin_step(opened=access_round(round_id), step=step, by=account_of(request))
        return Response(shown(round_id))


class RoundCloseView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="close_round", request=None, responses=RoundDetailOutput)
    def post(self, request: Request, round_id: UUID) -> Response:
        close_round(by=account_of(request), opened=access_round(round_id))
        return Response(shown(round_id))


urlpatterns = [
    path("rounds/", RoundsView.as_view(), name="rounds"),
    path("rounds/<uuid:round_id>/", RoundView.as_view(), name="round"),
    path("rounds/<uuid:round_id>/settings/", RoundSettingsView.as_view(), name="round-settings"),
    path("rounds/<uuid:round_id>/steps/", RoundStepView.as_view(), name="round-steps"),
    path("rounds/<uuid:round_id>/close/", RoundCloseView.as_view(), name="round-close"),
]
