"""What labeling costs, project by project, and the answers behind it."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.intervals import INTERVAL_METHOD
from labeling.api.agreement_rows import NewestFirst
from labeling.api.figures import FigureOutput
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.api.win_rates import BehindLabelerOutput
from labeling.models import Demonstration, Ranking
from labeling.selectors.costs import (
    PAIR_DEFINITION,
    Answered,
    costs,
    demonstrations_behind_cost,
    rankings_behind_cost,
)


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

    def answered(self) -> Answered:
        given = dict(self.validated_data)
        return Answered(
            project_id=given.pop("project", None), is_timed=given.pop("timed", False), **given
        )


class BehindCostFilter(CostFilter):
    timed = serializers.BooleanField(
        default=False, help_text="Only answers whose time was measured."
    )


class CostProjectOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ProjectCostOutput(serializers.Serializer[Any]):
    project = CostProjectOutput()
    num_rankings = serializers.IntegerField(help_text="Sealed ones.")
    num_timed_rankings = serializers.IntegerField(help_text="Those whose time was measured.")
    ranking_minutes = serializers.FloatField()
    num_pairs = serializers.IntegerField()
    minutes_per_pair = FigureOutput(help_text="``n`` is the pairs of timed rankings.")
    num_demonstrations = serializers.IntegerField()
    num_timed_demonstrations = serializers.IntegerField()
    demonstration_minutes = serializers.FloatField()
    minutes_per_demonstration = FigureOutput(help_text="``n`` is the timed ones.")


class CostsOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    interval_method = serializers.CharField()
    projects = ProjectCostOutput(many=True)


class BehindCostOutput(serializers.Serializer[Any]):
    """What any answer says of its cost."""

    id = serializers.UUIDField()
    labeler = BehindLabelerOutput()
    excerpt = serializers.CharField(help_text="The first characters of the prompt.")
    seconds_active = serializers.FloatField(allow_null=True, help_text="Null if never measured.")
    submitted_at = serializers.DateTimeField()


class RankingBehindCostOutput(BehindCostOutput):
    project = CostProjectOutput(source="task.project")
    num_pairs = serializers.IntegerField(help_text="That it orders; a tie makes none.")


class DemonstrationBehindCostOutput(BehindCostOutput):
    project = CostProjectOutput(source="assignment.task.project")
    prompt_id = serializers.IntegerField()


class CostsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="costs", parameters=[CostFilter], responses=CostsOutput)
    def get(self, request: Request) -> Response:
        """Active minutes and minutes per pair of sealed answers, the dearest project first."""
        found = {
            "definition": PAIR_DEFINITION,
            "interval_method": INTERVAL_METHOD,
            "projects": costs(_wanted(CostFilter(data=request.query_params))),
        }
        return Response(CostsOutput(found).data)


class RankingsBehindCostView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = RankingBehindCostOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return rankings_behind_cost(_wanted(BehindCostFilter(data=self.request.query_params)))

    @extend_schema(operation_id="rankings_behind_cost", parameters=[BehindCostFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sealed rankings behind a cost, newest first, each with its time and its pairs."""
        return self.list(request)


class DemonstrationsBehindCostView(generics.ListAPIView[Demonstration]):
    permission_classes = [IsResearcher]
    serializer_class = DemonstrationBehindCostOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return demonstrations_behind_cost(_wanted(BehindCostFilter(data=self.request.query_params)))

    @extend_schema(operation_id="demonstrations_behind_cost", parameters=[BehindCostFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sealed demonstrations behind a cost, newest first, each with its time."""
        return self.list(request)


def _wanted(wanted: CostFilter) -> Answered:
    wanted.is_valid(raise_exception=True)
    return wanted.answered()


urlpatterns = [
    path("costs/", CostsView.as_view(), name="costs"),
    path("costs/rankings/", RankingsBehindCostView.as_view(), name="costs-rankings"),
    path(
        "costs/demonstrations/",
        DemonstrationsBehindCostView.as_view(),
        name="costs-demonstrations",
    ),
]
