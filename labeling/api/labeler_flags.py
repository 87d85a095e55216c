"""How labelers set flags: one beside the others, and pairs who never flag the same."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.facts import FACT_INTERVAL_METHOD
from labeling.agreement.flags import APART_DEFINITION, BESIDE_DEFINITION
from labeling.api.agreement import AgreeingLabelerOutput, AgreementFilter
from labeling.api.permissions import IsResearcher
from labeling.catalogue import FLAG_ITEMS
from labeling.selectors.labeler_flags import (
    FlagOfLabeler,
    LabelersApart,
    flags_apart,
    flags_of_labeler,
)


class WorkFilter(AgreementFilter):
    """The agreement's choices but for those within a prompt."""

    min_overlap = None  # type: ignore[assignment]  # takes the field away
    source = None  # type: ignore[assignment]
    other_source = None  # type: ignore[assignment]


class FlagBesidePeersOutput(serializers.Serializer[FlagOfLabeler]):
    """``low`` to ``high`` and ``p_value`` are of the difference; null with the reason."""

    key = serializers.ChoiceField(choices=tuple(FLAG_ITEMS))
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    own = serializers.FloatField(
        source="beside.own",
        allow_null=True,
        help_text="Their share of yes; null where the difference is.",
    )
    others = serializers.FloatField(
        source="beside.others", allow_null=True, help_text="The others', on the same completions."
    )
    num_answers = serializers.IntegerField(source="beside.num_answers")
    difference = serializers.FloatField(source="beside.difference.value", allow_null=True)
    low = serializers.FloatField(source="beside.difference.low", allow_null=True)
    high = serializers.FloatField(source="beside.difference.high", allow_null=True)
    p_value = serializers.FloatField(source="beside.difference.p_value", allow_null=True)
    reason_undefined = serializers.CharField(
        source="beside.difference.reason_undefined", allow_null=True
    )
    reason_no_interval = serializers.CharField(
        source="beside.difference.reason_no_interval", allow_null=True
    )
    mark = serializers.SerializerMethodField()

    def get_label(self, flag: FlagOfLabeler) -> str:
        return FLAG_ITEMS[flag.key].label

    def get_mark(self, flag: FlagOfLabeler) -> str | None:
        """``above`` or ``below`` where chance alone is unlikely to go as far."""
        return None if flag.beside.mark is None else flag.beside.mark.side


class LabelerFlagsOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    interval_method = serializers.CharField()
    flags = FlagBesidePeersOutput(many=True, help_text="Those that anybody set.")


class LabelersApartOutput(serializers.Serializer[LabelersApart]):
    key = serializers.ChoiceField(choices=tuple(FLAG_ITEMS))
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # as above
    a = AgreeingLabelerOutput()
    b = AgreeingLabelerOutput()
    num_shared = serializers.IntegerField(
        source="apart.num_shared", help_text="Completions that both answered this about."
    )
    num_yes_a = serializers.IntegerField(source="apart.num_yes_a")
    num_yes_b = serializers.IntegerField(source="apart.num_yes_b")
    expected = serializers.FloatField(
        source="apart.expected", help_text="How often they would both say yes by chance alone."
    )
    p_value = serializers.FloatField(source="apart.p_value")
    is_marked = serializers.BooleanField(source="apart.is_marked")

    def get_label(self, pair: LabelersApart) -> str:
        return FLAG_ITEMS[pair.key].label


class FlagsApartOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    num_rankings = serializers.IntegerField(help_text="Those read: the newest.")
    num_apart = serializers.IntegerField(help_text="Of these pairs the least likely are listed.")
    pairs = LabelersApartOutput(many=True)


class LabelerFlagsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="labeler_flags", parameters=[WorkFilter], responses=LabelerFlagsOutput
    )
    def get(self, request: Request, labeler_id: int) -> Response:
        """How often one labeler sets each flag, beside others on the same completions."""
        wanted = WorkFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        body = {
            "definition": BESIDE_DEFINITION,
            "interval_method": FACT_INTERVAL_METHOD,
            "flags": flags_of_labeler(wanted.selection(), labeler_id=labeler_id),
        }
        return Response(LabelerFlagsOutput(body).data)


class FlagsApartView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="flags_apart", parameters=[WorkFilter], responses=FlagsApartOutput)
    def get(self, request: Request) -> Response:
        """Pairs of labelers who set the same flag and never on the same completion."""
        wanted = WorkFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = flags_apart(wanted.selection())
        return Response(FlagsApartOutput({**vars(found), "definition": APART_DEFINITION}).data)


urlpatterns = [
    path("labeler-flags/<int:labeler_id>/", LabelerFlagsView.as_view(), name="labeler-flags"),
    path("flags-apart/", FlagsApartView.as_view(), name="flags-apart"),
]
