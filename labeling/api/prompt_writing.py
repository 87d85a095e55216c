"""Prompts written by labelers, and the descriptions they are written from (R1-R3)."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.drafts import MAX_TEXT_CHARACTERS
from labeling.api.permissions import MayLabel, account_of
from labeling.api.strict_fields import RowId, StrictUuid
from labeling.catalogue import CATEGORIES
from labeling.few_shot import MAX_PAIRS, Pair
from labeling.models import FewShotSet, Prompt, TaskDescription
from labeling.selectors.prompt_writing import (
    descriptions_of,
    descriptions_to_write_from,
    written_prompts_of,
)
from labeling.services.prompt_writing import (
    FewShotDraft,
    check_few_shot,
    describe_task,
    withdraw_description,
    write_few_shot_set,
    write_prompt,
)

MAX_DESCRIPTION_CHARACTERS = 4_000
WRITTEN_ALONE = [
    (kind.value, kind.label)
    for kind in (Prompt.SourceKind.LABELER_PLAIN, Prompt.SourceKind.LABELER_USER_BASED)
]


def category_field() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True, default=None)


class WrittenPromptInput(serializers.Serializer[Any]):
    """The text is its own key: sending the same prompt again stores it once."""

    kind = serializers.ChoiceField(choices=WRITTEN_ALONE)
    text = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)
    category = category_field()
    description = RowId(
        allow_null=True, default=None, help_text="Of a user-based prompt: what it comes from."
    )


class WrittenPromptOutput(serializers.ModelSerializer[Prompt]):
    kind = serializers.ChoiceField(choices=Prompt.SourceKind.choices, source="source_kind")
    category = serializers.ChoiceField(choices=tuple(CATEGORIES.items()), allow_null=True)
    standing = serializers.ChoiceField(choices=Prompt.Standing.choices)
    personal_data = serializers.ChoiceField(choices=Prompt.PersonalData.choices)
    description = serializers.CharField(
        source="description.text", allow_null=True, default=None, read_only=True
    )

    class Meta:
        model = Prompt
        fields = [
            "id",
            "kind",
            "text",
            "category",
            "description",
            "few_shot_set",
            "standing",
            "personal_data",
            "token_count",
            "created_at",
        ]
        read_only_fields = fields


class PairInput(serializers.Serializer[Any]):
    query = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)
    response = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)


class FewShotInput(serializers.Serializer[Any]):
    instruction = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)
    pairs = serializers.ListField(child=PairInput(), max_length=MAX_PAIRS)
    category = category_field()
    client_key = StrictUuid(
        help_text="Made once per set: sending the same set again stores it once."
    )


class FewShotOutput(serializers.ModelSerializer[FewShotSet]):
    num_prompts = serializers.IntegerField(source="prompts.count")

    class Meta:
        model = FewShotSet
        fields = ["id", "num_prompts", "created_at"]
        read_only_fields = fields


class ExampleOutput(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    response = serializers.CharField()


class DescriptionInput(serializers.Serializer[Any]):
    text = ExactText(max_length=MAX_DESCRIPTION_CHARACTERS, allow_blank=True)


class DescriptionOutput(serializers.ModelSerializer[TaskDescription]):
    """Nothing here says whose it is: a description points to nobody."""

    num_prompts = serializers.IntegerField()

    class Meta:
        model = TaskDescription
        fields = ["id", "text", "num_prompts", "created_at", "withdrawn_at"]
        read_only_fields = fields


class DescriptionsFilter(serializers.Serializer[Any]):
    whose = serializers.ChoiceField(
        choices=["mine", "others"],
        default="others",
        help_text="One's own are for others to write from, theirs for oneself.",
    )


class WrittenPromptsView(generics.ListAPIView[Prompt]):
    permission_classes = [MayLabel]
    serializer_class = WrittenPromptOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return written_prompts_of(author=account_of(self.request))

    @extend_schema(operation_id="list_written_prompts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own prompts, the latest first."""
        return self.list(request)

    @extend_schema(
        operation_id="write_prompt",
        request=WrittenPromptInput,
        responses={201: WrittenPromptOutput, 200: WrittenPromptOutput},
    )
    def post(self, request: Request) -> Response:
        """Store a prompt; 200 when one stored it before in the same words."""
        given = WrittenPromptInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = dict(given.validated_data)
        description_id = wanted.pop("description")
        stored = write_prompt(author=account_of(request), description_id=description_id, **wanted)
        return Response(
            WrittenPromptOutput(stored.prompt).data,
            status=status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK,
        )


def few_shot_draft(request: Request) -> FewShotDraft:
    given = FewShotInput(data=request.data)
    given.is_valid(raise_exception=True)
    wanted = given.validated_data
    return FewShotDraft(
        instruction=wanted["instruction"],
        pairs=tuple(Pair(**pair) for pair in wanted["pairs"]),
        category=wanted["category"],
        client_key=wanted["client_key"],
    )


class FewShotSetsView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="write_few_shot_set",
        request=FewShotInput,
        responses={201: FewShotOutput, 200: FewShotOutput},
    )
    def post(self, request: Request) -> Response:
        """Store K pairs as K prompts with their answers; 200 when it was stored before."""
        stored, is_new = write_few_shot_set(
            author=account_of(request), draft=few_shot_draft(request)
        )
        return Response(
            FewShotOutput(stored).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


class FewShotPreviewView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="preview_few_shot_set",
        request=FewShotInput,
        responses=ExampleOutput(many=True),
    )
    def post(self, request: Request) -> Response:
        """The examples that this set would be stored as. Stores nothing."""
        examples = check_few_shot(few_shot_draft(request))
        return Response(ExampleOutput(examples, many=True).data)


class TaskDescriptionsView(generics.ListAPIView[TaskDescription]):
    permission_classes = [MayLabel]
    serializer_class = DescriptionOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = DescriptionsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        account = account_of(self.request)
        if wanted.validated_data["whose"] == "mine":
            return descriptions_of(author=account)
        return descriptions_to_write_from(writer=account)

    @extend_schema(operation_id="list_task_descriptions", parameters=[DescriptionsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="describe_task",
        request=DescriptionInput,
        responses={201: DescriptionOutput, 200: DescriptionOutput},
    )
    def post(self, request: Request) -> Response:
        """Describe a task for others to write from; 200 when these words were stored before."""
        given = DescriptionInput(data=request.data)
        given.is_valid(raise_exception=True)
        account = account_of(request)
        described, is_new = describe_task(author=account, text=given.validated_data["text"])
        return Response(
            DescriptionOutput(descriptions_of(author=account).get(pk=described.pk)).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


class WithdrawDescriptionView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="withdraw_task_description", request=None, responses={204: None})
    def post(self, request: Request, description_id: int) -> Response:
        """Offer one's own description to nobody any more."""
        withdraw_description(author=account_of(request), description_id=description_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("written-prompts/", WrittenPromptsView.as_view(), name="written-prompts"),
    path("few-shot-sets/", FewShotSetsView.as_view(), name="few-shot-sets"),
    path("few-shot-sets/preview/", FewShotPreviewView.as_view(), name="few-shot-preview"),
    path("task-descriptions/", TaskDescriptionsView.as_view(), name="task-descriptions"),
    path(
        "task-descriptions/<int:description_id>/withdraw/",
        WithdrawDescriptionView.as_view(),
        name="withdraw-task-description",
    ),
]
