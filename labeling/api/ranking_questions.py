"""What researchers ask a labeler about a ranking of theirs, and the labeler's answers.

A labeler sees their own questions only, is not told who else was asked, and meets no model's name.
"""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import MayLabel, account_of
from labeling.api.questions import AnswerInput
from labeling.models import RankingQuestion
from labeling.selectors.ranking_questions import (
    access_ranking_question,
    ranking_questions_to,
)
from labeling.services.ranking_questions import answer_about_ranking


class RankingQuestionOutput(serializers.ModelSerializer[RankingQuestion]):
    author_name = serializers.CharField(source="author.display_name")
    project_name = serializers.CharField(source="ranking.task.project.name")
    prompt = serializers.CharField(source="ranking.task.prompt.text")
    assignment = serializers.UUIDField(
        source="ranking.assignment_id",
        allow_null=True,
        help_text="Under which the labeler's own answer can be read again.",
    )

    class Meta:
        model = RankingQuestion
        fields = [
            "id",
            "author_name",
            "project_name",
            "prompt",
            "assignment",
            "text",
            "created_at",
            "answer",
            "answered_at",
        ]
        read_only_fields = fields


class RankingQuestionsView(generics.ListAPIView[RankingQuestion]):
    permission_classes = [MayLabel]
    serializer_class = RankingQuestionOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return ranking_questions_to(labeler=account_of(self.request))

    @extend_schema(operation_id="list_ranking_questions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What oneself was asked, the latest first."""
        return self.list(request)


class RankingAnswerView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="answer_ranking_question",
        request=AnswerInput,
        responses={201: RankingQuestionOutput, 200: RankingQuestionOutput},
    )
    def post(self, request: Request, question_id: int) -> Response:
        """Answer once, for the researchers; 200 when these words were stored before."""
        given = AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        labeler = account_of(request)
        _, is_new = answer_about_ranking(
            labeler=labeler, question_id=question_id, text=given.validated_data["text"]
        )
        question = access_ranking_question(question_id=question_id, labeler=labeler)
        return Response(
            RankingQuestionOutput(question).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


urlpatterns = [
    path("ranking-questions/", RankingQuestionsView.as_view(), name="ranking-questions"),
    path(
        "ranking-questions/<int:question_id>/answer/",
        RankingAnswerView.as_view(),
        name="ranking-answer",
    ),
]
