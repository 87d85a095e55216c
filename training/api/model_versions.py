"""Model versions: every set of weights, with where it came from (R53)."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsResearcher, ResearcherReadsAdminWrites, account_of
from labeling.errors import Refused
from training.archives import tar_chunks, tar_size
from training.artifact_store import ArtifactError, artifact_path
from training.models import ModelVersion, Promotion, Run
from training.selectors.lineage import code_that_made, lineage_of
from training.selectors.model_versions import FORMER, access_model_version, model_versions
from training.services.model_versions import Origin, register_base_model

# Too long for a list: one entry per validation completion.
LEFT_OUT_OF_LISTS = "scores"
EVIDENCE_KINDS = ("human_evaluation", "held_out_accuracy")
ARCHIVE_MEDIA_TYPE = "application/x-tar"


class ModelFolderInput(serializers.Serializer[Any]):
    """A Hugging Face folder on the server's own disk: safetensors only, no code."""

    name = DisplayNameField(max_length=160)
    path = ExactText(max_length=1_000)
    licence = serializers.CharField(max_length=200)
    source = serializers.CharField(  # type: ignore[assignment]  # the name is part of the contract
        max_length=300, required=False, allow_blank=True, default=""
    )

    def validate_path(self, value: str) -> Path:
        folder = Path(value)
        if not folder.is_absolute() or ".." in folder.parts:
            raise serializers.ValidationError("An absolute path without '..' is needed.")
        return folder


class ModelVersionFilter(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ModelVersion.Kind.choices, required=False)


class MakerOutput(serializers.ModelSerializer[Run]):
    stage = serializers.ChoiceField(choices=Run.Stage.choices)

    class Meta:
        model = Run
        fields = ["id", "stage"]
        read_only_fields = fields


class VersionStage(serializers.ChoiceField):
    """How far a version has been promoted; ``former`` was current until another one was."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[*Promotion.Stage.values, FORMER], **options)


class EvidenceOutput(serializers.Serializer[Any]):
    """A share with its 95% interval: of comparisons won, or of held-out pairs ordered rightly."""

    kind = serializers.ChoiceField(choices=EVIDENCE_KINDS)
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    num_judgments = serializers.IntegerField(required=False)
    num_labelers = serializers.IntegerField(required=False)
    num_prompts = serializers.IntegerField(required=False)
    num_pairs = serializers.IntegerField(required=False)
    compared_with = serializers.CharField(required=False)


class ModelVersionName(serializers.ModelSerializer[ModelVersion]):
    kind = serializers.ChoiceField(choices=ModelVersion.Kind.choices)

    class Meta:
        model = ModelVersion
        fields = ["id", "name", "kind"]
        read_only_fields = fields


class ModelVersionOutput(serializers.ModelSerializer[ModelVersion]):
    """Needs the annotations of ``model_versions``."""

    kind = serializers.ChoiceField(choices=ModelVersion.Kind.choices)
    sha256 = serializers.CharField(source="artifact_id")
    bytes = serializers.IntegerField(source="artifact.num_bytes")
    run = MakerOutput(allow_null=True)
    completion_source_id = serializers.IntegerField(allow_null=True)
    architecture = serializers.CharField(
        allow_blank=True, help_text="The model_type of its configuration; blank where not known."
    )
    context_tokens = serializers.IntegerField(
        allow_null=True, help_text="The longest text that it reads; null where not known."
    )
    vocabulary_size = serializers.IntegerField(
        allow_null=True, help_text="The tokens of its tokenizer; null where not known."
    )
    vocabulary_sha256 = serializers.CharField(
        allow_blank=True, help_text="Of those tokens with their ids; blank where not known."
    )
    stage = VersionStage(allow_null=True)
    evidence = EvidenceOutput(
        allow_null=True, help_text="What the newest promotion that stood on a figure stood on."
    )
    report = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "name",
            "kind",
            "licence",
            "source",
            "sha256",
            "bytes",
            "created_at",
            "run",
            "completion_source_id",
            "architecture",
            "context_tokens",
            "vocabulary_size",
            "vocabulary_sha256",
            "stage",
            "evidence",
            "report",
        ]
        read_only_fields = fields

    def get_report(self, version: ModelVersion) -> dict[str, Any]:
        return short_report(version.report)


class ParentOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    model_version = ModelVersionName()


class UsedSnapshotOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    id = serializers.UUIDField(source="snapshot.pk")
    name = serializers.CharField(source="snapshot.name")
    sha256 = serializers.CharField(source="snapshot.records_sha256")
    num_records = serializers.IntegerField(source="snapshot.num_records")
    used_for = ModelVersionName()


class LabelsOutput(serializers.Serializer[Any]):
    num_rankings = serializers.IntegerField()
    num_demonstrations = serializers.IntegerField()
    num_labelers = serializers.IntegerField()
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    ranking_ids = serializers.ListField(child=serializers.UUIDField())


class LineageOutput(serializers.Serializer[Any]):
    parents = ParentOutput(many=True)
    snapshots = UsedSnapshotOutput(many=True)
    labels = LabelsOutput()
    code_revision = serializers.CharField(allow_null=True)
    seed = serializers.IntegerField(allow_null=True)
    hyperparameters = serializers.DictField()


class ModelVersionDetailOutput(ModelVersionOutput):
    lineage = serializers.SerializerMethodField()

    class Meta(ModelVersionOutput.Meta):
        fields = [*ModelVersionOutput.Meta.fields, "lineage"]
        read_only_fields = fields

    def get_report(self, version: ModelVersion) -> dict[str, Any]:
        return dict(version.report)

    @extend_schema_field(LineageOutput)
    def get_lineage(self, version: ModelVersion) -> dict[str, Any]:
        found, run = lineage_of(version), version.run
        return dict(
            LineageOutput(
                {
                    "parents": found.parents,
                    "snapshots": found.snapshots,
                    "labels": found.labels,
                    "code_revision": code_that_made(version),
                    "seed": run and run.seed,
                    "hyperparameters": run.spec["hyperparameters"] if run else {},
                }
            ).data
        )


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class ModelVersionsView(generics.ListAPIView[ModelVersion]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = ModelVersionOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        wanted = ModelVersionFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return model_versions(**wanted.validated_data)

    @extend_schema(operation_id="list_model_versions", parameters=[ModelVersionFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="register_model_version",
        request=ModelFolderInput,
        responses={201: ModelVersionOutput},
    )
    def post(self, request: Request) -> Response:
        """Copy a local folder into the store as a base model."""
        given = ModelFolderInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        version = register_base_model(
            path=wanted["path"],
            name=wanted["name"],
            origin=Origin(
                licence=wanted["licence"],
                source=wanted["source"] or f"the local folder {wanted['path'].name}",
            ),
            by=account_of(request),
        )
        shown = ModelVersionOutput(access_model_version(version.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class ModelVersionView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="model_version", responses=ModelVersionDetailOutput)
    def get(self, request: Request, model_version_id: UUID) -> Response:
        return Response(ModelVersionDetailOutput(access_model_version(model_version_id)).data)


class ModelVersionDownloadView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="download_model_version",
        responses={(200, ARCHIVE_MEDIA_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, model_version_id: UUID) -> StreamingHttpResponse:
        """The Hugging Face folder as a tar file, byte for byte the same at every download."""
        version = access_model_version(model_version_id)
        try:
            folder = artifact_path(settings.ARTIFACT_ROOT, version.artifact_id)
        except ArtifactError as error:
            raise Refused("files_missing", "Its files are missing from the store.") from error
        name = slugify(version.name)[:60] or "model"
        answer = StreamingHttpResponse(tar_chunks(folder, name), content_type=ARCHIVE_MEDIA_TYPE)
        answer["Content-Length"] = str(tar_size(folder, name))
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{name}-{version.artifact_id[:12]}.tar"
        )
        return answer


def short_report(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what would make a list of them long."""
    validation = report.get("validation")
    if not isinstance(validation, dict) or LEFT_OUT_OF_LISTS not in validation:
        return report
    kept = {name: figure for name, figure in validation.items() if name != LEFT_OUT_OF_LISTS}
    return {**report, "validation": kept}


urlpatterns = [
    path("model-versions/", ModelVersionsView.as_view(), name="model-versions"),
    path(
        "model-versions/<uuid:model_version_id>/", ModelVersionView.as_view(), name="model-version"
    ),
    path(
        "model-versions/<uuid:model_version_id>/download/",
        ModelVersionDownloadView.as_view(),
        name="model-version-download",
    ),
]
