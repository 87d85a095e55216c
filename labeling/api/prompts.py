"""Prompts: listed, looked at, and imported."""

import io
from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from config.parsers import JSONLinesParser
from labeling.api.permissions import IsResearcher, account_of
from labeling.catalogue import CATEGORIES
from labeling.models import Completion, CompletionSource, Prompt
from labeling.selectors.prompts import access_prompt, prompts
from labeling.services.prompts import import_prompts


class PromptFilter(serializers.Serializer[Any]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), required=False)
    split = serializers.ChoiceField(choices=Prompt.Split.choices, required=False)
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
            "created_at",
        ]
        read_only_fields = fields


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


class PromptDetailOutput(PromptOutput):
    completions = CompletionOutput(many=True)

    class Meta(PromptOutput.Meta):
        fields = [*PromptOutput.Meta.fields, "completions"]
        read_only_fields = fields


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
    errors = RowErrorOutput(many=True)  # type: ignore[assignment]  # as above


class PromptsView(generics.ListAPIView[Prompt]):
    permission_classes = [IsResearcher]
    serializer_class = PromptOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = PromptFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return prompts(**wanted.validated_data)

    @extend_schema(operation_id="list_prompts", parameters=[PromptFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


class PromptView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="prompt", responses=PromptDetailOutput)
    def get(self, request: Request, prompt_id: int) -> Response:
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
    path("prompts/<int:prompt_id>/", PromptView.as_view(), name="prompt"),
]
