"""GET /api/costs/: active minutes, and minutes per sealed pair, by project."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.models import Ranking
from tests.cast import (
    client_of,
    exclude_prompt,
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
    each = found["minutes_per_pair"]
    assert (each["value"], each["n"], each["num_prompts"]) == (pytest.approx(0.2), 10, 1)
    assert (each["low"], each["reason_no_interval"]) == (
        None,
        "An interval needs at least 5 prompts; here is 1.",
    )


def test_an_answer_whose_time_nobody_measured_is_not_in_the_quotient(rosa, amina, otto, project):
    task = make_task(project)
    make_ranking(task, amina, [1, 2, 3, 4])
    untimed = make_ranking(task, otto, [1, 2, 3, 4])
    Ranking.objects.filter(pk=untimed.pk).update(seconds_active=None)

    found = only(rosa)

    assert (found["num_rankings"], found["num_timed_rankings"], found["num_pairs"]) == (2, 1, 12)
    assert found["minutes_per_pair"]["value"] == pytest.approx(1 / 6)
    assert found["minutes_per_pair"]["n"] == 6


def test_all_tied_rankings_make_no_pair_and_no_quotient(rosa, amina, project):
    make_ranking(make_task(project), amina, [1, 1, 1, 1])

    found = only(rosa)

    assert (found["num_pairs"], found["minutes_per_pair"]["value"]) == (0, None)
    assert found["minutes_per_pair"]["reason_undefined"] == "No pair was timed."


def test_minutes_per_pair_have_an_interval_over_prompts(rosa, amina, project):
    """Six prompts of a minute each: three with 6 pairs, three with 4; 6 / 30 minutes a pair."""
    for ranks in [[1, 2, 3, 4], [1, 1, 2, 2]] * 3:
        make_ranking(make_task(project), amina, ranks)

    each = only(rosa)["minutes_per_pair"]

    assert (each["value"], each["n"], each["num_prompts"]) == (pytest.approx(0.2), 30, 6)
    # A resample of nothing but one kind is the widest there can be: a sixth and a quarter.
    assert 1 / 6 <= each["low"] < 0.2 < each["high"] <= 1 / 4


def test_demonstrations_count_in_their_own_columns(rosa, amina):
    make_demonstration(make_task(make_demonstration_project(), make_prompt()), amina)

    found = only(rosa)

    assert (found["num_demonstrations"], found["demonstration_minutes"]) == (1, 1.0)
    assert found["minutes_per_demonstration"]["value"] == 1.0
    assert (found["num_rankings"], found["minutes_per_pair"]["value"]) == (0, None)


def test_what_was_said_of_a_prompt_that_was_taken_out_costs_nothing(rosa, amina, project):
    """A ranking and a demonstration alike, and neither is among the rows behind the cost."""
    ranked, written = make_task(project), make_task(make_demonstration_project())
    make_ranking(ranked, amina, [1, 2, 3, 4])
    make_demonstration(written, amina)
    assert len(read(rosa).json()["projects"]) == 2

    for task in (ranked, written):
        exclude_prompt(task.project, task.prompt, rosa)

    assert read(rosa).json()["projects"] == []
    assert rows(rosa, "rankings") == rows(rosa, "demonstrations") == []


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

    # Session, account, whether anything changed, rankings, within settings of their own,
    # demonstrations, projects.
    with django_assert_num_queries(8):
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


def rows(person, noun: str, **query) -> list[dict]:
    answer = client_of(person).get(f"/api/costs/{noun}/", query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def test_a_cost_leads_to_its_rankings_and_they_add_up_to_it(rosa, amina, otto, project):
    task = make_task(project)
    first = make_ranking(task, amina, [1, 2, 3, 4])
    second = make_ranking(task, otto, [1, 1, 2, 2])
    Ranking.objects.filter(pk=second.pk).update(seconds_active=None)
    make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])

    shown = {one["id"]: one for one in rows(rosa, "rankings", project=project.pk)}

    assert {(one["num_pairs"], one["seconds_active"]) for one in shown.values()} == {
        (6, 60.0),
        (4, None),
    }
    assert shown[str(first.pk)]["labeler"]["display_name"] == "Amina"
    assert shown[str(first.pk)]["excerpt"] == task.prompt.text
    assert sum(one["num_pairs"] for one in shown.values()) == 10
    timed = rows(rosa, "rankings", project=project.pk, timed=True)
    assert [one["id"] for one in timed] == [str(first.pk)]


def test_an_all_tied_ranking_is_behind_its_minutes_with_no_pair(rosa, amina, project):
    make_ranking(make_task(project), amina, [1, 1, 1, 1])

    assert [one["num_pairs"] for one in rows(rosa, "rankings")] == [0]


def test_a_cost_leads_to_its_demonstrations(rosa, amina):
    written = make_demonstration_project()
    made = make_demonstration(make_task(written, make_prompt("Explain the tides.")), amina)

    [shown] = rows(rosa, "demonstrations", project=written.pk)

    assert (shown["id"], shown["seconds_active"]) == (str(made.pk), 60.0)
    assert (shown["prompt_id"], shown["excerpt"]) == (made.prompt_id, "Explain the tides.")
    assert shown["project"]["id"] == written.pk
    assert rows(rosa, "rankings", project=written.pk) == []


@pytest.mark.parametrize("number", [1, 4])
def test_the_rows_of_a_page_take_as_many_queries(
    rosa, amina, project, number, django_assert_num_queries
):
    for _ in range(number):
        make_ranking(make_task(project), amina, [1, 2, 3, 4])
        make_demonstration(make_task(make_demonstration_project()), amina)
    client = client_of(rosa)

    for noun in ("rankings", "demonstrations"):
        # Session, account, the rows.
        with django_assert_num_queries(3):
            assert len(client.get(f"/api/costs/{noun}/").json()["results"]) == number


@pytest.mark.parametrize("address", ["", "rankings/", "demonstrations/"])
def test_a_labeler_does_not_read_it(amina, address):
    assert client_of(amina).get(f"/api/costs/{address}").status_code == 403
    assert client_of(None).get(f"/api/costs/{address}").status_code in (401, 403)


@pytest.mark.parametrize("noun", ["rankings", "demonstrations"])
def test_a_malformed_choice_of_rows_names_its_field(rosa, noun):
    for query, field in (
        ({"timed": "perhaps"}, "timed"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
    ):
        answer = client_of(rosa).get(f"/api/costs/{noun}/", query)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
