"""How much labelers agree, with the definition of every figure beside it (R42)."""

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.intervals import INTERVAL_METHOD, MINIMUM_COMPARISONS, Figure
from labeling.agreement.report import MINIMUM_OVERLAP
from labeling.agreement.statistics import STATISTICS, STRICT
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.models import Pool
from labeling.selectors.agreement import Agreement, LabelersKappa, agreement

MAXIMUM_OVERLAP: Final = 50
TIE_RULE: Final = (
    "In the first figure a pair that either labeler tied is dropped; every other figure says in "
    "its definition how it counts a tie."
)
SOURCE: Final = "Ouyang et al. 2022, section 3.4"
REFERENCE_LINES: Final = (
    {"label": "Training labelers of InstructGPT, ± 1.5 %", "value": 0.726, "source": SOURCE},
    {"label": "Held-out labelers of InstructGPT, ± 1.3 %", "value": 0.773, "source": SOURCE},
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
    agreement = EstimateOutput()
    num_rankings = serializers.IntegerField()
    tie_share = serializers.FloatField(allow_null=True)


class CohenKappaOutput(serializers.Serializer[Any]):
    a = AgreeingLabelerOutput()
    b = AgreeingLabelerOutput()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    num_shared = serializers.IntegerField(help_text="Pairs of completions that both judged.")
    reason_undefined = serializers.CharField(allow_null=True)


class ReferenceLineOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    value = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]  # as above


class AgreementOutput(serializers.Serializer[Any]):
    definition = AgreementDefinitionOutput()
    num_rankings = serializers.IntegerField()
    num_prompts = serializers.IntegerField()
    num_labelers = serializers.IntegerField()
    figures = AgreementFigureOutput(many=True)
    labelers = LabelerAgreementOutput(many=True, help_text="The busiest first, a hundred at most.")
    cohen_kappas = CohenKappaOutput(
        many=True, help_text="Of every two of the twelve busiest who judged some pair both."
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
        options = wanted.validated_data
        found = agreement(project_id=options.pop("project", None), **options)
        return Response(AgreementOutput(_described(found)).data)


def _described(found: Agreement) -> dict[str, Any]:
    return {
        "definition": {
            "name": STRICT.label,
            "text": STRICT.definition,
            "tie_rule": TIE_RULE,
            "interval_method": INTERVAL_METHOD,
            "minimum_comparisons": MINIMUM_COMPARISONS,
        },
        "num_rankings": found.num_rankings,
        "num_prompts": found.num_prompts,
        "num_labelers": found.num_labelers,
        "figures": [_figure(key, figure) for key, figure in found.figures.items()],
        "labelers": found.labelers,
        "cohen_kappas": [_kappa(kappa) for kappa in found.cohen_kappas],
        "reference_lines": REFERENCE_LINES,
    }


def _figure(key: str, figure: Figure) -> dict[str, Any]:
    statistic = STATISTICS[key]
    return {
        **vars(figure),
        "key": key,
        "label": statistic.label,
        "definition": statistic.definition,
        "counted": statistic.counted,
    }


def _kappa(found: LabelersKappa) -> dict[str, Any]:
    return {
        "a": found.a,
        "b": found.b,
        "num_shared": found.kappa.num_counted,
        **vars(found.kappa),
    }


urlpatterns = [path("agreement/", AgreementView.as_view(), name="agreement")]
