"""Imports of prompt files: opened, uploaded in pieces, watched, reported on."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.parsers import BytesParser
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.strict_fields import StrictBoolean, StrictInteger
from labeling.api.uploads import (
    NewestFirst,
    OneLine,
    PiecesOutput,
    UploadCancelView,
    UploadPieceView,
    UploadReportView,
    UploadRowsView,
    UploadView,
)
from labeling.models import PromptImport, PromptImportLine
from labeling.selectors.uploads import (
    access_upload,
    num_by_outcome,
    uploads,
)
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
    cap_by = serializers.ChoiceField(choices=PromptImport.CapBy.choices)
    created_by_name = serializers.CharField(source="created_by.display_name")

    class Meta:
        model = PromptImport
        fields = [
            "id",
            "file_name",
            "num_bytes",
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


class PromptImportsView(generics.ListAPIView[PromptImport]):
    permission_classes = [IsResearcher]
    serializer_class = PromptImportOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return uploads(PromptImport)

    @extend_schema(operation_id="list_prompt_imports")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="open_prompt_import",
        request=PromptImportInput,
        responses={201: PromptImportDetailOutput},
    )
    def post(self, request: Request) -> Response:
        """Announce a file; its pieces follow, ``chunk_bytes`` each, the last one shorter."""
        wanted = PromptImportInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        opened = open_import(new=NewImport(**wanted.validated_data), created_by=account_of(request))
        shown = PromptImportDetailOutput(access_upload(PromptImport, opened.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(operation_id="prompt_import", responses=PromptImportDetailOutput)
)
class PromptImportView(UploadView):
    kind, output = PromptImport, PromptImportDetailOutput


@extend_schema_view(
    put=extend_schema(
        operation_id="upload_prompt_import_piece",
        request={BytesParser.media_type: OpenApiTypes.BINARY},
        responses={204: None},
    )
)
class PromptImportChunkView(UploadPieceView):
    kind = PromptImport


@extend_schema_view(
    post=extend_schema(
        operation_id="cancel_prompt_import", request=None, responses=PromptImportDetailOutput
    )
)
class PromptImportCancelView(UploadCancelView):
    kind, output = PromptImport, PromptImportDetailOutput


@extend_schema_view(
    get=extend_schema(operation_id="list_prompt_import_lines", parameters=[LinesFilter])
)
class PromptImportLinesView(UploadRowsView):
    kind, rows, wanted = PromptImport, "lines", LinesFilter
    serializer_class = PromptImportLineOutput


@extend_schema_view(
    get=extend_schema(
        operation_id="prompt_import_report",
        description="Every line as CSV, sent while it is read.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
)
class PromptImportReportView(UploadReportView):
    kind, rows, columns = PromptImport, "lines", REPORT_COLUMNS


urlpatterns = [
    path("prompt-imports/", PromptImportsView.as_view(), name="prompt-imports"),
    path("prompt-imports/<uuid:import_id>/", PromptImportView.as_view(), name="prompt-import"),
    path(
        "prompt-imports/<uuid:import_id>/chunks/<int:position>/",
        PromptImportChunkView.as_view(),
        name="prompt-import-chunk",
    ),
    path(
        "prompt-imports/<uuid:import_id>/cancel/",
        PromptImportCancelView.as_view(),
        name="prompt-import-cancel",
    ),
    path(
        "prompt-imports/<uuid:import_id>/lines/",
        PromptImportLinesView.as_view(),
        name="prompt-import-lines",
    ),
    path(
        "prompt-imports/<uuid:import_id>/report.csv",
        PromptImportReportView.as_view(),
        name="prompt-import-report",
    ),
]
