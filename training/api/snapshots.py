"""Snapshots: previewed, frozen, looked at and downloaded (R49-R52)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsResearcher, ResearcherReadsAdminWrites, account_of
from labeling.catalogue import CATEGORIES
from labeling.models import Prompt
from training.api.authors import AuthorOutput
from training.api.freezings import FreezingOutput
from training.artifact_store import artifact_file
from training.models import Snapshot
from training.selectors.freezings import access_freezing
from training.selectors.snapshot_splits import SHARE_LIMITS
from training.selectors.snapshots import access_snapshot, snapshots
from training.services.freezings import request_freezing
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import preview

ID_MAXIMUM = 2**63 - 1
MAXIMUM_CHOICES = 10_000
RECORDS_MEDIA_TYPE = "application/jsonl"


class RowIds(serializers.ListField):
    child = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM)


class SnapshotInput(serializers.Serializer[Any]):
    """What to freeze. ``null`` means no limit."""

    name = DisplayNameField(max_length=160)
    kind = serializers.ChoiceField(choices=Snapshot.Kind.choices)
    project_ids = RowIds(required=False, allow_null=True, max_length=MAXIMUM_CHOICES)
    include_simulated = serializers.BooleanField(default=False)
    validation_share = serializers.FloatField(
        required=False,
        allow_null=True,
        min_value=SHARE_LIMITS[0],
        max_value=SHARE_LIMITS[1],
        help_text="Hold out more than the tenth of the prompts that are held out anyway.",
    )
    prompt_category = serializers.ChoiceField(
        choices=tuple(CATEGORIES.items()), required=False, allow_null=True
    )
    prompt_sources = serializers.ListField(
        child=serializers.ChoiceField(choices=Prompt.SourceKind.choices),
        required=False,
        allow_null=True,
        max_length=len(Prompt.SourceKind.choices),
        help_text="For ppo and eval; customers' prompts unless given.",
    )
    prompt_ids = RowIds(
        required=False, allow_null=True, max_length=MAXIMUM_CHOICES, help_text="For ppo and eval."
    )
    num_validation_prompts = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=MAXIMUM_CHOICES,
        help_text="For ppo: so many prompts of the validation split come along to judge the policy "
        "by before and after; it never learns from them, and no evaluation of it can use them. For "
        "eval: at most so many, one of each customer before the second of any; 0 takes all.",
    )
    text = ExactText(
        required=False,
        allow_blank=True,
        default="",
        help_text="For pretrain: documents set apart by blank lines.",
    )

    def query(self) -> SnapshotQuery:
        given = dict(self.validated_data)
        for name in ("name", "kind", "text"):
            given.pop(name, None)
        return SnapshotQuery(**given)


class SnapshotPreviewInput(SnapshotInput):
    name = DisplayNameField(max_length=160, required=False, allow_blank=True)


class PreviewOutput(serializers.Serializer[Any]):
    counts = serializers.DictField(child=serializers.IntegerField())
    problems = serializers.ListField(child=serializers.CharField())


class SnapshotOutput(serializers.ModelSerializer[Snapshot]):
    kind = serializers.ChoiceField(choices=Snapshot.Kind.choices)
    sha256 = serializers.CharField(
        source="records_sha256", help_text="Of the records as they are downloaded."
    )
    counts = serializers.DictField(child=serializers.IntegerField())
    query = serializers.DictField()
    created_by = AuthorOutput()
    bytes = serializers.IntegerField(source="artifact.num_bytes")

    class Meta:
        model = Snapshot
        fields = [
            "id",
            "name",
            "kind",
            "sha256",
            "num_records",
            "counts",
            "query",
            "created_by",
            "created_at",
            "bytes",
        ]
        read_only_fields = fields


class SnapshotFilter(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Snapshot.Kind.choices, required=False)


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class SnapshotsView(generics.ListAPIView[Snapshot]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = SnapshotOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        wanted = SnapshotFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return snapshots(**wanted.validated_data)

    @extend_schema(operation_id="list_snapshots", parameters=[SnapshotFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="freeze_snapshot", request=SnapshotInput, responses={202: FreezingOutput}
    )
    def post(self, request: Request) -> Response:
        """A worker freezes it: `GET /api/freezings/ID/` says how far it is.

        The same again while it is on its way is the same freezing.
        """
        given = SnapshotInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        freezing = request_freezing(
            by=account_of(request),
            name=wanted["name"],
            kind=wanted["kind"],
            query=given.query(),
            text=wanted["text"],
        )
        shown = FreezingOutput(access_freezing(freezing.pk))
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)


class SnapshotPreviewView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="preview_snapshot", request=SnapshotPreviewInput, responses=PreviewOutput
    )
    def post(self, request: Request) -> Response:
        """What freezing now would store, and what is worth knowing first."""
        given = SnapshotPreviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        seen = preview(
            kind=given.validated_data["kind"],
            query=given.query(),
            text=given.validated_data["text"],
        )
        return Response(PreviewOutput(seen).data)


class SnapshotView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="snapshot", responses=SnapshotOutput)
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        return Response(SnapshotOutput(access_snapshot(snapshot_id)).data)


class SnapshotRecordsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="download_snapshot_records",
        responses={(200, RECORDS_MEDIA_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, snapshot_id: UUID) -> FileResponse:
        """The canonical JSON Lines, byte for byte the same at every download."""
        snapshot = access_snapshot(snapshot_id)
        records = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
        return FileResponse(
            records.open("rb"),
            as_attachment=True,
            filename=f"{snapshot.kind}-{snapshot.records_sha256[:12]}.jsonl",
            content_type=RECORDS_MEDIA_TYPE,
        )


urlpatterns = [
    path("snapshots/", SnapshotsView.as_view(), name="snapshots"),
    path("snapshots/preview/", SnapshotPreviewView.as_view(), name="snapshots-preview"),
    path("snapshots/<uuid:snapshot_id>/", SnapshotView.as_view(), name="snapshot"),
    path(
        "snapshots/<uuid:snapshot_id>/records/",
        SnapshotRecordsView.as_view(),
        name="snapshot-records",
    ),
]
