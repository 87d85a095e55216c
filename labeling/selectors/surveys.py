"""Reading the surveys: whether one has taken part, and what all together answered (R18)."""

from dataclasses import dataclass

from labeling.models import SurveyParticipation, SurveyResponse, User
from labeling.survey_questions import (
    RESPONDENTS_MINIMUM,
    SURVEYS,
    SurveyName,
    SurveyQuestion,
    counts_of,
    shown_shares,
)


@dataclass(frozen=True)
class QuestionResult:
    question: SurveyQuestion
    # None where too few answered, or where every answer would have to be withheld.
    shares: dict[str, float | None] | None


@dataclass(frozen=True)
class SurveyResult:
    """``num_responses`` is None below the minimum: who knows the team could tell who is missing."""

    survey: SurveyName
    num_responses: int | None
    questions: tuple[QuestionResult, ...]


def surveys_taken_by(labeler: User) -> set[str]:
    taken = SurveyParticipation.objects.filter(labeler=labeler)
    return set(taken.values_list("survey", flat=True))


def survey_result(survey: SurveyName) -> SurveyResult:
    """What may be told of a survey. One query, over rows that name nobody."""
    responses = list(SurveyResponse.objects.filter(survey=survey).values_list("answers", flat=True))
    if len(responses) < RESPONDENTS_MINIMUM:
        return SurveyResult(survey, None, ())
    results = []
    for question in SURVEYS[survey]:
        num_answers, counts = counts_of(question, responses)
        shares = shown_shares(question, num_answers=num_answers, counts=counts)
        results.append(QuestionResult(question, shares))
    return SurveyResult(survey, len(responses), tuple(results))
