"""The rows of a snapshot behind its figures (R45)."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from config.pagination import KeysetPagination
from labeling.api.permissions import IsResearcher
from labeling.catalogue import CATEGORIES, PROMPT_FLAGS
from labeling.models import Demonstration, Prompt, Ranking
from training.api.authors import AuthorOutput
from training.api.snapshots import ID_MAXIMUM
from training.models import Snapshot
from training.selectors.rows_behind import UNSAID, Order, RowsOf, Writer
from training.selectors.snapshot_rows import (
    RowFilter,
    customer_rows,
    demonstration_rows,
    prompt_rows,
    ranking_rows,
)
from training.selectors.snapshots import access_snapshot


class SplitFilter(serializers.Serializer[Any]):
    split = serializers.ChoiceField(
        choices=Prompt.Split.choices, required=False, help_text="As the snapshot's records say."
    )
    also_in = serializers.UUIDField(
        required=False, help_text="Only what this snapshot of the same kind holds too."
    )
    not_in = serializers.UUIDField(
        required=False, help_text="Only what this snapshot of the same kind does not hold."
    )

    def wanted(self) -> RowFilter:
        """Raises: NotAccessible for another snapshot that is not there."""
        given = dict(self.validated_data)
        for name in ("also_in", "not_in"):
            if name in given:
                given[name] = access_snapshot(given[name])
        return RowFilter(**given)


class WrittenFilter(SplitFilter):
    written_by = serializers.ChoiceField(
        choices=[one.value for one in Writer], required=False, help_text="Of the prompts."
    )
    # The base class has an attribute of this name, for its own purpose.
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Prompt.SourceKind.choices, required=False
    )
    order = serializers.ChoiceField(
        choices=[one.value for one in Order],
        default=Order.STORED.value,
        help_text="By length only those whose length is known.",
    )


class PromptRowsFilter(WrittenFilter):
    category = serializers.ChoiceField(
        choices=[*CATEGORIES, UNSAID], required=False, help_text="`unsaid`: nobody gave one."
    )
    language = serializers.CharField(
        max_length=16, required=False, help_text="`unknown`: none was detected."
    )
    flag = serializers.ChoiceField(
        choices=list(PROMPT_FLAGS), required=False, help_text="Only prompts it was asked about."
    )
    flagged = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="What was answered to `flag`."
    )
    of_named_customer = serializers.BooleanField(
        default=False, help_text="Only customers' whose organization or user is known."
    )
    customer_of = serializers.IntegerField(
        min_value=1, max_value=ID_MAXIMUM, required=False, help_text="A prompt of the customer."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["flagged"] is not None and "flag" not in attrs:
            raise ValidationError({"flagged": "Say which flag as well."})
        return attrs


class SnapshotPromptOutput(serializers.Serializer[Prompt]):
    id = serializers.IntegerField()
    excerpt = serializers.CharField(help_text="Its first characters.")
    split = serializers.ChoiceField(choices=Prompt.Split.choices, source="frozen_split")
    source_kind = serializers.ChoiceField(choices=Prompt.SourceKind.choices)
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField(), help_text="Those answered.")
    language = serializers.CharField(allow_null=True)
    token_count = serializers.IntegerField(allow_null=True)


class SnapshotCustomerOutput(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The organization, or the user where none is named.")
    num_prompts = serializers.IntegerField()
    first_prompt = serializers.IntegerField(help_text="What `customer_of` takes.")


class SnapshotDemonstrationOutput(serializers.Serializer[Demonstration]):
    id = serializers.UUIDField()
    excerpt = serializers.CharField(help_text="Its first characters.")
    prompt_id = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()
    split = serializers.ChoiceField(choices=Prompt.Split.choices, source="frozen_split")
    labeler = AuthorOutput()
    token_count = serializers.IntegerField(allow_null=True)
    submitted_at = serializers.DateTimeField()


class SnapshotRankingOutput(serializers.Serializer[Ranking]):
    id = serializers.UUIDField()
    excerpt = serializers.CharField(help_text="The first characters of the prompt.")
    prompt_id = serializers.IntegerField(source="task.prompt_id")
    split = serializers.ChoiceField(choices=Prompt.Split.choices, source="frozen_split")
    labeler = AuthorOutput()
    k = serializers.IntegerField()
    num_pairs = serializers.IntegerField(help_text="That it orders; a tie makes none.")
    submitted_at = serializers.DateTimeField()


class CountedPages(KeysetPagination):
    """The first page says how many rows there are in all: the figure that led here."""

    num_rows: int | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        if not request.query_params.get("cursor"):
            self.num_rows = queryset.count()
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        found = {"num_rows": self.num_rows, "results": data, "next": self.next_cursor}
        return Response(found)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        found["required"].append("num_rows")
        found["properties"]["num_rows"] = {
            "type": "integer",
            "nullable": True,
            "description": "How many fit in all; null behind the first page.",
        }
        return found


class AsStored(CountedPages):
    ordering = ("id",)


class Shortest(CountedPages):
    ordering = ("token_count", "id")


class Longest(CountedPages):
    ordering = ("-token_count", "-id")


class NewestFirst(CountedPages):
    ordering = ("-submitted_at", "-id")


class MostPrompts(CountedPages):
    ordering = ("-num_prompts", "-first_prompt")

    def values_of(self, row: Any) -> list[Any]:
        return [row[name] for name in self.fields]

    def parsed(self, model: Any, values: Any) -> list[Any]:
        numbers = list(values)
        if [type(one) for one in numbers] != [int] * len(self.fields):
            raise ValueError
        return numbers


PAGES: dict[str, type[CountedPages]] = {
    Order.STORED: AsStored,
    Order.SHORTEST: Shortest,
    Order.LONGEST: Longest,
}


class SnapshotRowsView(generics.ListAPIView[Any]):
    permission_classes = [IsResearcher]
    filter_class: ClassVar[type[SplitFilter]]

    def rows(self, snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Any, Any]:
        raise NotImplementedError

    def listed(self, request: Request, snapshot_id: UUID) -> Response:
        wanted = self.filter_class(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        if (order := wanted.validated_data.get("order")) is not None:
            self.pagination_class = PAGES[order]
        page = self.paginate_queryset(self.rows(access_snapshot(snapshot_id), wanted.wanted()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class SnapshotPromptsView(SnapshotRowsView):
    serializer_class = SnapshotPromptOutput
    pagination_class = AsStored
    filter_class = PromptRowsFilter

    def rows(self, snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Prompt]:
        return prompt_rows(snapshot, wanted)

    @extend_schema(operation_id="snapshot_prompts", parameters=[PromptRowsFilter])
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """The distinct prompts that its records come from."""
        return self.listed(request, snapshot_id)


class SnapshotCustomersView(SnapshotRowsView):
    serializer_class = SnapshotCustomerOutput
    pagination_class = MostPrompts
    filter_class = SplitFilter

    def rows(self, snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Any, Any]:
        return customer_rows(snapshot, wanted)

    @extend_schema(operation_id="snapshot_customers", parameters=[SplitFilter])
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """The customers of its prompts who are known by name, those with most prompts first."""
        return self.listed(request, snapshot_id)


class SnapshotDemonstrationsView(SnapshotRowsView):
    serializer_class = SnapshotDemonstrationOutput
    pagination_class = AsStored
    filter_class = WrittenFilter

    def rows(self, snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Demonstration]:
        return demonstration_rows(snapshot, wanted)

    @extend_schema(operation_id="snapshot_demonstrations", parameters=[WrittenFilter])
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """The demonstrations that it holds."""
        return self.listed(request, snapshot_id)


class SnapshotRankingsView(SnapshotRowsView):
    serializer_class = SnapshotRankingOutput
    pagination_class = NewestFirst
    filter_class = SplitFilter

    def rows(self, snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Ranking]:
        return ranking_rows(snapshot, wanted)

    @extend_schema(operation_id="snapshot_rankings", parameters=[SplitFilter])
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """The rankings that it holds, the newest first."""
        return self.listed(request, snapshot_id)


LISTS: dict[str, type[SnapshotRowsView]] = {
    RowsOf.PROMPTS: SnapshotPromptsView,
    RowsOf.CUSTOMERS: SnapshotCustomersView,
    RowsOf.DEMONSTRATIONS: SnapshotDemonstrationsView,
    RowsOf.RANKINGS: SnapshotRankingsView,
}
urlpatterns = [
    path(f"snapshots/<uuid:snapshot_id>/{rows}/", view.as_view(), name=f"snapshot-{rows}")
    for rows, view in LISTS.items()
]
