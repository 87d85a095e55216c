"""The two voluntary surveys: labelers take part, researchers read what all together said (R18)."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher, MayLabel, account_of
from labeling.errors import NotAccessible
from labeling.models import Survey
from labeling.selectors.surveys import QuestionResult, SurveyResult, survey_result, surveys_taken_by
from labeling.services.surveys import take_part
from labeling.survey_questions import (
    CELL_MINIMUM,
    RESPONDENTS_MINIMUM,
    SURVEYS,
    SurveyName,
    SurveyQuestion,
)

KINDS = ["one", "many", "country", "agreement"]


class SurveyQuestionOutput(serializers.Serializer[SurveyQuestion]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    options = serializers.ListField(child=serializers.CharField())


class SurveyOutput(serializers.Serializer[Any]):
    survey = serializers.ChoiceField(choices=Survey.choices)
    has_taken_part = serializers.BooleanField()
    questions = SurveyQuestionOutput(many=True)


class ResponseInput(serializers.Serializer[Any]):
    answers = serializers.DictField(
        child=serializers.JSONField(),
        help_text="Question -> option, or a list of options. Any question may be left out.",
    )


class OptionResultOutput(serializers.Serializer[Any]):
    option = serializers.CharField()
    share = serializers.FloatField(
        allow_null=True, help_text="Of those who answered; null where it is withheld."
    )
    reference = serializers.FloatField(allow_null=True, help_text="In the paper.")


class QuestionResultOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    options = OptionResultOutput(
        many=True, allow_null=True, help_text="Null where too few have answered to tell anything."
    )


class SurveyResultOutput(serializers.Serializer[Any]):
    survey = serializers.ChoiceField(choices=Survey.choices)
    num_responses = serializers.IntegerField(
        allow_null=True, help_text="Null below the minimum; nothing is told then."
    )
    respondents_minimum = serializers.IntegerField()
    cell_minimum = serializers.IntegerField(
        help_text="An answer that fewer have given is withheld."
    )
    questions = QuestionResultOutput(many=True)


class SurveysView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="surveys", responses=SurveyOutput(many=True))
    def get(self, request: Request) -> Response:
        taken = surveys_taken_by(account_of(request))
        shown = [
            {"survey": survey, "has_taken_part": survey in taken, "questions": questions}
            for survey, questions in SURVEYS.items()
        ]
        return Response(SurveyOutput(shown, many=True).data)


class SurveyResponsesView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="take_part", request=ResponseInput, responses={204: None})
    def post(self, request: Request, survey: str) -> Response:
        """Take part, once. The response is kept without a name and without a time."""
        name = _named(survey)
        given = ResponseInput(data=request.data)
        given.is_valid(raise_exception=True)
        take_part(labeler=account_of(request), survey=name, answers=given.validated_data["answers"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class SurveyResultsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="survey_results", responses=SurveyResultOutput(many=True))
    def get(self, request: Request) -> Response:
        """What all together answered, with everything withheld that could point at one person."""
        shown = [_result_shown(survey_result(survey)) for survey in SURVEYS]
        return Response(SurveyResultOutput(shown, many=True).data)


def _named(survey: str) -> SurveyName:
    for name in SURVEYS:
        if name == survey:
            return name
    raise NotAccessible


def _result_shown(result: SurveyResult) -> dict[str, Any]:
    return {
        "survey": result.survey,
        "num_responses": result.num_responses,
        "respondents_minimum": RESPONDENTS_MINIMUM,
        "cell_minimum": CELL_MINIMUM,
        "questions": [_question_shown(question) for question in result.questions],
    }


def _question_shown(result: QuestionResult) -> dict[str, Any]:
    question, shares = result.question, result.shares
    options = shares and [
        {"option": option, "share": share, "reference": question.reference.get(option)}
        for option, share in shares.items()
        # Nobody needs to read that nobody came from each of 200 countries.
        if question.kind != "country" or share != 0 or option in question.reference
    ]
    return {"key": question.key, "kind": question.kind, "options": options}


urlpatterns = [
    path("surveys/", SurveysView.as_view(), name="surveys"),
    path("surveys/results/", SurveyResultsView.as_view(), name="survey-results"),
    path("surveys/<str:survey>/responses/", SurveyResponsesView.as_view(), name="survey-responses"),
]
