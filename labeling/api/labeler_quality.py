"""How labelers work, in facts with their sizes; a researcher reads them, nothing acts on them."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.facts import FACT_INTERVAL_METHOD, MINIMUM_COUNTED
from labeling.agreement.outliers import MARK_DEFINITION, Mark
from labeling.agreement.ratings import LENIENCY_DEFINITION, RATED_BY_OTHERS
from labeling.agreement.researchers import RESEARCHERS_DEFINITION
from labeling.api.agreement import VersionMarkOutput
from labeling.api.labeler_flags import WorkFilter
from labeling.api.permissions import IsResearcher
from labeling.models import Pool
from labeling.selectors.labeler_quality import LabelerQuality, WorkOf, labeler_quality
from labeling.selectors.sealed_work import NUM_RANKINGS

Unit = Literal["share", "minutes", "seconds", "correlation", "points"]
UNITS: Final = ("share", "minutes", "seconds", "correlation", "points")


@dataclass(frozen=True)
class FactWords:
    """What a fact is called and how it is counted."""

    label: str
    unit: Unit
    counted: str
    definition: str


FACTS: Final[dict[str, FactWords]] = {
    "median_active_minutes": FactWords(
        "Active minutes",
        "minutes",
        "answers",
        "The median time at work on a ranking or a demonstration.",
    ),
    "median_seconds_shown": FactWords(
        "Seconds per completion",
        "seconds",
        "completions",
        "The median time for which a completion was on screen.",
    ),
    "skip_rate": FactWords("Skipped", "share", "tasks", "Of the tasks answered or skipped."),
    "tie_share": FactWords("Ties", "share", "rankings", "Of all pairs of completions ranked."),
    "contradiction_share": FactWords(
        "Contradictions",
        "share",
        "rankings",
        "Pairs rated one way and ranked the other, of the pairs that differ in both.",
    ),
    "position_preference": FactWords(
        "First is best",
        "share",
        "rankings",
        "How often the completion shown first was the single best one. The order is random, so one "
        "in K is expected; the test against that is exact.",
    ),
    "length_preference": FactWords(
        "Prefers longer",
        "correlation",
        "rankings",
        "Spearman's correlation of being ranked better with being longer, the mean over rankings. "
        "Longer texts may well be better: compare labelers with each other, not with zero.",
    ),
    "self_consistency": FactWords(
        "Self-consistency",
        "share",
        "repeated tasks",
        "On tasks served again unmarked: pairs ordered as the first time, ties dropped.",
    ),
    "agreement_with_others": FactWords(
        "Agrees with others",
        "share",
        "comparisons",
        "On all prompts that others ranked too: pairs ordered as others did, ties dropped.",
    ),
    "calibration_agreement": FactWords(
        "Calibration",
        "share",
        "comparisons",
        "On tasks that go to several labelers: pairs ordered as others did, ties dropped.",
    ),
    "researcher_agreement": FactWords(
        "Agrees with researchers",
        "share",
        "rankings of prompts that a researcher ranked",
        RESEARCHERS_DEFINITION,
    ),
    "gold_agreement": FactWords(
        "Agrees with gold",
        "share",
        "rankings of gold prompts",
        "On prompts that a researcher settled as gold: pairs ordered as there, ties dropped.",
    ),
    "leniency": FactWords("Leniency", "points", RATED_BY_OTHERS, LENIENCY_DEFINITION),
    "flag_share": FactWords(
        "Flagged",
        "share",
        "rankings with flags",
        "Completions with at least one flag set, of those that a flag was asked about.",
    ),
    "none_acceptable_share": FactWords(
        "None acceptable",
        "share",
        "rankings",
        "Rankings in which nothing was fit to be sent to a customer.",
    ),
}


class FactWordsOutput(serializers.Serializer[Any]):
    key = serializers.ChoiceField(choices=tuple(FACTS))
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(choices=UNITS)
    counted = serializers.CharField(help_text="What ``num_counted`` counts.")
    definition = serializers.CharField()


class FactOutput(serializers.Serializer[Any]):
    """Either a value or the reason why there is none."""

    key = serializers.ChoiceField(choices=tuple(FACTS))
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    num_counted = serializers.IntegerField()
    expected = serializers.FloatField(allow_null=True, help_text="What chance alone would give.")
    p_value = serializers.FloatField(
        allow_null=True, help_text="How often chance alone goes as far from what is expected."
    )
    reason_undefined = serializers.CharField(allow_null=True)
    reason_no_interval = serializers.CharField(allow_null=True)
    p_beside_all = serializers.FloatField(
        allow_null=True,
        help_text="How often chance alone goes as far from the median labeler, or from what "
        "is expected; null if not tested.",
    )
    mark = serializers.ChoiceField(
        choices=("above", "below"),
        allow_null=True,
        help_text="Where that is unlikely, counting how many labelers are tested.",
    )


class WorkingLabelerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    display_name = serializers.CharField()
    pool = serializers.ChoiceField(choices=Pool.choices)
    is_active = serializers.BooleanField()


class WorkOutput(serializers.Serializer[Any]):
    num_answered = serializers.IntegerField()
    num_skipped = serializers.IntegerField()
    facts = FactOutput(many=True)


class LabelerWorkOutput(WorkOutput):
    labeler = WorkingLabelerOutput()


class LabelerQualityOutput(serializers.Serializer[Any]):
    facts = FactWordsOutput(many=True)
    interval_method = serializers.CharField()
    mark_definition = serializers.CharField()
    minimum_counted = serializers.IntegerField(help_text="Less than this makes no fact.")
    num_labelers = serializers.IntegerField(help_text="The busiest of them are listed.")
    num_rankings = serializers.IntegerField(help_text="Those read for how somebody ranks.")
    most_rankings = serializers.IntegerField(help_text="No more than so many, the newest, are.")
    versions = VersionMarkOutput(many=True, help_text="Of the chosen project's instructions.")
    everybody = WorkOutput()
    labelers = LabelerWorkOutput(many=True)


class LabelerQualityView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="labeler_quality",
        parameters=[WorkFilter],
        responses=LabelerQualityOutput,
    )
    def get(self, request: Request) -> Response:
        """Over sealed answers, of one project or of all but screenings; the busiest come first.

        The days are those of the answers.
        """
        given = WorkFilter(data=request.query_params)
        given.is_valid(raise_exception=True)
        found = labeler_quality(given.selection())
        return Response(LabelerQualityOutput(_shown(found)).data)


def _shown(found: LabelerQuality) -> dict[str, Any]:
    return {
        "facts": [{"key": key, **vars(words)} for key, words in FACTS.items()],
        "interval_method": FACT_INTERVAL_METHOD,
        "mark_definition": MARK_DEFINITION,
        "minimum_counted": MINIMUM_COUNTED,
        "num_labelers": found.num_labelers,
        "num_rankings": found.num_rankings,
        "most_rankings": NUM_RANKINGS,
        "versions": found.versions,
        "everybody": _work(found.everybody),
        "labelers": [{"labeler": work.labeler, **_work(work)} for work in found.labelers],
    }


def _work(work: WorkOf) -> dict[str, Any]:
    return {
        "num_answered": work.num_answered,
        "num_skipped": work.num_skipped,
        "facts": [
            {"key": key, **vars(work.facts[key]), **_mark(work.marks.get(key))} for key in FACTS
        ],
    }


def _mark(mark: Mark | None) -> dict[str, Any]:
    if mark is None:
        return {"p_beside_all": None, "mark": None}
    return {"p_beside_all": mark.p_value, "mark": mark.side}


urlpatterns = [path("labeler-quality/", LabelerQualityView.as_view(), name="labeler-quality")]
