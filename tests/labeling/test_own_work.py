"""What a labeler sees of their own work (R19)."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from labeling.models import DemonstrationReview
from labeling.services.assignments import skip_assignment
from labeling.services.rankings import submit_ranking
from labeling.services.take_back import take_back
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.labeling.work import demonstrate, lose, rank, submission, take

pytestmark = pytest.mark.django_db


def mine(user, **query: object) -> dict:
    return client_of(user).get("/api/labeling/me/", query).json()


def own_answer(user, assignment_id: UUID):
    return client_of(user).get(f"/api/assignments/{assignment_id}/answer/")


def history(user, **query: object) -> list[dict]:
    return client_of(user).get("/api/assignments/history/", query).json()["results"]


def test_a_labeler_sees_their_own_counts_and_hours(amina, otto):
    """R19: one's own figures, and nobody else's."""
    ranking, writing = make_ranking_project(), make_demonstration_project()
    now = timezone.now()
    for _ in range(3):
        make_ranking(make_task(ranking), amina, [1, 2, 3, 4], submitted_at=now)
    make_demonstration(make_task(writing), amina, submitted_at=now)
    make_ranking(make_task(ranking), otto, [1, 2, 3, 4], submitted_at=now)

    shown = mine(amina)

    assert (shown["num_rankings"], shown["num_demonstrations"]) == (3, 1)
    assert shown["median_seconds_ranking"] == 60
    assert len(shown["days"]) == 28
    today = shown["days"][-1]
    assert (today["num_submitted"], today["seconds_active"]) == (4, 240.0)
    assert sum(day["num_submitted"] for day in shown["days"]) == 4


def test_a_day_is_a_day_of_the_labelers_own_clock(amina):
    """An hour before midnight in UTC is the next morning in Kiritimati, fourteen hours ahead."""
    yesterday = (timezone.now().astimezone(UTC) - timedelta(days=2)).date()
    late = datetime.combine(yesterday, time(23, 0), tzinfo=UTC)
    make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4], submitted_at=late)

    def days(zone: str) -> list[str]:
        return [day["date"] for day in mine(amina, time_zone=zone)["days"] if day["num_submitted"]]

    assert days("UTC") == [yesterday.isoformat()]
    assert days("Pacific/Kiritimati") == [(yesterday + timedelta(days=1)).isoformat()]


@pytest.mark.parametrize("zone", ["Atlantis", "../../etc/passwd", "x" * 65, "/etc/localtime"])
def test_an_unknown_time_zone_is_refused_by_its_field(amina, zone):
    answer = client_of(amina).get("/api/labeling/me/", {"time_zone": zone})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["time_zone"])


def test_skips_and_returns_are_counted(amina, rosa):
    project = make_ranking_project()
    make_task(project)
    skipped = take(project, amina)
    skip_assignment(labeler=amina, assignment_id=skipped.pk, reason="unclear", comment="")
    written = make_demonstration(make_task(make_demonstration_project()), amina)
    DemonstrationReview.objects.create(
        demonstration=written, reviewer=rosa, outcome="returned", comment="Shorter, please."
    )

    shown = mine(amina)

    assert (shown["num_skipped"], shown["num_returned"]) == (1, 1)


def test_an_answer_taken_back_is_not_counted(amina):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina)
    take_back(labeler=amina, assignment_id=assignment.pk)

    assert mine(amina)["num_rankings"] == 0


@pytest.mark.parametrize("num_answers", [1, 5])
def test_the_figures_take_the_same_queries_however_much_was_done(
    amina, django_assert_num_queries, num_answers
):
    project = make_ranking_project()
    for _ in range(num_answers):
        make_ranking(make_task(project), amina, [1, 2, 3, 4])
    client = client_of(amina)

    # The session, the account, two totals, two lists of days, the skips, returns, questions.
    with django_assert_num_queries(9):
        client.get("/api/labeling/me/")


def test_ones_own_ranking_comes_back_as_it_was_given(amina):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina, 2, 1, 2, 3)

    answer = own_answer(amina, assignment.pk)

    assert answer.status_code == 200
    shown = answer.json()
    handles = [str(presented.handle) for presented in assignment.presented.all()]
    assert [item["handle"] for item in shown["ranking"]["items"]] == handles
    assert [item["rank"] for item in shown["ranking"]["items"]] == [2, 1, 2, 3]
    assert {item["rating"] for item in shown["ranking"]["items"]} == {5}
    assert shown["text"] is None


def test_ones_own_answer_names_no_source(amina):
    """R30: handles only, neither a completion's number nor what wrote it."""
    make_source("policy-with-a-name")
    project = make_ranking_project()
    task = make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina)

    answer = own_answer(amina, assignment.pk)

    assert set(answer.json()["ranking"]["items"][0]) == {
        "handle",
        "rank",
        "rating",
        "flags",
        "note",
        "toxicity",
        "relative_toxicity",
        "continuity",
    }
    assert "policy" not in answer.content.decode()
    assert str(task.task_completions.first().completion_id) not in answer.content.decode().split()


def test_ones_own_demonstration_comes_back_as_it_was_given(amina):
    project = make_demonstration_project()
    make_task(project)
    assignment = take(project, amina)
    demonstrate(assignment, amina, "  My words.\n")

    assert own_answer(amina, assignment.pk).json() == {"ranking": None, "text": "  My words.\n"}


def test_somebody_elses_answer_is_not_there(amina, otto, rosa):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina)

    assert [own_answer(user, assignment.pk).status_code for user in (otto, rosa)] == [404, 404]


def test_what_is_not_answered_has_no_answer(amina):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)

    assert own_answer(amina, assignment.pk).status_code == 404
    rank(assignment, amina)
    take_back(labeler=amina, assignment_id=assignment.pk)
    assert own_answer(amina, assignment.pk).status_code == 404


def test_an_own_answer_takes_the_same_queries_whatever_k(amina, django_assert_num_queries):
    project = make_ranking_project(k=9)
    make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina, *range(1, 10))
    client = client_of(amina)

    # The session, the account, the assignment, the ranking, its items, what was shown.
    with django_assert_num_queries(6):
        client.get(f"/api/assignments/{assignment.pk}/answer/")


def test_the_history_is_filtered_by_project_and_state(amina):
    first, second = make_ranking_project(), make_ranking_project()
    for project in (first, second):
        make_task(project)
        make_task(project)
        rank(take(project, amina), amina)
        take(project, amina)

    assert len(history(amina)) == 4
    assert {row["project"] for row in history(amina, project=first.pk)} == {first.pk}
    assert [row["state"] for row in history(amina, project=first.pk, state="submitted")] == [
        "submitted"
    ]
    assert len(history(amina, state="leased")) == 2


def test_the_history_is_read_to_its_end_page_by_page(amina):
    project = make_ranking_project()
    for _ in range(5):
        make_ranking(make_task(project), amina, [1, 2, 3, 4])
    client, cursor, seen = client_of(amina), None, []

    while True:
        page = client.get(
            "/api/assignments/history/", {"limit": 2} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("query", [{"state": "retired"}, {"project": "first"}])
def test_a_malformed_filter_names_its_field(amina, query):
    answer = client_of(amina).get("/api/assignments/history/", query)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(query))


def test_late_answers_are_among_the_submitted_ones(amina, otto):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    lose(assignment, otto)
    submit_ranking(labeler=amina, submission=submission(assignment))

    assert [row["state"] for row in history(amina, state="submitted")] == ["submitted"]
