"""What was asked to be frozen, and how far it is (R49)."""

from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.api.authors import AuthorOutput
from training.models import Freezing, Snapshot
from training.selectors.freezings import access_freezing, freezings_to_show


class FreezingOutput(serializers.ModelSerializer[Freezing]):
    kind = serializers.ChoiceField(choices=Snapshot.Kind.choices)
    state = serializers.ChoiceField(choices=Freezing.State.choices)
    snapshot_id = serializers.UUIDField(
        allow_null=True, help_text="The snapshot, once the state is done."
    )
    failure = serializers.CharField(help_text="Why there is none, once the state is failed.")
    created_by = AuthorOutput()

    class Meta:
        model = Freezing
        fields = [
            "id",
            "name",
            "kind",
            "state",
            "snapshot_id",
            "failure",
            "created_by",
            "created_at",
            "started_at",
        ]
        read_only_fields = fields


class FreezingsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="list_freezings", responses=FreezingOutput(many=True))
    def get(self, request: Request) -> Response:
        """Those on their way, and those that failed within a day, the newest first."""
        return Response(FreezingOutput(freezings_to_show(), many=True).data)


class FreezingView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="freezing", responses=FreezingOutput)
    def get(self, request: Request, freezing_id: UUID) -> Response:
        return Response(FreezingOutput(access_freezing(freezing_id)).data)


urlpatterns = [
    path("freezings/", FreezingsView.as_view(), name="freezings"),
    path("freezings/<uuid:freezing_id>/", FreezingView.as_view(), name="freezing"),
]
