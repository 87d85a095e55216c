"""Where completions come from. For researchers only: a labeler never sees a source (R30)."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.pagination import KeysetPagination
from labeling.api.permissions import IsResearcher
from labeling.models import CompletionSource
from labeling.selectors.completions import completion_sources


class CompletionSourceOutput(serializers.ModelSerializer[CompletionSource]):
    num_completions = serializers.IntegerField()

    class Meta:
        model = CompletionSource
        fields = ["id", "kind", "name", "num_completions", "created_at"]
        read_only_fields = fields


class CompletionSourcesPagination(KeysetPagination):
    ordering = ("name",)


class CompletionSourcesView(generics.ListAPIView[CompletionSource]):
    permission_classes = [IsResearcher]
    serializer_class = CompletionSourceOutput
    pagination_class = CompletionSourcesPagination

    def get_queryset(self) -> Any:
        return completion_sources()

    @extend_schema(operation_id="list_completion_sources")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


urlpatterns = [
    path("completion-sources/", CompletionSourcesView.as_view(), name="completion-sources"),
]
