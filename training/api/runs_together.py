"""Several runs in one answer."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.api.run_outputs import RunOutput, context_for
from training.selectors.run_curves import run_curves
from training.selectors.runs import access_runs

# As many as a chart has colours.
MAXIMUM_COMPARED = 4
# A page of the list of runs.
MAXIMUM_CURVES = 50


class RunIds(serializers.ListField):
    """What is no id is named: an address is easily cut off when it is passed on."""

    child = serializers.UUIDField(error_messages={"invalid": 'No run has the id "{value}".'})


class ComparedRuns(serializers.Serializer[Any]):
    ids = RunIds(min_length=1, max_length=MAXIMUM_COMPARED)


class CurvedRuns(serializers.Serializer[Any]):
    ids = RunIds(min_length=1, max_length=MAXIMUM_CURVES)


class RunCurveOutput(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    metric = serializers.CharField()
    values = serializers.ListField(
        child=serializers.FloatField(),
        help_text="At most 40, in the order of the steps; neighbours are averaged.",
    )


class RunComparisonView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="compare_runs", parameters=[ComparedRuns], responses=RunOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Up to four runs in the order asked for, with their whole reports.

        A run that is not there is named by its place and its id.
        """
        wanted = ComparedRuns(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = access_runs(wanted.validated_data["ids"])
        return Response(RunOutput(found, many=True, context=context_for(found)).data)


class RunCurvesView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="run_curves", parameters=[CurvedRuns], responses=RunCurveOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """The figure by which each run is watched; a run of fewer than two steps has none."""
        wanted = CurvedRuns(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        curves = run_curves(wanted.validated_data["ids"])
        return Response(RunCurveOutput(curves, many=True).data)


urlpatterns = [
    path("runs/compare/", RunComparisonView.as_view(), name="runs-compare"),
    path("runs/curves/", RunCurvesView.as_view(), name="runs-curves"),
]
