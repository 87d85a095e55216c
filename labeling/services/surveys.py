"""Taking part in a survey without leaving a trace of who answered what (R18)."""

import random
from collections.abc import Mapping

from django.db import connection, transaction

from labeling.errors import Refused
from labeling.models import Role, SurveyParticipation, SurveyResponse, User
from labeling.survey_questions import SurveyName, problems_of


@transaction.atomic
def take_part(*, labeler: User, survey: SurveyName, answers: Mapping[str, object]) -> None:
    """Store a response that names nobody, and apart from it that this labeler has responded.

    Raises: Refused("not_a_labeler"), Refused("empty_response"), Refused("invalid_response"),
    Refused("already_taken_part").
    """
    if labeler.role != Role.LABELER or labeler.is_simulated:
        raise Refused("not_a_labeler", "The surveys are about labelers only.", status=422)
    _check_answers(survey, answers)
    _lock_responses()
    _, is_new = SurveyParticipation.objects.get_or_create(labeler=labeler, survey=survey)
    if not is_new:
        raise Refused("already_taken_part", "You have answered this survey already.")
    _store_among_the_others(SurveyResponse(survey=survey, answers=dict(answers)))


def _check_answers(survey: SurveyName, answers: Mapping[str, object]) -> None:
    if not answers:
        raise Refused(
            "empty_response", "Answer at least one question, or leave the survey.", status=400
        )
    problems = problems_of(survey, answers)
    if problems:
        raise Refused(
            "invalid_response",
            "Some answers are not among those offered.",
            status=400,
            fields={f"answers.{key}": [message] for key, message in problems.items()},
        )


def _lock_responses() -> None:
    """One response after the other: each rewrites them all."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {SurveyResponse._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _store_among_the_others(response: SurveyResponse) -> None:
    """Write every response anew in a random order.

    Postgres keeps with each row which transaction wrote it, and keeps rows in the order of their
    coming: both would lead from a participation to its response. They are few and short.
    """
    responses = [*SurveyResponse.objects.all(), response]
    random.SystemRandom().shuffle(responses)
    SurveyResponse.objects.all().delete()
    SurveyResponse.objects.bulk_create(responses)
