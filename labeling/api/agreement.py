"""How much labelers agree, with the definition of every figure beside it (R42)."""

from datetime import date
from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.drift import DRIFT_DEFINITION, TREND_DEFINITION, Period
from labeling.agreement.intervals import MINIMUM_COMPARISONS, Figure, interval_method
from labeling.agreement.report import MINIMUM_OVERLAP
from labeling.agreement.statistics import ADDENDS, STATISTICS, STRICT, TERNARY
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import CATEGORIES
from labeling.models import Pool
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.agreement import Agreement, agreement, agreement_of_pools
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.anchors import NUM_RANKINGS, drift_of_anchors

MAXIMUM_OVERLAP: Final = 50
TIE_RULE: Final = (
    "In the first figure a pair that either labeler tied is dropped; every other figure says in "
    "its definition how it counts a tie."
)
SOURCE: Final = "Ouyang et al. 2022, section 3.4"
REFERENCE_LINES: Final = (
    {
        "label": "Training labelers of InstructGPT, ± 1.5%",
        "value": 0.726,
        "low": 0.711,
        "high": 0.741,
        "source": SOURCE,
    },
    {
        "label": "Held-out labelers of InstructGPT, ± 1.3%",
        "value": 0.773,
        "low": 0.76,
        "high": 0.786,
        "source": SOURCE,
    },
)


class AgreementFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False)
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )
    min_overlap = serializers.IntegerField(
        min_value=MINIMUM_OVERLAP,
        max_value=MAXIMUM_OVERLAP,
        default=MINIMUM_OVERLAP,
        help_text="Only pairs of completions that at least this many labelers judged.",
    )

    since = serializers.DateField(
        required=False, help_text="Prompts last ranked on this day or later."
    )
    until = serializers.DateField(
        required=False, help_text="Prompts last ranked on this day or before, in UTC."
    )
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), required=False)
    k = serializers.IntegerField(min_value=2, max_value=K_MAXIMUM, required=False)
    instructions = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="Prompts all of whose rankings were made under this version.",
    )
    source = serializers.IntegerField(  # type: ignore[assignment]  # as below
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="With ``other_source``: only pairs written by these two.",
    )
    other_source = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("source" in attrs) != ("other_source" in attrs):
            name = "other_source" if "source" in attrs else "source"
            raise serializers.ValidationError({name: "Name both models of the pair, or none."})
        if "since" in attrs and "until" in attrs and attrs["since"] > attrs["until"]:
            raise serializers.ValidationError({"until": "This day is before the first one."})
        return attrs

    def selection(self) -> Selection:
        chosen = dict(self.validated_data)
        source, other = chosen.pop("source", None), chosen.pop("other_source", None)
        return Selection(
            project_id=chosen.pop("project", None),
            instructions_id=chosen.pop("instructions", None),
            sources=None if source is None else (source, other),
            **chosen,
        )


class EstimateOutput(serializers.Serializer[Any]):
    """Either a value or the reason why there is none."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    num_pairs = serializers.IntegerField(
        source="num_counted", help_text="What the figure is over; ``counted`` says of what."
    )
    num_prompts = serializers.IntegerField()
    reason_undefined = serializers.CharField(allow_null=True)
    reason_no_interval = serializers.CharField(allow_null=True)
    chance = serializers.FloatField(
        allow_null=True, help_text="What luck alone would give, at this share of ties."
    )


class AgreementFigureOutput(EstimateOutput):
    key = serializers.ChoiceField(choices=tuple(STATISTICS))
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField()
    counted = serializers.CharField(help_text="What ``num_pairs`` counts, in words.")
    made_of = serializers.ChoiceField(
        choices=tuple(ADDENDS.items()),
        help_text="What a prompt must hold some of to be among ``num_prompts``.",
    )


class AgreementDefinitionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    text = serializers.CharField()
    tie_rule = serializers.CharField()
    interval_method = serializers.CharField()
    minimum_comparisons = serializers.IntegerField(
        help_text="Fewer comparisons than this make no figure."
    )


class AgreeingLabelerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    display_name = serializers.CharField()
    pool = serializers.ChoiceField(choices=Pool.choices)


class LabelerAgreementOutput(serializers.Serializer[Any]):
    labeler = AgreeingLabelerOutput()
    agreement = EstimateOutput(source="against_others.agreement")
    num_rankings = serializers.IntegerField()
    tie_share = EstimateOutput(
        source="against_others.tie_share",
        help_text="Of the judgments of pairs that others judged too, once for each other one.",
    )


class LabelersTogetherOutput(serializers.Serializer[Any]):
    a = AgreeingLabelerOutput()
    b = AgreeingLabelerOutput()
    agreement = EstimateOutput(help_text="Ties dropped; ``num_pairs`` are those both ordered.")
    kappa = EstimateOutput(help_text="Cohen's, a tie being an answer.")


class WeekOutput(serializers.Serializer[Any]):
    """A week's figure beside the band that chance alone keeps to."""

    week = serializers.DateField(help_text="Its Monday.")
    value = serializers.FloatField(allow_null=True)
    expected = serializers.FloatField(allow_null=True, help_text="The middle of the control band.")
    low = serializers.FloatField(allow_null=True, help_text="Where the control band begins.")
    high = serializers.FloatField(allow_null=True)
    num_pairs = serializers.IntegerField(source="num_counted")
    is_outside = serializers.BooleanField()
    reason_undefined = serializers.CharField(allow_null=True)


class VersionMarkOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class ShareOutput(serializers.Serializer[Any]):
    low = serializers.FloatField()
    num_prompts = serializers.IntegerField()


class ReferenceLineOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    value = serializers.FloatField()
    low = serializers.FloatField(
        help_text="The value less what is published behind ±; of what it is, is not."
    )
    high = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]  # as above


class AgreementOutput(serializers.Serializer[Any]):
    definition = AgreementDefinitionOutput()
    num_rankings = serializers.IntegerField(
        help_text="Those that the figures count; likewise the prompts and the labelers."
    )
    num_prompts = serializers.IntegerField()
    num_labelers = serializers.IntegerField()
    figures = AgreementFigureOutput(many=True)
    refreshed_at = serializers.DateTimeField(
        allow_null=True, help_text="The moment of these figures; null before the first."
    )
    trend = WeekOutput(many=True)
    trend_definition = serializers.CharField()
    versions = VersionMarkOutput(many=True, help_text="Of the chosen project's instructions.")
    shares = ShareOutput(
        many=True,
        help_text="How many prompts have an agreement of ``low`` to a tenth more, a tie against a "
        "preference counting a half.",
    )
    labelers = LabelerAgreementOutput(many=True, help_text="The busiest first, a hundred at most.")
    together = LabelersTogetherOutput(
        many=True, help_text="Every two of the twenty busiest who judged some pair both."
    )
    reference_lines = ReferenceLineOutput(many=True)


class AgreementView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="agreement", parameters=[AgreementFilter], responses=AgreementOutput
    )
    def get(self, request: Request) -> Response:
        """Agreement over sealed rankings; without ``project`` over those of all projects."""
        wanted = AgreementFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = agreement(wanted.selection())
        return Response(AgreementOutput(_described(found)).data)


def _described(found: Agreement) -> dict[str, Any]:
    method = _method(found.figures, found.num_clusters)
    return {
        **vars(found),
        "definition": {
            "name": STRICT.label,
            "text": STRICT.definition,
            "tie_rule": TIE_RULE,
            "interval_method": method,
            "minimum_comparisons": MINIMUM_COMPARISONS,
        },
        "figures": [_figure(key, figure) for key, figure in found.figures.items()],
        "trend": [week_shown(period) for period in found.trend],
        "trend_definition": TREND_DEFINITION,
        "reference_lines": REFERENCE_LINES,
    }


def week_shown(period: Period) -> dict[str, Any]:
    """What ``WeekOutput`` renders."""
    week = date.fromordinal(period.period)
    return {**vars(period), "week": week, "is_outside": period.is_outside}


def _figure(key: str, figure: Figure) -> dict[str, Any]:
    statistic = STATISTICS[key]
    return {
        **vars(figure),
        "key": key,
        "label": statistic.label,
        "definition": statistic.definition,
        "counted": statistic.counted,
        "made_of": statistic.made_of,
    }


def _method(figures: dict[str, Figure], num_clusters: int) -> str:
    num_prompts = figures[TERNARY.key].num_prompts
    return interval_method(num_prompts=num_prompts, num_clusters=num_clusters)


class PoolsFilter(AgreementFilter):
    """The agreement's choices but for the pool."""

    # Taken out, as the framework has it.
    pool = None  # type: ignore[assignment]


class PoolAgreementOutput(serializers.Serializer[Any]):
    pool = serializers.ChoiceField(choices=Pool.choices)
    interval_method = serializers.CharField()
    figures = AgreementFigureOutput(many=True)


class PoolsOutput(serializers.Serializer[Any]):
    pools = PoolAgreementOutput(many=True)
    reference_lines = ReferenceLineOutput(many=True)


class PoolsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="agreement_of_pools", parameters=[PoolsFilter], responses=PoolsOutput
    )
    def get(self, request: Request) -> Response:
        """Training and held-out labelers side by side, each among themselves."""
        wanted = PoolsFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        pools = [
            {
                "pool": one.pool,
                "interval_method": _method(one.figures, one.num_clusters),
                "figures": [_figure(key, figure) for key, figure in one.figures.items()],
            }
            for one in agreement_of_pools(wanted.selection())
        ]
        return Response(PoolsOutput({"pools": pools, "reference_lines": REFERENCE_LINES}).data)


class DriftOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    num_rankings = serializers.IntegerField(help_text="At most so many, the newest, are read.")
    weeks = WeekOutput(many=True)


class AnchorDriftView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="anchor_drift", parameters=[AgreementFilter], responses=DriftOutput)
    def get(self, request: Request) -> Response:
        """How calibration tasks are judged from week to week, over the agreement's choices.

        Those within a prompt choose nothing here.
        """
        wanted = AgreementFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        weeks = [week_shown(period) for period in drift_of_anchors(wanted.selection())]
        body = {"definition": DRIFT_DEFINITION, "num_rankings": NUM_RANKINGS, "weeks": weeks}
        return Response(DriftOutput(body).data)


urlpatterns = [
    path("anchor-drift/", AnchorDriftView.as_view(), name="anchor-drift"),
    path("agreement/pools/", PoolsView.as_view(), name="agreement-pools"),
    path("agreement/", AgreementView.as_view(), name="agreement"),
]
