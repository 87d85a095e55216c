"""The rankings behind figures that add up: ratings, flags, researchers, anchors and facts."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.api.agreement import AgreementFilter
from labeling.api.agreement_rows import AgreementRowOutput, NewestFirst
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import FLAG_ITEMS
from labeling.models import Ranking
from labeling.selectors.agreement_rows import Counted, listed_rankings
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.anchors import drift_behind
from labeling.selectors.labeler_flags import beside_others_behind
from labeling.selectors.labeler_rows import FACTS_OF_RANKINGS, rankings_of_fact
from labeling.selectors.rating_agreement import answers_behind, beside_behind

RATINGS: Final = "ratings"
GOLD: Final = "gold"
RESEARCHERS: Final = "researchers"
ANCHORS: Final = "anchors"
# Before a flag: all answers about it, and those about what several labelers answered about.
SAID: Final = "said:"
SHARED: Final = "shared:"
# One labeler's answers about those beside the others' on the same completions.
BESIDE: Final = "beside:"
# What is told of each labeler beside the others, so that of all together there is nothing.
BESIDE_OTHERS: Final = (
    "leniency",
    "agreement_with_others",
    f"{BESIDE}{RATINGS}",
    *(f"{BESIDE}{flag}" for flag in FLAG_ITEMS),
)
FIGURES: Final = (
    RATINGS,
    GOLD,
    RESEARCHERS,
    ANCHORS,
    *(f"{SAID}{flag}" for flag in FLAG_ITEMS),
    *(f"{SHARED}{flag}" for flag in FLAG_ITEMS),
    f"{BESIDE}{RATINGS}",
    *(f"{BESIDE}{flag}" for flag in FLAG_ITEMS),
    *FACTS_OF_RANKINGS,
)


class CountedFilter(AgreementFilter):
    """The agreement's choices, those within a prompt aside, and which figure."""

    figure = serializers.ChoiceField(
        choices=tuple((key, key) for key in FIGURES),
        help_text="``said:`` and a flag are all answers about it, behind its prevalence; "
        "``shared:`` those about completions that several labelers answered about, behind its "
        "agreement; ``ratings`` likewise, behind the agreement of ratings; ``beside:`` one "
        "labeler's answers beside the others'; the rest are facts about labelers.",
    )
    week = serializers.DateField(
        required=False, help_text="Of gold, researchers and anchors: a week, by its Monday."
    )
    labeler = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="Whose; of all but anchors. Without, those of all labelers.",
    )

    def validate_week(self, week: date) -> date:
        if week.weekday():
            raise serializers.ValidationError("A week is named by its Monday.")
        return week

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "week" in attrs and attrs["figure"] not in (GOLD, RESEARCHERS, ANCHORS):
            message = "Only gold, researchers and anchors go by week."
            raise serializers.ValidationError({"week": message})
        if "labeler" in attrs and attrs["figure"] == ANCHORS:
            message = "Anchors are told of all labelers together."
            raise serializers.ValidationError({"labeler": message})
        if "labeler" not in attrs and attrs["figure"] in BESIDE_OTHERS:
            message = "This compares one labeler with the others: name the labeler."
            raise serializers.ValidationError({"labeler": message})
        return super().validate(attrs)

    def counted(self) -> dict[UUID, Counted]:
        figure = self.validated_data.pop("figure")
        week = self.validated_data.pop("week", None)
        labeler = self.validated_data.pop("labeler", None)
        monday = None if week is None else week.toordinal()
        return _counted(self.selection(), figure=figure, monday=monday, labeler=labeler)


def _counted(
    selection: Selection, *, figure: str, monday: int | None, labeler: int | None
) -> dict[UUID, Counted]:
    if figure in (GOLD, RESEARCHERS):
        return beside_behind(
            selection, of_gold_alone=figure == GOLD, labeler_id=labeler, monday=monday
        )
    if figure == ANCHORS:
        return drift_behind(selection, monday=monday)
    if figure in FACTS_OF_RANKINGS:
        return rankings_of_fact(selection, fact=figure, labeler_id=labeler)
    if figure == RATINGS:
        return answers_behind(selection, flag=None, is_shared=True, labeler_id=labeler)
    kind, _, flag = figure.partition(":")
    if f"{kind}:" == BESIDE:
        asked = None if flag == RATINGS else flag
        return beside_others_behind(selection, flag=asked, labeler_id=labeler)
    return answers_behind(selection, flag=flag, is_shared=f"{kind}:" == SHARED, labeler_id=labeler)


class CountedRankingOutput(AgreementRowOutput):
    part = serializers.SerializerMethodField(
        help_text="Yes to the flag, points of the ratings, pairs as researchers order them, "
        "judgments for the better side, or what the fact adds up."
    )
    whole = serializers.SerializerMethodField(
        help_text="Answers, ratings, pairs that both order, judgments of anchors, or what the fact "
        "is a share of."
    )
    values = serializers.SerializerMethodField(
        help_text="Of a fact that is a median: what it is the median of."
    )

    def get_part(self, ranking: Ranking) -> float:
        return self._counted(ranking).part

    def get_whole(self, ranking: Ranking) -> float:
        return self._counted(ranking).whole

    def get_values(self, ranking: Ranking) -> list[float]:
        return list(self._counted(ranking).values)

    def _counted(self, ranking: Ranking) -> Counted:
        counted: Counted = self.context["counted"][ranking.pk]
        return counted


class CountedRankingsView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = CountedRankingOutput
    pagination_class = NewestFirst

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = CountedFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        counted = wanted.counted()
        page = self.paginate_queryset(listed_rankings(list(counted)))
        shown = CountedRankingOutput(page, many=True, context={"counted": counted})
        return self.get_paginated_response(shown.data)

    @extend_schema(operation_id="rankings_counted", parameters=[CountedFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The rankings that a figure adds up, newest first, with their part in it."""
        return self.list(request)


urlpatterns = [
    path("agreement/counted/", CountedRankingsView.as_view(), name="agreement-counted-rankings")
]
