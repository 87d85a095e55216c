"""Questions of labelers to the researchers, and the answers, which every labeler can read (R17).

Labelers never learn who asked; only researchers are told the name and the prompt.
"""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.permissions import IsResearcher, MayLabel, account_of
from labeling.api.strict_fields import ID_MAXIMUM, RowId, StrictUuid
from labeling.models import Answer, Project, Question, Task
from labeling.selectors.questions import (
    access_assignment_to_ask_about,
    access_question,
    access_questioned_project,
    questions_for,
)
from labeling.services.questions import answer_question, ask_question

MAX_QUESTION_CHARACTERS = 4_000
MAX_ANSWER_CHARACTERS = 10_000
EXCERPT_CHARACTERS = 160


class QuestionInput(serializers.Serializer[Any]):
    """About the task of an assignment, or about a project: one of the two is given."""

    project = RowId(allow_null=True, default=None)
    assignment = StrictUuid(allow_null=True, default=None)
    text = ExactText(max_length=MAX_QUESTION_CHARACTERS)
    client_key = StrictUuid(
        help_text="Made once per question: sending the same question again stores it once."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["project"] is None) == (attrs["assignment"] is None):
            message = "Name the project or the assignment that this is about, not both."
            raise serializers.ValidationError({"project": [message]})
        return attrs


class AnswerInput(serializers.Serializer[Any]):
    text = ExactText(max_length=MAX_ANSWER_CHARACTERS)


class AnswerOutput(serializers.ModelSerializer[Answer]):
    author_name = serializers.CharField(source="author.display_name")

    class Meta:
        model = Answer
        fields = ["id", "author_name", "text", "created_at"]
        read_only_fields = fields


class QuestionOutput(serializers.ModelSerializer[Question]):
    project_name = serializers.CharField(source="project.name")
    prompt_excerpt = serializers.SerializerMethodField(
        help_text="Of the task it was asked from; null for a question about the project."
    )
    is_mine = serializers.SerializerMethodField()
    asker_name = serializers.SerializerMethodField(help_text="For researchers; null for labelers.")
    prompt_id = serializers.SerializerMethodField(help_text="For researchers; null for labelers.")
    answers = AnswerOutput(many=True)

    class Meta:
        model = Question
        fields = [
            "id",
            "project",
            "project_name",
            "prompt_excerpt",
            "text",
            "is_mine",
            "asker_name",
            "prompt_id",
            "created_at",
            "answers",
        ]
        read_only_fields = fields

    def get_prompt_excerpt(self, question: Question) -> str | None:
        return question.task.prompt.text[:EXCERPT_CHARACTERS] if question.task else None

    def get_is_mine(self, question: Question) -> bool:
        return question.asker_id == account_of(self.context["request"]).pk

    def get_asker_name(self, question: Question) -> str | None:
        return question.asker.display_name if self._is_for_researcher else None

    def get_prompt_id(self, question: Question) -> int | None:
        if question.task is None or not self._is_for_researcher:
            return None
        return question.task.prompt_id

    @property
    def _is_for_researcher(self) -> bool:
        return account_of(self.context["request"]).is_researcher


class QuestionsFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    search = serializers.CharField(max_length=200, required=False)
    is_answered = serializers.BooleanField(required=False, allow_null=True, default=None)


class QuestionsView(generics.ListAPIView[Question]):
    permission_classes = [MayLabel]
    serializer_class = QuestionOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = QuestionsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return questions_for(account=account_of(self.request), **wanted.validated_data)

    @extend_schema(operation_id="list_questions", parameters=[QuestionsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="ask_question",
        request=QuestionInput,
        responses={201: QuestionOutput, 200: QuestionOutput},
    )
    def post(self, request: Request) -> Response:
        """Ask about a task or a project; 200 when it was stored before."""
        given = QuestionInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        project, task = _subject_of(wanted, request)
        question, is_new = ask_question(
            asker=account_of(request),
            project=project,
            task=task,
            text=wanted["text"],
            client_key=wanted["client_key"],
        )
        return Response(
            _shown(question.pk, request),
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


class AnswersView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="answer_question",
        request=AnswerInput,
        responses={201: QuestionOutput, 200: QuestionOutput},
    )
    def post(self, request: Request, question_id: int) -> Response:
        """Answer for every labeler of the project; 200 when these words were stored before."""
        given = AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        _, is_new = answer_question(
            author=account_of(request), question_id=question_id, text=given.validated_data["text"]
        )
        return Response(
            _shown(question_id, request),
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


def _subject_of(wanted: dict[str, Any], request: Request) -> tuple[Project, Task | None]:
    account = account_of(request)
    if wanted["assignment"] is None:
        return access_questioned_project(project_id=wanted["project"], account=account), None
    task = access_assignment_to_ask_about(assignment_id=wanted["assignment"], account=account).task
    return task.project, task


def _shown(question_id: int, request: Request) -> Any:
    question = access_question(question_id=question_id, account=account_of(request))
    return QuestionOutput(question, context={"request": request}).data


urlpatterns = [
    path("questions/", QuestionsView.as_view(), name="questions"),
    path("questions/<int:question_id>/answers/", AnswersView.as_view(), name="answers"),
]
