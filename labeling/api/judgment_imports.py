"""Imports of other projects' judgments: opened, uploaded in pieces, watched, reported on."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
from labeling.importers.formats import FORMATS
from labeling.models import JudgmentImport, JudgmentImportRow
from labeling.selectors.judgment_imports import imported_project
from labeling.selectors.uploads import (
    access_upload,
    num_by_outcome,
    uploads,
)
from labeling.services.judgment_import_jobs import (
    MAX_FILE_BYTES,
    NewJudgmentImport,
    open_judgment_import,
)

REPORT_COLUMNS = {name: name for name in ("line", "outcome", "field", "message")}


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
    project_id = serializers.SerializerMethodField()

    class Meta(JudgmentImportOutput.Meta):
        fields = [
            *JudgmentImportOutput.Meta.fields,
            "chunk_bytes",
            "uploaded",
            "num_said",
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


class JudgmentImportsView(generics.ListAPIView[JudgmentImport]):
    permission_classes = [IsResearcher]
    serializer_class = JudgmentImportOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return uploads(JudgmentImport)

    @extend_schema(operation_id="list_judgment_imports")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="open_judgment_import",
        request=JudgmentImportInput,
        responses={201: JudgmentImportDetailOutput},
    )
    def post(self, request: Request) -> Response:
        """Announce a file; its pieces follow, ``chunk_bytes`` each, the last one shorter."""
        wanted = JudgmentImportInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        opened = open_judgment_import(
            new=NewJudgmentImport(**wanted.validated_data), created_by=account_of(request)
        )
        shown = JudgmentImportDetailOutput(access_upload(JudgmentImport, opened.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(operation_id="judgment_import", responses=JudgmentImportDetailOutput)
)
class JudgmentImportView(UploadView):
    kind, output = JudgmentImport, JudgmentImportDetailOutput


@extend_schema_view(
    put=extend_schema(
        operation_id="upload_judgment_import_piece",
        request={BytesParser.media_type: OpenApiTypes.BINARY},
        responses={204: None},
    )
)
class JudgmentImportChunkView(UploadPieceView):
    kind = JudgmentImport


@extend_schema_view(
    post=extend_schema(
        operation_id="cancel_judgment_import", request=None, responses=JudgmentImportDetailOutput
    )
)
class JudgmentImportCancelView(UploadCancelView):
    kind, output = JudgmentImport, JudgmentImportDetailOutput


@extend_schema_view(
    get=extend_schema(operation_id="list_judgment_import_rows", parameters=[RowsFilter])
)
class JudgmentImportRowsView(UploadRowsView):
    kind, rows, wanted = JudgmentImport, "rows", RowsFilter
    serializer_class = JudgmentImportRowOutput


@extend_schema_view(
    get=extend_schema(
        operation_id="judgment_import_report",
        description="Every row with something to say as CSV, sent while it is read.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
)
class JudgmentImportReportView(UploadReportView):
    kind, rows, columns = JudgmentImport, "rows", REPORT_COLUMNS


urlpatterns = [
    path("judgment-formats/", JudgmentFormatsView.as_view(), name="judgment-formats"),
    path("judgment-imports/", JudgmentImportsView.as_view(), name="judgment-imports"),
    path(
        "judgment-imports/<uuid:import_id>/", JudgmentImportView.as_view(), name="judgment-import"
    ),
    path(
        "judgment-imports/<uuid:import_id>/chunks/<int:position>/",
        JudgmentImportChunkView.as_view(),
        name="judgment-import-chunk",
    ),
    path(
        "judgment-imports/<uuid:import_id>/cancel/",
        JudgmentImportCancelView.as_view(),
        name="judgment-import-cancel",
    ),
    path(
        "judgment-imports/<uuid:import_id>/rows/",
        JudgmentImportRowsView.as_view(),
        name="judgment-import-rows",
    ),
    path(
        "judgment-imports/<uuid:import_id>/report.csv",
        JudgmentImportReportView.as_view(),
        name="judgment-import-report",
    ),
]
