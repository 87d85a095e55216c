"""What a ranking has touched: every snapshot that holds it, every model made from it (R53)."""

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


class DescentOutput(serializers.Serializer[Any]):
    snapshots = SnapshotOutput(many=True)
    model_versions = ModelVersionOutput(many=True)


class RankingLineageView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="ranking_lineage", responses=DescentOutput)
    def get(self, request: Request, ranking_id: UUID) -> Response:
        return Response(DescentOutput(descent_of_ranking(ranking_id)).data)


urlpatterns = [
    path(
        "lineage/rankings/<uuid:ranking_id>/", RankingLineageView.as_view(), name="ranking-lineage"
    ),
]
