"""What labeling costs, project by project."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.selectors.costs import PAIR_DEFINITION, costs


class CostFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    since = serializers.DateField(required=False, help_text="First day of submission, UTC.")
    until = serializers.DateField(required=False, help_text="Last day of submission, UTC.")
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "since" in attrs and "until" in attrs and attrs["since"] > attrs["until"]:
            raise serializers.ValidationError({"until": "It lies before since."})
        return attrs


class CostProjectOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ProjectCostOutput(serializers.Serializer[Any]):
    project = CostProjectOutput()
    num_rankings = serializers.IntegerField(help_text="Sealed ones.")
    num_timed_rankings = serializers.IntegerField(help_text="Those whose time was measured.")
    ranking_minutes = serializers.FloatField()
    num_pairs = serializers.IntegerField()
    minutes_per_pair = serializers.FloatField(allow_null=True)
    num_demonstrations = serializers.IntegerField()
    num_timed_demonstrations = serializers.IntegerField()
    demonstration_minutes = serializers.FloatField()
    minutes_per_demonstration = serializers.FloatField(allow_null=True)


class CostsOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    projects = ProjectCostOutput(many=True)


class CostsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="costs", parameters=[CostFilter], responses=CostsOutput)
    def get(self, request: Request) -> Response:
        """Active minutes and minutes per pair of sealed answers, the dearest project first."""
        wanted = CostFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        options = wanted.validated_data
        found = costs(project_id=options.pop("project", None), **options)
        return Response(CostsOutput({"definition": PAIR_DEFINITION, "projects": found}).data)


urlpatterns = [path("costs/", CostsView.as_view(), name="costs")]
