"""Looking at a text while it is written: its exact length, and whether one wrote it before."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.api.assignments import EXCERPT_CHARACTERS
from labeling.api.drafts import MAX_TEXT_CHARACTERS
from labeling.api.permissions import MayLabel, account_of
from labeling.api.strict_fields import StrictUuid
from labeling.models import Demonstration
from labeling.selectors.demonstrations import languages_apart, same_answer_of
from labeling.services.demonstrations import MAX_TOKENS
from labeling.services.token_counts import count_tokens


class TextCheckInput(serializers.Serializer[Any]):
    text = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)
    assignment = StrictUuid(
        allow_null=True,
        default=None,
        help_text="The task it answers: asks for earlier answers of one's own in the same words.",
    )


class SameAnswerOutput(serializers.Serializer[Demonstration]):
    assignment = serializers.UUIDField(source="assignment_id")
    project = serializers.IntegerField(source="assignment.project_id")
    prompt_excerpt = serializers.SerializerMethodField()
    submitted_at = serializers.DateTimeField()

    def get_prompt_excerpt(self, demonstration: Demonstration) -> str:
        return demonstration.prompt.text[:EXCERPT_CHARACTERS]


class OtherLanguageOutput(serializers.Serializer[Any]):
    written = serializers.CharField(help_text='A code such as "en".')
    asked = serializers.CharField()


class TextCheckOutput(serializers.Serializer[Any]):
    num_tokens = serializers.IntegerField()
    is_exact = serializers.BooleanField(
        help_text="False where the server has no tokenizer and can only estimate."
    )
    max_tokens = serializers.IntegerField()
    same_answer = SameAnswerOutput(allow_null=True)
    other_language = OtherLanguageOutput(
        allow_null=True, help_text="Where the answer is surely in another language than its prompt."
    )


class TextChecksView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="check_text", request=TextCheckInput, responses=TextCheckOutput)
    def post(self, request: Request) -> Response:
        """Stores nothing. A POST, because a text is too long and too private for an address."""
        given = TextCheckInput(data=request.data)
        given.is_valid(raise_exception=True)
        text, assignment = given.validated_data["text"], given.validated_data["assignment"]
        length = count_tokens(text)
        same, other_language = None, None
        if assignment is not None:
            labeler = account_of(request)
            same = same_answer_of(labeler=labeler, text=text, besides=assignment)
            apart = languages_apart(labeler=labeler, text=text, assignment=assignment)
            other_language = apart and dict(zip(("written", "asked"), apart, strict=True))
        checked = {
            "num_tokens": length.tokens,
            "is_exact": length.is_exact,
            "max_tokens": MAX_TOKENS,
            "same_answer": same,
            "other_language": other_language,
        }
        return Response(TextCheckOutput(checked).data)


urlpatterns = [path("text-checks/", TextChecksView.as_view(), name="check-text")]
