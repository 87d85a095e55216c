"""What every import of an uploaded file shows and takes: pieces, a cancel, rows and a report."""

from collections.abc import Mapping
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from config.parsers import BytesParser
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ExactText
from labeling.exporters.csv_cells import csv_lines
from labeling.models.uploads import CHUNK_BYTES, Upload
from labeling.selectors.uploads import (
    access_upload,
    in_file_order,
    uploaded_positions,
    with_outcome,
)
from labeling.services.uploads import cancel_upload, store_piece
from labeling.text_hygiene import has_control_characters


class OneLine(ExactText):
    """A text without line breaks and other controls."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if has_control_characters(text):
            raise serializers.ValidationError("This is one line without control characters.")
        return text


class PiecesOutput(serializers.Serializer[Any]):
    """``uploaded`` lists the pieces that are here while it is uploaded, and nothing afterwards."""

    chunk_bytes = serializers.SerializerMethodField()
    uploaded = serializers.SerializerMethodField()

    def get_chunk_bytes(self, _: Upload) -> int:
        return CHUNK_BYTES

    def get_uploaded(self, found: Upload) -> list[int]:
        return uploaded_positions(found)


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class InFileOrder(KeysetPagination):
    ordering = ("line", "id")


# No docstrings on these: the schema would hand them to the readers of every subclass.
class UploadView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[type[Upload]]
    output: ClassVar[type[serializers.BaseSerializer[Any]]]

    def get(self, request: Request, import_id: UUID) -> Response:
        return Response(self.output(access_upload(self.kind, import_id)).data)


class UploadPieceView(APIView):
    permission_classes = [IsResearcher]
    parser_classes = [BytesParser]
    kind: ClassVar[type[Upload]]

    def put(self, request: Request, import_id: UUID, position: int) -> Response:
        """One piece of the file, counted from 0; sending it again changes nothing."""
        # Without a body there is nothing to parse, and DRF hands out an empty dictionary.
        body: Any = request.data
        store_piece(kind=self.kind, import_id=import_id, position=position, content=body or b"")
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadCancelView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[type[Upload]]
    output: ClassVar[type[serializers.BaseSerializer[Any]]]

    def post(self, request: Request, import_id: UUID) -> Response:
        cancel_upload(kind=self.kind, import_id=import_id)
        return Response(self.output(access_upload(self.kind, import_id)).data)


class UploadRowsView(generics.ListAPIView[Any]):
    permission_classes = [IsResearcher]
    pagination_class = InFileOrder
    kind: ClassVar[type[Upload]]
    # The relation that holds what is said of the rows, and what it may be filtered by.
    rows: ClassVar[str]
    wanted: ClassVar[type[serializers.Serializer[Any]]]

    def get_queryset(self) -> Any:
        wanted = self.wanted(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        found: Any = access_upload(self.kind, self.kwargs["import_id"])
        return with_outcome(getattr(found, self.rows).all(), wanted.validated_data.get("outcome"))


class UploadReportView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[type[Upload]]
    rows: ClassVar[str]
    # What the columns of the file are called, and what of a row stands in each.
    columns: ClassVar[Mapping[str, str]]

    def get(self, request: Request, import_id: UUID) -> StreamingHttpResponse:
        found: Any = access_upload(self.kind, import_id)
        cells = attrgetter(*self.columns.values())
        said = (cells(row) for row in in_file_order(getattr(found, self.rows).all()))
        lines = csv_lines(chain([tuple(self.columns)], said))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="import-{found.pk}.csv"'
        return answer
