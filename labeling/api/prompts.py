"""Prompts: listed, looked at, and imported."""

import io
from typing import Any, get_args

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from config.parsers import JSONLinesParser
from labeling.api.annotations import PromptAnnotationInput
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.strict_fields import StrictBoolean
from labeling.catalogue import CATEGORIES
from labeling.models import Completion, CompletionSource, Prompt, PromptAnnotation
from labeling.personal_data import Kind
from labeling.selectors.prompts import (
    PromptFilter,
    PromptSummary,
    access_prompt,
    prompt_summary,
    prompts,
    prompts_to_review,
)
from labeling.services.annotations import annotate_prompt
from labeling.services.personal_data import review_personal_data
from labeling.services.prompts import import_prompts
from labeling.text_hygiene import MAX_PROMPT_TOKENS

FINDING_KINDS = get_args(Kind)


class PromptFilterInput(serializers.Serializer[Any]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), required=False)
    split = serializers.ChoiceField(choices=Prompt.Split.choices, required=False)
    standing = serializers.ChoiceField(choices=Prompt.Standing.choices, required=False)
    personal_data = serializers.ChoiceField(choices=Prompt.PersonalData.choices, required=False)
    language = serializers.RegexField(r"^[a-z_-]{2,16}$", required=False)
    is_too_long = serializers.BooleanField(required=False, allow_null=True, default=None)
    search = serializers.CharField(
        max_length=200, required=False, allow_blank=True, trim_whitespace=False
    )


class PromptOutput(serializers.ModelSerializer[Prompt]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField())
    source_kind = serializers.ChoiceField(choices=Prompt.SourceKind.choices)
    split = serializers.ChoiceField(choices=Prompt.Split.choices)
    distribution = serializers.ChoiceField(choices=Prompt.Distribution.choices)
    num_completions = serializers.IntegerField()
    standing = serializers.ChoiceField(choices=Prompt.Standing.choices)
    personal_data = serializers.ChoiceField(choices=Prompt.PersonalData.choices)
    is_too_long = serializers.SerializerMethodField()

    class Meta:
        model = Prompt
        fields = [
            "id",
            "text",
            "category",
            "flags",
            "source_kind",
            "split",
            "distribution",
            "imported_from",
            "num_completions",
            "standing",
            "personal_data",
            "token_count",
            "is_too_long",
            "language",
            "language_confidence",
            "created_at",
        ]
        read_only_fields = fields

    def get_is_too_long(self, prompt: Prompt) -> bool:
        return (prompt.token_count or 0) > MAX_PROMPT_TOKENS


class SourceOutput(serializers.ModelSerializer[CompletionSource]):
    class Meta:
        model = CompletionSource
        fields = ["id", "name"]
        read_only_fields = fields


class CompletionOutput(serializers.ModelSerializer[Completion]):
    """With its source: for researchers, never for a labeler."""

    source = SourceOutput()  # type: ignore[assignment]  # the name is part of the contract
    sampling = serializers.DictField()

    class Meta:
        model = Completion
        fields = ["id", "text", "source", "sampling", "seed", "token_count", "finish_reason"]
        read_only_fields = fields


class AnnotationEntryOutput(serializers.ModelSerializer[PromptAnnotation]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField())
    annotator_name = serializers.CharField(
        source="annotator.display_name", default=None, allow_null=True
    )

    class Meta:
        model = PromptAnnotation
        fields = ["id", "category", "flags", "schema_revision", "annotator_name", "created_at"]
        read_only_fields = fields


class FindingOutput(serializers.Serializer[Any]):
    """``start`` and ``end`` count characters of Unicode."""

    kind = serializers.ChoiceField(choices=FINDING_KINDS)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    score = serializers.FloatField()


class PromptDetailOutput(PromptOutput):
    completions = CompletionOutput(many=True)
    annotations = AnnotationEntryOutput(many=True)
    personal_data_findings = FindingOutput(many=True)
    reviewed_by_name = serializers.CharField(
        source="personal_data_reviewed_by.display_name", default=None, allow_null=True
    )

    class Meta(PromptOutput.Meta):
        fields = [
            *PromptOutput.Meta.fields,
            "user_key",
            "organization_key",
            "consent_reference",
            "personal_data_findings",
            "reviewed_by_name",
            "personal_data_reviewed_at",
            "completions",
            "annotations",
        ]
        read_only_fields = fields


class PromptToReviewOutput(serializers.ModelSerializer[Prompt]):
    personal_data_findings = FindingOutput(many=True)

    class Meta:
        model = Prompt
        fields = ["id", "text", "imported_from", "personal_data_findings", "created_at"]
        read_only_fields = fields


class LanguageCountOutput(serializers.Serializer[Any]):
    language = serializers.CharField()
    num_prompts = serializers.IntegerField()


class PromptSummaryOutput(serializers.Serializer[Any]):
    num_prompts = serializers.IntegerField()
    num_usable = serializers.IntegerField()
    num_over_cap = serializers.IntegerField()
    num_too_long = serializers.IntegerField()
    num_unchecked = serializers.IntegerField()
    num_to_review = serializers.IntegerField()
    num_confirmed = serializers.IntegerField()
    english_share = serializers.FloatField(allow_null=True)
    languages = serializers.SerializerMethodField()

    @extend_schema_field(LanguageCountOutput(many=True))
    def get_languages(self, summary: PromptSummary) -> list[dict[str, object]]:
        return [
            {"language": language, "num_prompts": num} for language, num in summary.num_by_language
        ]


class PersonalDataInput(serializers.Serializer[Any]):
    is_personal = StrictBoolean()


class ImportOptions(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField(default=False)


class SkippedRowOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    reason = serializers.CharField()


class RowErrorOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ImportReportOutput(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    num_read = serializers.IntegerField()
    num_stored = serializers.IntegerField()
    stored = serializers.ListField(child=serializers.IntegerField())
    skipped = SkippedRowOutput(many=True)
    notes = SkippedRowOutput(many=True)
    errors = RowErrorOutput(many=True)  # type: ignore[assignment]  # as above


class PromptsView(generics.ListAPIView[Prompt]):
    permission_classes = [IsResearcher]
    serializer_class = PromptOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = PromptFilterInput(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return prompts(PromptFilter(**wanted.validated_data))

    @extend_schema(operation_id="list_prompts", parameters=[PromptFilterInput])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


class PromptView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="prompt", responses=PromptDetailOutput)
    def get(self, request: Request, prompt_id: int) -> Response:
        return Response(PromptDetailOutput(access_prompt(prompt_id)).data)


class PromptSummaryView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="prompt_summary", responses=PromptSummaryOutput)
    def get(self, request: Request) -> Response:
        return Response(PromptSummaryOutput(prompt_summary()).data)


class OldestFirst(KeysetPagination):
    ordering = ("id",)
    default_limit = 20


class PersonalDataQueueView(generics.ListAPIView[Prompt]):
    permission_classes = [IsResearcher]
    serializer_class = PromptToReviewOutput
    pagination_class = OldestFirst

    def get_queryset(self) -> Any:
        return prompts_to_review()

    @extend_schema(operation_id="list_prompts_with_personal_data")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Prompts in which personal data was found and nobody has decided, the oldest first."""
        return self.list(request)


class PersonalDataReviewView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="review_personal_data", request=PersonalDataInput, responses=PromptDetailOutput
    )
    def put(self, request: Request, prompt_id: int) -> Response:
        """Say whether what was found points to a person; only a cleared prompt is used."""
        given = PersonalDataInput(data=request.data)
        given.is_valid(raise_exception=True)
        review_personal_data(
            prompt_id=prompt_id, reviewer=account_of(request), **given.validated_data
        )
        return Response(PromptDetailOutput(access_prompt(prompt_id)).data)


class PromptAnnotationView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="annotate_prompt",
        request=PromptAnnotationInput,
        responses=PromptDetailOutput,
    )
    def put(self, request: Request, prompt_id: int) -> Response:
        """Replace what is said about the prompt; what was said before stays in its history."""
        given = PromptAnnotationInput(data=request.data)
        given.is_valid(raise_exception=True)
        annotate_prompt(prompt_id=prompt_id, annotator=account_of(request), **given.validated_data)
        return Response(PromptDetailOutput(access_prompt(prompt_id)).data)


class PromptImportView(APIView):
    permission_classes = [IsResearcher]
    parser_classes = [JSONLinesParser]

    @extend_schema(
        operation_id="import_prompts",
        parameters=[ImportOptions],
        request={JSONLinesParser.media_type: OpenApiTypes.STR},
        responses=ImportReportOutput,
    )
    def post(self, request: Request) -> Response:
        """Store the good rows of a JSON Lines body; every other row is reported with its line."""
        options = ImportOptions(data=request.query_params)
        options.is_valid(raise_exception=True)
        # Without a body there is nothing to parse, and DRF hands out an empty dictionary.
        body: Any = request.data
        report = import_prompts(
            io.BytesIO(body or b""),
            submitted_by=account_of(request),
            dry_run=options.validated_data["dry_run"],
        )
        return Response(ImportReportOutput(report).data)


urlpatterns = [
    path("prompts/", PromptsView.as_view(), name="prompts"),
    path("prompts/import/", PromptImportView.as_view(), name="prompts-import"),
    path("prompts/summary/", PromptSummaryView.as_view(), name="prompts-summary"),
    path("prompts/personal-data/", PersonalDataQueueView.as_view(), name="prompts-personal-data"),
    path("prompts/<int:prompt_id>/", PromptView.as_view(), name="prompt"),
    path(
        "prompts/<int:prompt_id>/annotation/",
        PromptAnnotationView.as_view(),
        name="prompt-annotation",
    ),
    path(
        "prompts/<int:prompt_id>/personal-data/",
        PersonalDataReviewView.as_view(),
        name="prompt-personal-data",
    ),
]
