"""The leaderboard: every model against every other, and the rankings behind each figure."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.agreement.bradley_terry import CLUSTER_DEFINITION
from labeling.agreement.bradley_terry import DEFINITION as STRENGTH_DEFINITION
from labeling.agreement.contests import HEAD_TO_HEAD_DEFINITION
from labeling.agreement.intervals import INTERVAL_METHOD
from labeling.agreement.sizes import POOLING_DEFINITION
from labeling.api.figures import FigureOutput
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import CATEGORIES, FLAG_ITEMS, LIKERT_MAXIMUM, LIKERT_MINIMUM
from labeling.models import Pool, Prompt, Ranking
from labeling.selectors.win_rates import (
    PANELS,
    Leaderboard,
    ModelStanding,
    Scope,
    leaderboard,
    rankings_of_model,
)

PROMPT_CHARACTERS = 160


class ScopeFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False)
    distribution = serializers.ChoiceField(choices=Prompt.Distribution.choices, required=False)
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), required=False)
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )

    def scope(self) -> Scope:
        given = self.validated_data
        return Scope(
            project_id=given.get("project"),
            pool=given.get("pool"),
            distribution=given.get("distribution"),
            category=given.get("category"),
            include_simulated=given["include_simulated"],
        )


class LeaderboardFilter(ScopeFilter):
    baseline = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="A source's id; the project's own, or the most judged, unless given.",
    )


class BehindFilter(ScopeFilter):
    model = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM)
    other = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="That rank this one too; without it all that rank the model.",
    )
    flag = serializers.ChoiceField(
        choices=tuple(FLAG_ITEMS), required=False, help_text="That said yes to it of the model."
    )
    rating = serializers.IntegerField(
        min_value=LIKERT_MINIMUM,
        max_value=LIKERT_MAXIMUM,
        required=False,
        help_text="That rated a completion of the model so.",
    )


class JudgedModelOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PooledRateOutput(serializers.Serializer[Any]):
    figure = FigureOutput()
    models = JudgedModelOutput(
        many=True, help_text="Whose judgments; all its sizes where its own are few."
    )


class StrengthOutput(serializers.Serializer[Any]):
    log_strength = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    num_contests = serializers.IntegerField()
    reason_undefined = serializers.CharField(allow_null=True)
    reason_no_interval = serializers.CharField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    rank_low = serializers.IntegerField(allow_null=True)
    rank_high = serializers.IntegerField(allow_null=True)
    cluster = serializers.IntegerField(allow_null=True)


class FlagRateOutput(PooledRateOutput):
    key = serializers.CharField()
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]


class PanelOutput(serializers.Serializer[Any]):
    distribution = serializers.ChoiceField(choices=Prompt.Distribution.choices)
    pool = serializers.ChoiceField(choices=Pool.choices)
    win_rate = FigureOutput()


class LeaderboardRowOutput(serializers.Serializer[Any]):
    source = JudgedModelOutput()  # type: ignore[assignment]  # as above
    is_baseline = serializers.BooleanField()
    num_judgments = serializers.IntegerField()
    win_rate = FigureOutput(allow_null=True, help_text="Null for the baseline.")
    strength = StrengthOutput()
    likert = PooledRateOutput(help_text="Mean of 1 to 7.")
    ratings = serializers.ListField(
        child=serializers.IntegerField(), help_text="How many judgments said 1, 2, ... 7."
    )
    flags = FlagRateOutput(many=True, help_text="The share of judgments that said yes.")
    panels = PanelOutput(
        many=True, help_text="Each that the choice takes in; none for the baseline."
    )


class HeadToHeadOutput(serializers.Serializer[Any]):
    model = serializers.IntegerField()
    other = serializers.IntegerField()
    win_rate = FigureOutput()


class LeaderboardOutput(serializers.Serializer[Any]):
    win_rate_definition = serializers.CharField()
    strength_definition = serializers.CharField()
    cluster_definition = serializers.CharField()
    pooling_definition = serializers.CharField()
    interval_method = serializers.CharField()
    num_rankings = serializers.IntegerField(help_text="Those read: the newest.")
    num_sealed = serializers.IntegerField(help_text="Those that fit.")
    num_models_left_out = serializers.IntegerField(help_text="The least judged.")
    baseline = JudgedModelOutput(allow_null=True)
    models = LeaderboardRowOutput(many=True, help_text="The strongest first.")
    head_to_head = HeadToHeadOutput(many=True, help_text="Of every two that ever met.")


class BehindLabelerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    display_name = serializers.CharField()


class RankingBehindOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    labeler = BehindLabelerOutput()
    prompt_id = serializers.IntegerField(source="task.prompt_id")
    prompt = serializers.SerializerMethodField(help_text="Its first characters.")
    submitted_at = serializers.DateTimeField()
    model_rank = serializers.IntegerField(help_text="Of its best completion; 1 is best.")
    other_rank = serializers.IntegerField(allow_null=True, help_text="Null without another one.")

    def get_prompt(self, ranking: Ranking) -> str:
        return ranking.task.prompt.text[:PROMPT_CHARACTERS]


class LeaderboardView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="win_rates", parameters=[LeaderboardFilter], responses=LeaderboardOutput
    )
    def get(self, request: Request) -> Response:
        """Win rates, strengths, ratings and flags over the newest sealed rankings."""
        wanted = LeaderboardFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = leaderboard(wanted.scope(), baseline_id=wanted.validated_data.get("baseline"))
        return Response(LeaderboardOutput(_described(found)).data)


class NewestRankings(KeysetPagination):
    ordering = ("-submitted_at", "-id")


class RankingsBehindView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = RankingBehindOutput
    pagination_class = NewestRankings

    def get_queryset(self) -> Any:
        wanted = BehindFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return rankings_of_model(
            wanted.scope(),
            model_id=wanted.validated_data["model"],
            other_id=wanted.validated_data.get("other"),
            flag=wanted.validated_data.get("flag"),
            rating=wanted.validated_data.get("rating"),
        )

    @extend_schema(operation_id="rankings_behind_win_rate", parameters=[BehindFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sealed rankings behind a figure of a model, newest first."""
        return self.list(request)


def _described(found: Leaderboard) -> dict[str, Any]:
    return {
        "win_rate_definition": HEAD_TO_HEAD_DEFINITION,
        "strength_definition": STRENGTH_DEFINITION,
        "cluster_definition": CLUSTER_DEFINITION,
        "pooling_definition": POOLING_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "num_rankings": found.num_rankings,
        "num_sealed": found.num_sealed,
        "num_models_left_out": found.num_models_left_out,
        "baseline": found.baseline,
        "models": [_standing(one) for one in found.models],
        "head_to_head": [
            {"model": model, "other": other, "win_rate": figure}
            for (model, other), figure in found.head_to_head.items()
        ],
    }


def _standing(one: ModelStanding) -> dict[str, Any]:
    return {
        **vars(one),
        "flags": [
            {"key": key, "label": FLAG_ITEMS[key].label, **vars(pooled)}
            for key, pooled in one.flags.items()
        ],
        "panels": [
            {"distribution": panel[0], "pool": panel[1], "win_rate": one.panels[panel]}
            for panel in PANELS
            if panel in one.panels
        ],
    }


urlpatterns = [
    path("win-rates/", LeaderboardView.as_view(), name="win-rates"),
    path("win-rates/rankings/", RankingsBehindView.as_view(), name="win-rates-rankings"),
]
