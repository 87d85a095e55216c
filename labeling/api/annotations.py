"""What a labeler says about the prompt they are answering: its category and its flags (R23)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import MayLabel, account_of
from labeling.api.strict_fields import StrictBoolean
from labeling.catalogue import CATEGORIES, PROMPT_QUESTIONS
from labeling.models import Prompt
from labeling.services.annotations import annotate_prompt_of_assignment


class PromptFlagsField(serializers.DictField):
    """Flag or tag -> yes, no, or null for unanswered; any other key is refused by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=StrictBoolean(allow_null=True), **options)

    def to_internal_value(self, data: Any) -> dict[str, bool | None]:
        flags: dict[str, bool | None] = super().to_internal_value(data)
        if strange := sorted(flags.keys() - PROMPT_QUESTIONS.keys()):
            raise serializers.ValidationError({key[:80]: ["Not a prompt flag."] for key in strange})
        return flags


class PromptAnnotationInput(serializers.Serializer[Any]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    flags = PromptFlagsField()


class PromptAnnotationOutput(serializers.ModelSerializer[Prompt]):
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField())

    class Meta:
        model = Prompt
        fields = ["category", "flags"]
        read_only_fields = fields


class AssignmentAnnotationView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="annotate_prompt_of_assignment",
        request=PromptAnnotationInput,
        responses=PromptAnnotationOutput,
    )
    def put(self, request: Request, assignment_id: UUID) -> Response:
        """Replace what is said about the prompt of this demonstration task."""
        given = PromptAnnotationInput(data=request.data)
        given.is_valid(raise_exception=True)
        prompt = annotate_prompt_of_assignment(
            labeler=account_of(request), assignment_id=assignment_id, **given.validated_data
        )
        return Response(PromptAnnotationOutput(prompt).data)


urlpatterns = [
    path(
        "assignments/<uuid:assignment_id>/prompt-annotation/",
        AssignmentAnnotationView.as_view(),
        name="annotate-prompt-of-assignment",
    ),
]
