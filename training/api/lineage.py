"""What a ranking has touched, and what a run stands on and has led to (R53)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.api.model_versions import ModelVersionOutput
from training.api.snapshots import SnapshotOutput
from training.selectors.lineage import descent_of_ranking
from training.selectors.run_lineage import NodeKind, lineage_of_run


class DescentOutput(serializers.Serializer[Any]):
    snapshots = SnapshotOutput(many=True)
    model_versions = ModelVersionOutput(many=True)


class RankingLineageView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="ranking_lineage", responses=DescentOutput)
    def get(self, request: Request, ranking_id: UUID) -> Response:
        return Response(DescentOutput(descent_of_ranking(ranking_id)).data)


class LineageNodeOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[one.value for one in NodeKind])
    id = serializers.CharField()
    name = serializers.CharField()
    detail = serializers.CharField(
        help_text="The kind of a snapshot, a model version or an evaluation, the stage of a run."
    )


class LineageLinkOutput(serializers.Serializer[Any]):
    source = serializers.CharField(  # type: ignore[assignment]  # the name is part of the contract
        help_text="The id of a node."
    )
    target = serializers.CharField(help_text="The id of the node that was made from it.")
    role = serializers.CharField()


class RunLineageOutput(serializers.Serializer[Any]):
    """A model made by a run stands for that run, but for the run that was asked about."""

    nodes = LineageNodeOutput(many=True)
    links = LineageLinkOutput(many=True)
    has_earlier = serializers.BooleanField(help_text="There are generations before these.")
    has_more_uses = serializers.BooleanField(
        help_text="Older runs than these read what this one made."
    )


class RunLineageView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="run_lineage", responses=RunLineageOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        """Three generations back, one forward."""
        return Response(RunLineageOutput(lineage_of_run(run_id)).data)


urlpatterns = [
    path("runs/<uuid:run_id>/lineage/", RunLineageView.as_view(), name="run-lineage"),
    path(
        "lineage/rankings/<uuid:ranking_id>/", RankingLineageView.as_view(), name="ranking-lineage"
    ),
]
