"""GET /api/costs/: active minutes, and minutes per sealed pair, by project."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.models import Ranking
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_ranking_project(overlap=5)


def read(person, **query):
    return client_of(person).get("/api/costs/", query)


def only(person, **query) -> dict:
    answer = read(person, **query)
    assert answer.status_code == 200
    [found] = answer.json()["projects"]
    return found


def test_minutes_are_divided_by_the_ordered_pairs(rosa, amina, otto, project):
    """K = 4: [1, 2, 3, 4] orders 6 pairs, [1, 1, 2, 2] orders 4; each took a minute."""
    task = make_task(project)
    make_ranking(task, amina, [1, 2, 3, 4])
    make_ranking(task, otto, [1, 1, 2, 2])

    found = only(rosa)

    assert (found["num_rankings"], found["num_pairs"]) == (2, 10)
    assert found["ranking_minutes"] == 2.0
    assert found["minutes_per_pair"] == pytest.approx(0.2)


def test_an_answer_whose_time_nobody_measured_is_not_in_the_quotient(rosa, amina, otto, project):
    task = make_task(project)
    make_ranking(task, amina, [1, 2, 3, 4])
    untimed = make_ranking(task, otto, [1, 2, 3, 4])
    Ranking.objects.filter(pk=untimed.pk).update(seconds_active=None)

    found = only(rosa)

    assert (found["num_rankings"], found["num_timed_rankings"], found["num_pairs"]) == (2, 1, 12)
    assert found["minutes_per_pair"] == pytest.approx(1 / 6)


def test_all_tied_rankings_make_no_pair_and_no_quotient(rosa, amina, project):
    make_ranking(make_task(project), amina, [1, 1, 1, 1])

    found = only(rosa)

    assert (found["num_pairs"], found["minutes_per_pair"]) == (0, None)


def test_demonstrations_count_in_their_own_columns(rosa, amina):
    make_demonstration(make_task(make_demonstration_project(), make_prompt()), amina)

    found = only(rosa)

    assert (found["num_demonstrations"], found["demonstration_minutes"]) == (1, 1.0)
    assert found["minutes_per_demonstration"] == 1.0
    assert (found["num_rankings"], found["minutes_per_pair"]) == (0, None)


def test_simulated_labelers_cost_nothing_unless_asked_for(rosa, sim, project):
    make_ranking(make_task(project), sim, [1, 2, 3, 4])

    assert read(rosa).json()["projects"] == []
    assert only(rosa, include_simulated=True)["num_rankings"] == 1


def test_days_of_submission_are_both_included(rosa, amina, project):
    week_ago = timezone.now() - timedelta(days=7)
    make_ranking(make_task(project), amina, [1, 2, 3, 4], submitted_at=week_ago)
    day = week_ago.date()

    assert only(rosa, since=day, until=day)["num_rankings"] == 1
    assert read(rosa, since=day + timedelta(days=1)).json()["projects"] == []
    assert read(rosa, until=day - timedelta(days=1)).json()["projects"] == []


def test_the_number_of_queries_does_not_grow(rosa, amina, project, django_assert_num_queries):
    for _ in range(3):
        make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])
    client = client_of(rosa)
    client.get("/api/costs/")

    # Session, account, rankings, demonstrations, pairs, projects.
    with django_assert_num_queries(6):
        answer = client.get("/api/costs/")
    assert len(answer.json()["projects"]) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"project": 0}, "project"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
    ],
)
def test_a_malformed_filter_names_its_field(rosa, query, field):
    answer = read(rosa, **query)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_a_labeler_does_not_read_it(amina):
    assert read(amina).status_code == 403
