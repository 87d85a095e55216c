"""Imports of uploaded files of every kind: announced, sent in pieces, watched, ended, reported on.

A kind says what is its own in an ``UploadKind``, and ``upload_paths`` are its addresses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from config.parsers import BytesParser
from labeling.api.permissions import IsResearcher, account_of
from labeling.exporters.csv_cells import csv_lines
from labeling.models import User
from labeling.models.uploads import CHUNK_BYTES, Upload
from labeling.selectors.uploads import (
    access_upload,
    in_file_order,
    uploaded_positions,
    uploads,
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


@dataclass(frozen=True)
class UploadKind:
    """What one kind of file has of its own; ``name`` stands in its addresses and operations."""

    name: str
    model: type[Upload]
    # What announces a file, and what is done with it.
    wanted: type[serializers.Serializer[Any]]
    open: Callable[[Mapping[str, Any], User], Upload]
    listed: type[serializers.BaseSerializer[Any]]
    shown: type[serializers.BaseSerializer[Any]]
    # The relation that holds what is said of its rows; their address ends with it.
    rows: str
    said: type[serializers.BaseSerializer[Any]]
    rows_filter: type[serializers.Serializer[Any]]
    # What the columns of the report are called, and what of a row stands in each.
    columns: Mapping[str, str]
    about_report: str


# No docstrings on these: the schema would hand them to the readers of every subclass.
class UploadsView(generics.ListAPIView[Any]):
    permission_classes = [IsResearcher]
    pagination_class = NewestFirst
    kind: ClassVar[UploadKind]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.kind.listed

    def get_queryset(self) -> Any:
        return uploads(self.kind.model)

    def post(self, request: Request) -> Response:
        """Announce a file; its pieces follow, ``chunk_bytes`` each, the last one shorter."""
        wanted = self.kind.wanted(data=request.data)
        wanted.is_valid(raise_exception=True)
        opened = self.kind.open(wanted.validated_data, account_of(request))
        shown = self.kind.shown(access_upload(self.kind.model, opened.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class UploadView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[UploadKind]

    def get(self, request: Request, import_id: UUID) -> Response:
        return Response(self.kind.shown(access_upload(self.kind.model, import_id)).data)


class UploadPieceView(APIView):
    permission_classes = [IsResearcher]
    parser_classes = [BytesParser]
    kind: ClassVar[UploadKind]

    def put(self, request: Request, import_id: UUID, position: int) -> Response:
        """One piece of the file, counted from 0; sending it again changes nothing."""
        # Without a body there is nothing to parse, and DRF hands out an empty dictionary.
        body: Any = request.data
        store_piece(
            kind=self.kind.model, import_id=import_id, position=position, content=body or b""
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadCancelView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[UploadKind]

    def post(self, request: Request, import_id: UUID) -> Response:
        cancel_upload(kind=self.kind.model, import_id=import_id)
        return Response(self.kind.shown(access_upload(self.kind.model, import_id)).data)


class UploadRowsView(generics.ListAPIView[Any]):
    permission_classes = [IsResearcher]
    pagination_class = InFileOrder
    kind: ClassVar[UploadKind]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.kind.said

    def get_queryset(self) -> Any:
        wanted = self.kind.rows_filter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        found: Any = access_upload(self.kind.model, self.kwargs["import_id"])
        rows = getattr(found, self.kind.rows).all()
        return with_outcome(rows, wanted.validated_data.get("outcome"))


class UploadReportView(APIView):
    permission_classes = [IsResearcher]
    kind: ClassVar[UploadKind]

    def get(self, request: Request, import_id: UUID) -> StreamingHttpResponse:
        found: Any = access_upload(self.kind.model, import_id)
        cells = attrgetter(*self.kind.columns.values())
        said = (cells(row) for row in in_file_order(getattr(found, self.kind.rows).all()))
        lines = csv_lines(chain([tuple(self.kind.columns)], said))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="import-{found.pk}.csv"'
        return answer


def upload_paths(kind: UploadKind) -> list[URLPattern]:
    """The addresses of one kind: all of them, one, its pieces, its end, its rows, its report."""
    noun, every = kind.name.replace("-", "_"), f"{kind.name}s/"
    one = f"{every}<uuid:import_id>/"

    def said(operation: str, **schema: Any) -> Any:
        return extend_schema(operation_id=operation, **schema)

    def at(address: str, name: str, view: type[APIView], **schemas: Any) -> URLPattern:
        own: Any = type(view.__name__, (view,), {"kind": kind})
        made: URLPattern = path(address, extend_schema_view(**schemas)(own).as_view(), name=name)
        return made

    opened = said(f"open_{noun}", request=kind.wanted, responses={201: kind.shown})
    piece = said(
        f"upload_{noun}_piece",
        request={BytesParser.media_type: OpenApiTypes.BINARY},
        responses={204: None},
    )
    ended = said(f"cancel_{noun}", request=None, responses=kind.shown)
    rows = said(f"list_{noun}_{kind.rows}", parameters=[kind.rows_filter])
    report = said(
        f"{noun}_report",
        description=kind.about_report,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    return [
        at(every, f"{kind.name}s", UploadsView, get=said(f"list_{noun}s"), post=opened),
        at(one, kind.name, UploadView, get=said(noun, responses=kind.shown)),
        at(f"{one}chunks/<int:position>/", f"{kind.name}-chunk", UploadPieceView, put=piece),
        at(f"{one}cancel/", f"{kind.name}-cancel", UploadCancelView, post=ended),
        at(f"{one}{kind.rows}/", f"{kind.name}-{kind.rows}", UploadRowsView, get=rows),
        at(f"{one}report.csv", f"{kind.name}-report", UploadReportView, get=report),
    ]
