"""How much labelers agree about single completions: ratings, flags, and researchers."""

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.drift import TREND_DEFINITION
from labeling.agreement.facts import FACT_INTERVAL_METHOD
from labeling.agreement.intervals import INTERVAL_METHOD, MINIMUM_COMPARISONS
from labeling.agreement.ratings import (
    AC1_DEFINITION,
    FLAG_ALPHA_DEFINITION,
    LENIENCY_DEFINITION,
    LIKERT_ALPHA_DEFINITION,
    PREVALENCE_DEFINITION,
)
from labeling.agreement.researchers import GOLD_DEFINITION, RESEARCHERS_DEFINITION
from labeling.api.agreement import (
    AgreeingLabelerOutput,
    AgreementFilter,
    EstimateOutput,
    WeekOutput,
    week_shown,
)
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import FLAG_ITEMS
from labeling.selectors.rating_agreement import OfLabeler, RatingAgreement, rating_agreement

DEFINITIONS: Final = {
    "rating_alpha": LIKERT_ALPHA_DEFINITION,
    "prevalence": PREVALENCE_DEFINITION,
    "ac1": AC1_DEFINITION,
    "flag_alpha": FLAG_ALPHA_DEFINITION,
    "leniency": LENIENCY_DEFINITION,
    "gold": GOLD_DEFINITION,
    "researchers": RESEARCHERS_DEFINITION,
    "researcher_weeks": TREND_DEFINITION,
    "interval_method": INTERVAL_METHOD,
    "leniency_interval_method": FACT_INTERVAL_METHOD,
}


class RatingDefinitionsOutput(serializers.Serializer[Any]):
    rating_alpha = serializers.CharField()
    prevalence = serializers.CharField()
    ac1 = serializers.CharField()
    flag_alpha = serializers.CharField()
    leniency = serializers.CharField()
    gold = serializers.CharField()
    researchers = serializers.CharField()
    researcher_weeks = serializers.CharField()
    interval_method = serializers.CharField(help_text="Of all but leniency.")
    leniency_interval_method = serializers.CharField()


class FlagAgreementOutput(serializers.Serializer[Any]):
    key = serializers.ChoiceField(choices=tuple(FLAG_ITEMS))
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    prevalence = EstimateOutput()
    ac1 = EstimateOutput()
    alpha = EstimateOutput()

    def get_label(self, flag: Any) -> str:
        return FLAG_ITEMS[flag.key].label


class RatingFilter(AgreementFilter):
    labeler = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="Whose agreement with researchers is told; of all together without one.",
    )


class OfLabelerOutput(serializers.Serializer[OfLabeler]):
    """Either a value or the reason why there is none."""

    labeler = AgreeingLabelerOutput()
    value = serializers.FloatField(source="fact.value", allow_null=True)
    low = serializers.FloatField(source="fact.low", allow_null=True)
    high = serializers.FloatField(source="fact.high", allow_null=True)
    num_counted = serializers.IntegerField(source="fact.num_counted")
    p_value = serializers.FloatField(
        source="fact.p_value",
        allow_null=True,
        help_text="Of leniency: how often chance goes as far from 0.",
    )
    reason_undefined = serializers.CharField(source="fact.reason_undefined", allow_null=True)
    reason_no_interval = serializers.CharField(source="fact.reason_no_interval", allow_null=True)


class RatingAgreementOutput(serializers.Serializer[Any]):
    definitions = RatingDefinitionsOutput()
    minimum_comparisons = serializers.IntegerField(
        help_text="Fewer comparisons of two labelers than this make no figure of agreement."
    )
    num_rankings = serializers.IntegerField(help_text="Those read: the newest.")
    num_sealed = serializers.IntegerField(help_text="Those that fit.")
    rating_alpha = EstimateOutput()
    flags = FlagAgreementOutput(many=True)
    leniency = OfLabelerOutput(many=True, help_text="Those with the most to go by first.")
    gold = EstimateOutput(help_text="With the gold alone.")
    researchers = EstimateOutput(help_text="With the gold and with what researchers ranked.")
    num_researchers = serializers.IntegerField(help_text="Who ordered what these labelers ranked.")
    researchers_by_labeler = OfLabelerOutput(many=True, help_text="Likewise.")
    researcher_weeks = WeekOutput(many=True)


class RatingAgreementView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="rating_agreement",
        parameters=[RatingFilter],
        responses=RatingAgreementOutput,
    )
    def get(self, request: Request) -> Response:
        """Over the newest sealed rankings; what chooses within a prompt chooses nothing here."""
        wanted = RatingFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        beside = wanted.validated_data.pop("labeler", None)
        found = rating_agreement(wanted.selection(), beside=beside)
        return Response(RatingAgreementOutput(_described(found)).data)


def _described(found: RatingAgreement) -> dict[str, Any]:
    return {
        **vars(found),
        "definitions": DEFINITIONS,
        "minimum_comparisons": MINIMUM_COMPARISONS,
        "researcher_weeks": [week_shown(week) for week in found.researcher_weeks],
    }


urlpatterns = [path("rating-agreement/", RatingAgreementView.as_view(), name="rating-agreement")]
