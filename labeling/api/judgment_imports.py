"""Imports of other projects' judgments: opened, uploaded in pieces, watched, reported on."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import StrictBoolean, StrictInteger
from labeling.api.uploads import OneLine, PiecesOutput, UploadKind, upload_paths
from labeling.importers.formats import FORMATS
from labeling.models import JudgmentImport, JudgmentImportRow, User
from labeling.selectors.judgment_imports import imported_project
from labeling.selectors.uploads import num_by_outcome
from labeling.services.judgment_import_jobs import (
    MAX_FILE_BYTES,
    NewJudgmentImport,
    open_judgment_import,
)


class FormatChoiceOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    help = serializers.CharField()
    default = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class JudgmentFormatOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    about = serializers.CharField(help_text="What a file of it holds.")
    row = serializers.CharField(help_text="What the format calls a row.")
    choices = FormatChoiceOutput(many=True, help_text="What a file of it does not say.")


class JudgmentFormatsOutput(serializers.Serializer[Any]):
    formats = JudgmentFormatOutput(many=True)
    max_bytes = serializers.IntegerField()


class JudgmentImportInput(serializers.Serializer[Any]):
    file_name = OneLine(max_length=200)
    num_bytes = StrictInteger(min_value=1)
    format = serializers.ChoiceField(choices=sorted(FORMATS))
    choices = serializers.DictField(child=OneLine(max_length=2_000, allow_blank=True), default=dict)
    dataset = OneLine(max_length=40)
    project_name = OneLine(max_length=160, allow_blank=True, default="")
    is_study = StrictBoolean(default=True, help_text="For the figures only: nothing ever trains.")
    is_dry_run = StrictBoolean(default=True)


class JudgmentImportOutput(serializers.ModelSerializer[JudgmentImport]):
    state = serializers.ChoiceField(choices=JudgmentImport.State.choices)
    choices = serializers.DictField(child=serializers.CharField())
    created_by_name = serializers.CharField(source="created_by.display_name")
    num_rows_read = serializers.IntegerField(
        help_text="Rows of the file: those stored, with nothing new, left out and broken together."
    )

    class Meta:
        model = JudgmentImport
        fields = [
            "id",
            "file_name",
            "num_bytes",
            "format",
            "choices",
            "dataset",
            "project_name",
            "is_study",
            "is_dry_run",
            "state",
            "num_rows_done",
            "num_rows_read",
            "num_rows_stored",
            "num_rows_skipped",
            "num_rows_left_out",
            "num_rows_broken",
            "is_whole",
            "num_prompts",
            "num_completions",
            "num_labelers",
            "num_tasks",
            "num_judgments",
            "num_demonstrations",
            "failure",
            "created_by_name",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class RowCountsOutput(serializers.Serializer[Any]):
    broken = serializers.IntegerField()
    left_out = serializers.IntegerField()
    skipped = serializers.IntegerField()
    note = serializers.IntegerField()


class JudgmentImportDetailOutput(PiecesOutput, JudgmentImportOutput):
    """``uploaded`` lists the pieces that are here while it is uploaded, and nothing afterwards."""

    num_said = serializers.SerializerMethodField()
    not_kept = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="What of the file has no place here: in how many of the rows that are read into "
        "something a value stands there.",
    )
    project_id = serializers.SerializerMethodField()

    class Meta(JudgmentImportOutput.Meta):
        fields = [
            *JudgmentImportOutput.Meta.fields,
            "chunk_bytes",
            "uploaded",
            "num_said",
            "not_kept",
            "project_id",
        ]
        read_only_fields = fields

    @extend_schema_field(RowCountsOutput)
    def get_num_said(self, found: JudgmentImport) -> dict[str, int]:
        return num_by_outcome(found.rows.all(), JudgmentImportRow.Outcome.values)

    def get_project_id(self, found: JudgmentImport) -> int | None:
        return imported_project(found)


class RowsFilter(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=JudgmentImportRow.Outcome.choices, required=False)


class JudgmentImportRowOutput(serializers.ModelSerializer[JudgmentImportRow]):
    outcome = serializers.ChoiceField(choices=JudgmentImportRow.Outcome.choices)

    class Meta:
        model = JudgmentImportRow
        fields = ["id", "line", "outcome", "field", "message"]
        read_only_fields = fields


class JudgmentFormatsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="judgment_formats", responses=JudgmentFormatsOutput)
    def get(self, request: Request) -> Response:
        """Every format of file that is read, and what each leaves to choose."""
        formats = [known for _, known in sorted(FORMATS.items())]
        said = {"formats": formats, "max_bytes": MAX_FILE_BYTES}
        return Response(JudgmentFormatsOutput(said).data)


def _open(values: Mapping[str, Any], created_by: User) -> JudgmentImport:
    return open_judgment_import(new=NewJudgmentImport(**values), created_by=created_by)


KIND = UploadKind(
    name="judgment-import",
    model=JudgmentImport,
    wanted=JudgmentImportInput,
    open=_open,
    listed=JudgmentImportOutput,
    shown=JudgmentImportDetailOutput,
    rows="rows",
    said=JudgmentImportRowOutput,
    rows_filter=RowsFilter,
    columns={name: name for name in ("line", "outcome", "field", "message")},
    about_report="Every row with something to say as CSV, sent while it is read.",
)

urlpatterns = [
    path("judgment-formats/", JudgmentFormatsView.as_view(), name="judgment-formats"),
    *upload_paths(KIND),
]
