"""Exports of a snapshot: asked for, watched, downloaded file by file."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher, account_of
from training.api.authors import AuthorOutput
from training.models import Export
from training.selectors.exports import access_export, export_file, export_files, exports_of
from training.selectors.snapshots import access_snapshot
from training.services.export_jobs import request_export

MAX_FILES = 10


class ExportInput(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=MAX_FILES,
        default=list,
        help_text="Names without their ending; all that there are unless given.",
    )
    forms = serializers.ListField(
        child=serializers.ChoiceField(choices=Export.Form.choices),
        max_length=len(Export.Form.choices),
        default=list,
        help_text="Beside the lines of JSON.",
    )
    is_compressed = serializers.BooleanField(
        required=False, help_text="Whether the lines of JSON are gzipped; `datasets` reads both."
    )


class ExportFileOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField(allow_null=True)


class ExportOutput(serializers.ModelSerializer[Export]):
    state = serializers.ChoiceField(choices=Export.State.choices)
    num_records = serializers.IntegerField(source="snapshot.num_records")
    created_by = AuthorOutput()
    produced = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = [
            "id",
            "files",
            "forms",
            "is_compressed",
            "state",
            "num_records",
            "num_records_done",
            "failure",
            "created_by",
            "created_at",
            "finished_at",
            "produced",
        ]
        read_only_fields = fields

    @extend_schema_field(ExportFileOutput(many=True))
    def get_produced(self, export: Export) -> list[dict[str, Any]]:
        return export_files(export)


class SnapshotExportsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="list_exports", responses=ExportOutput(many=True))
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """All of them, the newest first."""
        access_snapshot(snapshot_id)
        return Response(ExportOutput(exports_of(snapshot_id), many=True).data)

    @extend_schema(
        operation_id="request_export", request=ExportInput, responses={201: ExportOutput}
    )
    def post(self, request: Request, snapshot_id: UUID) -> Response:
        wanted = ExportInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        export = request_export(
            snapshot_id=snapshot_id, by=account_of(request), **wanted.validated_data
        )
        shown = ExportOutput(access_export(export.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class ExportView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="export", responses=ExportOutput)
    def get(self, request: Request, export_id: UUID) -> Response:
        return Response(ExportOutput(access_export(export_id)).data)


class ExportFileView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="download_export_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, export_id: UUID, name: str) -> FileResponse:
        """The same bytes at every download."""
        found = export_file(access_export(export_id), name)
        return FileResponse(
            found.open("rb"),
            as_attachment=True,
            filename=name.replace("/", "-"),
            content_type="application/octet-stream",
        )


urlpatterns = [
    path(
        "snapshots/<uuid:snapshot_id>/exports/",
        SnapshotExportsView.as_view(),
        name="snapshot-exports",
    ),
    path("exports/<uuid:export_id>/", ExportView.as_view(), name="export"),
    path(
        "exports/<uuid:export_id>/files/<path:name>", ExportFileView.as_view(), name="export-file"
    ),
]
