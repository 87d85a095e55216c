"""GET /api/anchor-drift/: the same comparisons judged again and again, week by week (R44)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labeling.models import Project
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_project,
    make_ranking,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db

FIRST_MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)
USUAL, TURNED = [1, 2, 3, 4], [4, 3, 2, 1]


def judged_weekly(*orders: list[int], is_calibration: bool = True) -> Project:
    """Six tasks, each judged by another labeler every week in that week's order."""
    project = make_project(overlap=len(orders))
    tasks = [make_task(project) for _ in range(6)]
    project.tasks.update(is_calibration=is_calibration)
    for week, ranks in enumerate(orders):
        labeler = make_user(f"labeler{week}")
        for task in tasks:
            at = FIRST_MONDAY + timedelta(weeks=week)
            make_ranking(task, labeler, ranks, submitted_at=at)
    return project


def get(cast: Cast, **filters: object) -> Any:
    return client_of(cast.rosa).get("/api/anchor-drift/", filters)


def test_a_week_that_turns_round_is_outside(cast: Cast) -> None:
    judged_weekly(*[USUAL] * 5, TURNED)

    body = get(cast).json()

    assert [week["week"] for week in body["weeks"]][:2] == ["2025-03-03", "2025-03-10"]
    assert [week["value"] for week in body["weeks"]] == [1, 1, 1, 1, 1, 0]
    assert body["weeks"][-1]["is_outside"]
    assert body["weeks"][0]["expected"] == pytest.approx(5 / 6)
    assert {week["num_pairs"] for week in body["weeks"]} == {36}
    assert "95%" in body["definition"]


def test_judges_who_agree_throughout_have_nothing_outside(cast: Cast) -> None:
    judged_weekly(USUAL, USUAL, USUAL)

    weeks = get(cast).json()["weeks"]

    assert [(week["value"], week["is_outside"]) for week in weeks] == [(1, False)] * 3


def test_only_calibration_tasks_are_anchors(cast: Cast) -> None:
    judged_weekly(USUAL, TURNED, USUAL, is_calibration=False)

    assert get(cast).json()["weeks"] == []


def test_the_choices_of_the_agreement_hold_here(cast: Cast) -> None:
    project = judged_weekly(USUAL, USUAL, USUAL)

    assert len(get(cast, project=project.pk, until="2025-03-16").json()["weeks"]) == 2
    assert get(cast, pool="held_out").json()["weeks"] == []
    assert get(cast, project=999_999).status_code == 404
    assert get(cast, pool="all").status_code == 400


def test_a_prompt_in_two_projects_is_judged_in_the_week_of_each(cast: Cast) -> None:
    """The same labelers rank the same completions in another project four weeks later."""
    project = judged_weekly(USUAL, USUAL)
    before = {week["week"]: week["num_pairs"] for week in get(cast).json()["weeks"]}
    other = make_project(overlap=2)
    for task in project.tasks.all():
        again = make_task(other, task.prompt, completions_of(task))
        for n, ranking in enumerate(task.rankings.order_by("submitted_at")):
            at = FIRST_MONDAY + timedelta(weeks=4 + n)
            make_ranking(again, ranking.labeler, USUAL, submitted_at=at)
    other.tasks.update(is_calibration=True)

    weeks = {week["week"]: week["num_pairs"] for week in get(cast).json()["weeks"]}

    assert before == {"2025-03-03": 36, "2025-03-10": 36}
    assert weeks == {"2025-03-03": 36, "2025-03-10": 36, "2025-03-31": 36, "2025-04-07": 36}


@pytest.mark.parametrize("num_weeks", [2, 5])
def test_it_takes_as_many_queries_for_any_number_of_weeks(
    cast: Cast, num_weeks: int, django_assert_num_queries: Any
) -> None:
    judged_weekly(*[USUAL] * num_weeks)
    client = client_of(cast.rosa)

    # The session and the account; rankings and completions.
    with django_assert_num_queries(4):
        client.get("/api/anchor-drift/")
