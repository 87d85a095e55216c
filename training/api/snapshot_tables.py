"""A snapshot in the paper's tables, and its difference to another one (R45)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.selectors.paper_tables import TableRow
from training.selectors.rows_behind import RowsBehind, RowsOf
from training.selectors.snapshot_tables import LINKS, difference, snapshot_tables
from training.selectors.snapshots import access_snapshot

COLUMN_KINDS = ("count", "share", "measure")


class RowsBehindOutput(serializers.Serializer[RowsBehind]):
    of = serializers.ChoiceField(
        choices=[one.value for one in RowsOf], help_text="The snapshot's list of this name."
    )
    where = serializers.DictField(
        child=serializers.CharField(), help_text="The query of that list."
    )


class CellRowsOutput(RowsBehindOutput):
    cell = serializers.IntegerField(help_text="Which of the row's cells, from 0.")


class TableRowOutput(serializers.Serializer[TableRow]):
    name = serializers.CharField()
    cells = serializers.ListField(
        child=serializers.FloatField(allow_null=True), help_text="Null is undefined, never 0."
    )
    behind = serializers.SerializerMethodField(
        help_text="The rows that cells count or measure; nothing of cells that have none."
    )

    @extend_schema_field(CellRowsOutput(many=True))
    def get_behind(self, row: TableRow) -> list[dict[str, Any]]:
        return [
            {"cell": place, **RowsBehindOutput(behind).data}
            for place, behind in enumerate(row.behind)
            if behind is not None
        ]


class TableOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    row_header = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=COLUMN_KINDS), help_text="Of each column."
    )
    rows = TableRowOutput(many=True)
    reasons_undefined = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why those cells that are null are so; empty where none is.",
    )


class SnapshotTablesOutput(serializers.Serializer[Any]):
    tables = TableOutput(many=True)


class CountsDifferenceOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    first = serializers.IntegerField()
    second = serializers.IntegerField()


class SnapshotDifferenceOutput(serializers.Serializer[Any]):
    noun = serializers.ChoiceField(
        choices=[noun for _, _, noun in LINKS.values()], help_text="What the snapshots are made of."
    )
    num_shared = serializers.IntegerField()
    num_only_first = serializers.IntegerField()
    num_only_second = serializers.IntegerField()
    counts = CountsDifferenceOutput(many=True)
    queries_differ_in = serializers.ListField(child=serializers.CharField())


class OtherSnapshot(serializers.Serializer[Any]):
    other = serializers.UUIDField(help_text="The second snapshot, of the same kind.")


class SnapshotTablesView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="snapshot_tables", responses=SnapshotTablesOutput)
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """Tables 1, 6 to 11 of the paper and the languages; none for plain text."""
        tables = snapshot_tables(access_snapshot(snapshot_id))
        return Response(SnapshotTablesOutput({"tables": tables}).data)


class SnapshotDifferenceView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="snapshot_difference",
        parameters=[OtherSnapshot],
        responses=SnapshotDifferenceOutput,
    )
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """What went into this one and not into the other, and the other way round."""
        wanted = OtherSnapshot(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = difference(
            access_snapshot(snapshot_id), access_snapshot(wanted.validated_data["other"])
        )
        counts = [
            {"name": name, "first": first, "second": second}
            for name, (first, second) in found.counts.items()
        ]
        return Response(SnapshotDifferenceOutput({**vars(found), "counts": counts}).data)


urlpatterns = [
    path(
        "snapshots/<uuid:snapshot_id>/tables/",
        SnapshotTablesView.as_view(),
        name="snapshot-tables",
    ),
    path(
        "snapshots/<uuid:snapshot_id>/difference/",
        SnapshotDifferenceView.as_view(),
        name="snapshot-difference",
    ),
]
