"""A labeler's drafts: everything begun and not handed in, each with its way back."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.pagination import KeysetPagination
from labeling.api.assignments import EXCERPT_CHARACTERS, KINDS, state_shown
from labeling.api.permissions import MayLabel, account_of
from labeling.models import Draft
from labeling.selectors.drafts import kept_drafts

STATES = ["leased", "expired", "skipped"]


class KeptDraftOutput(serializers.Serializer[Draft]):
    id = serializers.UUIDField(source="assignment_id", help_text="Of the assignment.")
    kind = serializers.ChoiceField(choices=KINDS, source="assignment.task.project.kind")
    project = serializers.IntegerField(source="assignment.project_id")
    project_name = serializers.CharField(source="assignment.task.project.name")
    prompt_excerpt = serializers.SerializerMethodField()
    text_excerpt = serializers.SerializerMethodField(
        help_text="Of a demonstration; null for the other kinds."
    )
    state = serializers.SerializerMethodField()
    saved_at = serializers.DateTimeField()

    def get_prompt_excerpt(self, draft: Draft) -> str:
        return draft.assignment.task.prompt.text[:EXCERPT_CHARACTERS]

    def get_text_excerpt(self, draft: Draft) -> str | None:
        text = draft.body.get("text")
        return text[:EXCERPT_CHARACTERS] if isinstance(text, str) else None

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, draft: Draft) -> str:
        return state_shown(draft.assignment)


class KeptDraftsPagination(KeysetPagination):
    ordering = ("-saved_at", "-id")


class KeptDraftsView(generics.ListAPIView[Draft]):
    permission_classes = [MayLabel]
    serializer_class = KeptDraftOutput
    pagination_class = KeptDraftsPagination

    def get_queryset(self) -> Any:
        return kept_drafts(labeler=account_of(self.request))

    @extend_schema(operation_id="list_kept_drafts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own drafts, the latest saved first; no answer that was handed in is among them."""
        return self.list(request)


urlpatterns = [path("assignments/drafts/", KeptDraftsView.as_view(), name="kept-drafts")]
