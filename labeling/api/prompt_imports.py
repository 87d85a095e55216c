"""Imports of prompt files: opened, uploaded in pieces, watched, reported on."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labeling.api.strict_fields import StrictBoolean, StrictInteger
from labeling.api.uploads import OneLine, PiecesOutput, UploadKind, upload_paths
from labeling.models import PromptImport, PromptImportLine, User
from labeling.selectors.uploads import num_by_outcome
from labeling.services.prompt_imports import NewImport, open_import

REPORT_COLUMNS = {
    "line": "line",
    "outcome": "outcome",
    "prompt": "prompt_id",
    "duplicate_of": "duplicate_of_id",
    "field": "field",
    "message": "message",
}


class PromptImportInput(serializers.Serializer[Any]):
    file_name = OneLine(max_length=200)
    num_bytes = StrictInteger(min_value=1)
    format = serializers.ChoiceField(
        choices=PromptImport.Format.choices,
        default=PromptImport.Format.ROWS,
        help_text="Rows, or the prompts.jsonl of one split of an export: its prompts stay in it.",
    )
    is_dry_run = StrictBoolean(default=False)
    cap = StrictInteger(
        min_value=1,
        max_value=1_000_000,
        default=None,
        allow_null=True,
        help_text="At most so many accepted prompts of one key; the installation's unless given.",
    )
    cap_by = serializers.ChoiceField(
        choices=PromptImport.CapBy.choices, default=None, allow_null=True
    )


class PromptImportOutput(serializers.ModelSerializer[PromptImport]):
    state = serializers.ChoiceField(choices=PromptImport.State.choices)
    format = serializers.ChoiceField(choices=PromptImport.Format.choices)
    cap_by = serializers.ChoiceField(choices=PromptImport.CapBy.choices)
    created_by_name = serializers.CharField(source="created_by.display_name")

    class Meta:
        model = PromptImport
        fields = [
            "id",
            "file_name",
            "num_bytes",
            "format",
            "state",
            "is_dry_run",
            "prefix_tokens",
            "cap",
            "cap_by",
            "num_bytes_done",
            "num_lines_done",
            "failure",
            "created_by_name",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class OutcomeCountsOutput(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    over_cap = serializers.IntegerField()
    personal_data = serializers.IntegerField()
    too_long = serializers.IntegerField()
    broken = serializers.IntegerField()


class PromptImportDetailOutput(PiecesOutput, PromptImportOutput):
    """``uploaded`` lists the pieces that are here while it is uploaded, and nothing afterwards."""

    num_lines = serializers.SerializerMethodField()

    class Meta(PromptImportOutput.Meta):
        fields = [*PromptImportOutput.Meta.fields, "chunk_bytes", "uploaded", "num_lines"]
        read_only_fields = fields

    @extend_schema_field(OutcomeCountsOutput)
    def get_num_lines(self, prompt_import: PromptImport) -> dict[str, int]:
        return num_by_outcome(prompt_import.lines.all(), PromptImportLine.Outcome.values)


class LinesFilter(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=PromptImportLine.Outcome.choices, required=False)


class PromptImportLineOutput(serializers.ModelSerializer[PromptImportLine]):
    outcome = serializers.ChoiceField(choices=PromptImportLine.Outcome.choices)
    prompt_id = serializers.IntegerField(allow_null=True)
    duplicate_of_id = serializers.IntegerField(allow_null=True)

    class Meta:
        model = PromptImportLine
        fields = ["id", "line", "outcome", "field", "message", "prompt_id", "duplicate_of_id"]
        read_only_fields = fields


def _open(values: Mapping[str, Any], created_by: User) -> PromptImport:
    return open_import(new=NewImport(**values), created_by=created_by)


KIND = UploadKind(
    name="prompt-import",
    model=PromptImport,
    wanted=PromptImportInput,
    open=_open,
    listed=PromptImportOutput,
    shown=PromptImportDetailOutput,
    rows="lines",
    said=PromptImportLineOutput,
    rows_filter=LinesFilter,
    columns=REPORT_COLUMNS,
    about_report="Every line as CSV, sent while it is read.",
)

urlpatterns = upload_paths(KIND)
