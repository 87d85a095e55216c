"""Whether place, length, formatting or a model's manner go with being preferred."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.agreement.bias import BY_PLACE_DEFINITION, DEFINITION, LIKE_LENGTH
from labeling.agreement.intervals import INTERVAL_METHOD
from labeling.agreement.leak import DEFINITION as LEAK_DEFINITION
from labeling.agreement.leak import SIGHTS
from labeling.agreement.presentation import FORMATTING_LABELS
from labeling.api.agreement_rows import AgreementRowOutput, NewestFirst
from labeling.api.figures import FigureOutput, NamedFigureOutput
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.models import Completion, Pool, Ranking
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.agreement_rows import listed_rankings
from labeling.selectors.bias import (
    PLACE,
    Bias,
    PairsOfRanking,
    SourceLeak,
    bias,
    rankings_behind,
    source_leak,
    told_completions,
)

LABELS = {
    "first_shown": "Shown earlier",
    "longer": "Longer",
    **FORMATTING_LABELS,
    **{
        f"{key}:like_length": f"{label}, texts at most {LIKE_LENGTH} times as long"
        for key, label in FORMATTING_LABELS.items()
    },
}

PLACES = tuple(f"{PLACE}{place}" for place in range(K_MAXIMUM))


class BiasFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False)
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )


class PlaceShareOutput(serializers.Serializer[Any]):
    place = serializers.IntegerField(help_text="0 was shown first.")
    figure = FigureOutput()


class BiasOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    by_place_definition = serializers.CharField()
    interval_method = serializers.CharField()
    num_rankings = serializers.IntegerField(help_text="Those read: the newest.")
    num_sealed = serializers.IntegerField(help_text="Those that fit.")
    preferences = NamedFigureOutput(many=True)
    places = PlaceShareOutput(many=True)


class SourceRecallOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    figure = FigureOutput(help_text="The share of its completions told right.")


class BehindBiasFilter(BiasFilter):
    figure = serializers.ChoiceField(
        choices=tuple((key, key) for key in (*LABELS, *PLACES)),
        help_text="A key of the preferences, or ``place:`` and a place shown, 0 the first.",
    )


class RankingBehindBiasOutput(AgreementRowOutput):
    num_pairs = serializers.SerializerMethodField(help_text="Of its pairs, those that count.")
    num_favour = serializers.SerializerMethodField(
        help_text="Of those, in favour of it; at a place shown a tie is one half."
    )

    def get_num_pairs(self, ranking: Ranking) -> int:
        return self._pairs(ranking).num_pairs

    def get_num_favour(self, ranking: Ranking) -> float:
        return self._pairs(ranking).num_favour

    def _pairs(self, ranking: Ranking) -> PairsOfRanking:
        pairs: PairsOfRanking = self.context["pairs"][ranking.pk]
        return pairs


class LeakOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    interval_method = serializers.CharField()
    num_completions = serializers.IntegerField()
    num_prompts_left_out = serializers.IntegerField(
        help_text="Those of the completions read that fewer than two of the sources answered."
    )
    chance = serializers.FloatField()
    sights = NamedFigureOutput(many=True)
    sources = SourceRecallOutput(many=True)


class ToldCompletionsFilter(BiasFilter):
    sight = serializers.ChoiceField(choices=tuple(SIGHTS.items()), default="everything")
    source = serializers.IntegerField(  # type: ignore[assignment]  # as above
        min_value=1, max_value=ID_MAXIMUM, required=False, help_text="What wrote them."
    )


class NamedSourceOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ToldCompletionOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    prompt_id = serializers.IntegerField()
    excerpt = serializers.CharField()
    source = NamedSourceOutput()  # type: ignore[assignment]  # as above
    told = serializers.SerializerMethodField(help_text="Null where the classifier could not say.")

    @extend_schema_field(NamedSourceOutput(allow_null=True))
    def get_told(self, completion: Completion) -> dict[str, Any] | None:
        told = self.context["told"][completion.pk]
        return None if told is None else dict(NamedSourceOutput(told).data)


class BiasView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="bias", parameters=[BiasFilter], responses=BiasOutput)
    def get(self, request: Request) -> Response:
        """Place, length and formatting, over the newest sealed rankings."""
        return Response(BiasOutput(_described(bias(**_wanted(request)))).data)


class RankingsBehindBiasView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = RankingBehindBiasOutput
    pagination_class = NewestFirst

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = BehindBiasFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        pairs = rankings_behind(wanted.validated_data["figure"], **_scope(wanted))
        page = self.paginate_queryset(listed_rankings(list(pairs)))
        shown = RankingBehindBiasOutput(page, many=True, context={"pairs": pairs})
        return self.get_paginated_response(shown.data)

    @extend_schema(operation_id="rankings_behind_bias", parameters=[BehindBiasFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The rankings behind a figure of the bias page, newest first, with their part in it."""
        return self.list(request)


class LeakView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="source_leak", parameters=[BiasFilter], responses=LeakOutput)
    def get(self, request: Request) -> Response:
        """Whether what labelers saw tells which model wrote it. Takes a second or two."""
        return Response(LeakOutput(_leak_described(source_leak(**_wanted(request)))).data)


class NewestPrompts(KeysetPagination):
    ordering = ("-prompt_id", "-id")


class ToldCompletionsView(generics.ListAPIView[Completion]):
    permission_classes = [IsResearcher]
    serializer_class = ToldCompletionOutput
    pagination_class = NewestPrompts

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = ToldCompletionsFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        sight = wanted.validated_data["sight"]
        found = source_leak(**_scope(wanted))
        chosen = told_completions(found, sight, wanted.validated_data.get("source"))
        page = self.paginate_queryset(chosen)
        shown = ToldCompletionOutput(page, many=True, context={"told": found.told_by(sight)})
        return self.get_paginated_response(shown.data)

    @extend_schema(operation_id="completions_behind_leak", parameters=[ToldCompletionsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The completions that were looked at, and which source each was given to."""
        return self.list(request)


def _wanted(request: Request) -> dict[str, Any]:
    wanted = BiasFilter(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    return _scope(wanted)


def _scope(wanted: BiasFilter) -> dict[str, Any]:
    given = wanted.validated_data
    return {
        "project_id": given.get("project"),
        "pool": given.get("pool"),
        "include_simulated": given["include_simulated"],
    }


def _described(found: Bias) -> dict[str, Any]:
    return {
        "definition": DEFINITION,
        "by_place_definition": BY_PLACE_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "num_rankings": found.num_rankings,
        "num_sealed": found.num_sealed,
        "preferences": [
            {"key": key, "label": LABELS[key], "figure": figure}
            for key, figure in found.preferences.items()
        ],
        "places": [
            {"place": place, "figure": figure} for place, figure in sorted(found.places.items())
        ],
    }


def _leak_described(found: SourceLeak) -> dict[str, Any]:
    return {
        "definition": LEAK_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "num_completions": found.num_completions,
        "num_prompts_left_out": found.leak.num_prompts_left_out,
        "chance": found.leak.chance,
        "sights": [
            {"key": key, "label": SIGHTS[key], "figure": figure}
            for key, figure in found.leak.figures.items()
        ],
        "sources": [
            {"id": source, "name": found.sources[source].name, "figure": figure}
            for source, figure in found.leak.recalls.items()
        ],
    }


urlpatterns = [
    path("bias/", BiasView.as_view(), name="bias"),
    path("bias/rankings/", RankingsBehindBiasView.as_view(), name="bias-rankings"),
    path("bias/leak/", LeakView.as_view(), name="bias-leak"),
    path("bias/leak/completions/", ToldCompletionsView.as_view(), name="bias-leak-completions"),
]
