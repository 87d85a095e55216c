"""The rankings behind a figure of agreement, ratings or flags, to be opened and read."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.pagination import KeysetPagination
from labeling.agreement.statistics import ADDENDS
from labeling.api.agreement import AgreeingLabelerOutput, AgreementFilter
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import FLAG_ITEMS
from labeling.models import Ranking
from labeling.selectors.agreement_rows import rankings_behind


class RowsFilter(AgreementFilter):
    """The agreement's choices and whose rankings. Those within a prompt (two models, an overlap)
    keep what is compared with others; the rankings of one labeler, or with a flag, are all of them
    unless ``compared`` is asked for.
    """

    labeler = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    other = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="With ``labeler``: the rankings of both, of prompts that both ranked.",
    )
    flag = serializers.ChoiceField(
        choices=tuple(FLAG_ITEMS), required=False, help_text="That said yes to it."
    )
    holding = serializers.ChoiceField(
        choices=tuple(ADDENDS.items()),
        default="comparisons",
        help_text="Of what is compared: the rankings of prompts that hold some of what a figure is "
        "made of, which ``made_of`` of the figure names.",
    )
    compared = serializers.BooleanField(
        default=False,
        help_text="With ``labeler`` alone: those that the agreement counts, instead of all by "
        "their own day and version.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "other" in attrs and "labeler" not in attrs:
            raise serializers.ValidationError({"labeler": "Name both labelers, or one as this."})
        return super().validate(attrs)

    def rows(self) -> dict[str, Any]:
        """Taken out, so that the rest is a selection."""
        return {
            "labeler_id": self.validated_data.pop("labeler", None),
            "other_id": self.validated_data.pop("other", None),
            "flag": self.validated_data.pop("flag", None),
            "holding": self.validated_data.pop("holding"),
            "is_compared": self.validated_data.pop("compared"),
        }


class RowOfProjectOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AgreementRowOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    project = RowOfProjectOutput(source="task.project")
    prompt_id = serializers.IntegerField(source="task.prompt_id")
    excerpt = serializers.CharField()
    labeler = AgreeingLabelerOutput()
    k = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()


class NewestFirst(KeysetPagination):
    ordering = ("-submitted_at", "-id")


class AgreementRowsView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = AgreementRowOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        wanted = RowsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = wanted.rows()
        return rankings_behind(wanted.selection(), **rows)

    @extend_schema(operation_id="rankings_behind_agreement", parameters=[RowsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sealed rankings behind a figure, newest first."""
        return self.list(request)


urlpatterns = [path("agreement/rankings/", AgreementRowsView.as_view(), name="agreement-rankings")]
