"""Which work the facts about labelers are made of: no excluded prompts, repeats with what they
repeat."""

from datetime import UTC, datetime, timedelta

import pytest

from labeling.models import Project
from tests.cast import exclude_prompt, make_ranking_project
from tests.labeling.test_labeler_quality import facts_of, judge, repeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_ranking_project()


def test_work_on_an_excluded_prompt_says_nothing_of_a_labeler(project, amina, rosa):
    ties = judge(project, amina, 1, 1, 1, 1, times=10)
    judge(project, amina, 1, 2, 3, 4, times=10)
    for ranking in ties[:5]:
        exclude_prompt(project, ranking.task.prompt, rosa)

    found = facts_of(rosa, amina)["tie_share"]

    assert (found["value"], found["num_counted"]) == (pytest.approx(1 / 3), 15)


def test_a_repeat_meets_what_was_said_before_the_days_chosen(project, amina, rosa):
    """R33. Of the days of the repeats alone the labeler is as consistent as of all."""
    first = datetime(2025, 3, 3, 12, tzinfo=UTC)
    for ranking in judge(project, amina, 1, 2, 3, 4, times=10, submitted_at=first):
        repeat(ranking, 2, 1, 4, 3, submitted_at=first + timedelta(days=30))

    found = facts_of(rosa, amina, since="2025-03-20")["self_consistency"]

    assert (found["value"], found["num_counted"]) == (pytest.approx(4 / 6), 10)
