"""GET /api/agreement/counted/: the rankings that a figure adds up, each with its part in it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labeling.models import Adjudication, Project, User
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/api/agreement/counted/"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORDER, TURNED = [1, 2, 3, 4], [4, 3, 2, 1]
YES = {"violent_content": True}
NO = {"violent_content": False}


def get(user: User | None, **query: object) -> Any:
    return client_of(user).get(ADDRESS, query)


def parts(user: User, **query: object) -> list[tuple[str, str, float, int]]:
    """Who ranked which prompt, and what of it is in the figure."""
    shown = get(user, **query).json()["results"]
    return sorted(
        (row["labeler"]["display_name"], row["excerpt"], row["part"], row["whole"]) for row in shown
    )


def in_all(user: User, **query: object) -> tuple[float, int]:
    rows = parts(user, **query)
    return sum(part for _, _, part, _ in rows), sum(whole for _, _, _, whole in rows)


@pytest.fixture
def project(cast: Cast) -> Project:
    """Both answer about the tides, Amina about the sea alone."""
    project = make_ranking_project(overlap=2)
    tides, sea = (make_task(project, make_prompt(text)) for text in ("The tides", "The sea"))
    make_ranking(tides, cast.amina, ORDER, ratings=[7, 6, 5, 4], flags=NO, flags_at={0: YES})
    make_ranking(tides, cast.otto, ORDER, ratings=[5, 4, 3, 2], flags=NO, flags_at={0: YES, 1: YES})
    make_ranking(sea, cast.amina, ORDER, flags=NO, flags_at={3: YES})
    return project


def flag(user: User, key: str) -> Any:
    report = client_of(user).get("/api/rating-agreement/").json()
    (found,) = [one for one in report["flags"] if one["key"] == key]
    return found


def test_all_answers_about_a_flag_add_up_to_how_often_it_was_said(
    cast: Cast, project: Project
) -> None:
    """1 + 2 + 1 yes of 3 rankings of 4: a third."""
    assert parts(cast.rosa, figure="said:violent_content") == [
        ("Amina", "The sea", 1, 4),
        ("Amina", "The tides", 1, 4),
        ("Otto", "The tides", 2, 4),
    ]
    figure = flag(cast.rosa, "violent_content")["prevalence"]
    assert (figure["value"], figure["num_pairs"]) == (pytest.approx(4 / 12), 12)


def test_behind_the_agreement_about_a_flag_are_the_answers_by_several(
    cast: Cast, project: Project
) -> None:
    assert parts(cast.rosa, figure="shared:violent_content") == [
        ("Amina", "The tides", 1, 4),
        ("Otto", "The tides", 2, 4),
    ]
    assert flag(cast.rosa, "violent_content")["ac1"]["num_pairs"] == 8


def test_behind_the_agreement_of_ratings_are_the_ratings_by_several(
    cast: Cast, project: Project
) -> None:
    """7 + 6 + 5 + 4 points, and two fewer for each of the four."""
    assert parts(cast.rosa, figure="ratings") == [
        ("Amina", "The tides", 22, 4),
        ("Otto", "The tides", 14, 4),
    ]
    report = client_of(cast.rosa).get("/api/rating-agreement/").json()
    assert report["rating_alpha"]["num_pairs"] == 8


def test_nothing_is_behind_a_flag_that_nobody_was_asked_about(cast: Cast, project: Project) -> None:
    assert parts(cast.rosa, figure="said:hallucination") == []


def test_the_choices_of_the_agreement_hold_here(cast: Cast, project: Project) -> None:
    said = "said:violent_content"

    assert len(parts(cast.rosa, figure=said, project=project.pk, k=4)) == 3
    assert parts(cast.rosa, figure=said, pool="held_out") == []
    assert parts(cast.rosa, figure=said, k=5) == []
    for figure in (said, "gold", "anchors"):
        assert get(cast.rosa, figure=figure, project=999_999).status_code == 404


def test_behind_gold_are_the_pairs_that_both_order_of_all_or_of_one_and_by_week(
    cast: Cast,
) -> None:
    """Amina orders all six pairs as gold has them; Otto, a week later, ties two and turns none."""
    project = make_ranking_project(overlap=2)
    task = make_task(project, make_prompt("The tides"))
    make_ranking(task, cast.amina, ORDER, submitted_at=MONDAY)
    make_ranking(task, cast.otto, [1, 1, 2, 3], submitted_at=MONDAY + timedelta(weeks=1))
    make_ranking(make_task(project), cast.amina, ORDER, submitted_at=MONDAY)
    Adjudication.objects.create(
        project=project,
        prompt=task.prompt,
        ranks={str(one.pk): n + 1 for n, one in enumerate(completions_of(task))},
        is_gold=True,
        reason="Clear.",
        author=cast.rosa,
    )

    amina, otto = ("Amina", "The tides", 6, 6), ("Otto", "The tides", 5, 5)
    assert parts(cast.rosa, figure="gold") == [amina, otto]
    assert parts(cast.rosa, figure="gold", labeler=cast.otto.pk) == [otto]
    assert parts(cast.rosa, figure="gold", week="2026-03-02") == [amina]
    assert parts(cast.rosa, figure="gold", week="2026-03-16") == []
    assert parts(cast.rosa, figure="researchers") == [amina, otto]


def test_behind_researchers_are_the_pairs_with_each_of_them(cast: Cast) -> None:
    """R43. Amina orders four of six pairs as Rosa ranked them, whose own ranking is not behind."""
    project = make_ranking_project(overlap=2)
    task = make_task(project, make_prompt("The tides"))
    make_ranking(task, cast.amina, ORDER, submitted_at=MONDAY)
    make_ranking(task, cast.rosa, [2, 1, 4, 3], submitted_at=MONDAY)

    amina = ("Amina", "The tides", 4, 6)
    assert parts(cast.rosa, figure="researchers") == [amina]
    assert parts(cast.rosa, figure="researchers", week="2026-03-02") == [amina]
    assert parts(cast.rosa, figure="researchers", labeler=cast.otto.pk) == []
    assert parts(cast.rosa, figure="gold") == []


def judged_weekly(*orders: list[int]) -> None:
    """Six calibration tasks, judged by another labeler every week in that week's order."""
    project = make_ranking_project(overlap=len(orders))
    tasks = [make_task(project) for _ in range(6)]
    project.tasks.update(is_calibration=True)
    for week, ranks in enumerate(orders):
        labeler = make_user(f"labeler{week}")
        for task in tasks:
            make_ranking(task, labeler, ranks, submitted_at=MONDAY + timedelta(weeks=week))


def test_a_week_of_anchors_adds_up_to_its_figure(cast: Cast) -> None:
    """R44: 6 rankings of 6 pairs each a week; the last week turns every one of them round."""
    judged_weekly(ORDER, ORDER, TURNED)

    weeks = client_of(cast.rosa).get("/api/anchor-drift/").json()["weeks"]

    assert [(week["week"], week["value"], week["num_pairs"]) for week in weeks] == [
        ("2026-03-02", 1, 36),
        ("2026-03-09", 1, 36),
        ("2026-03-16", 0, 36),
    ]
    assert in_all(cast.rosa, figure="anchors", week="2026-03-02") == (36, 36)
    assert in_all(cast.rosa, figure="anchors", week="2026-03-16") == (0, 36)
    assert len(parts(cast.rosa, figure="anchors", week="2026-03-16")) == 6
    assert in_all(cast.rosa, figure="anchors") == (72, 108)


def test_what_is_no_anchor_is_not_behind_a_week(cast: Cast, project: Project) -> None:
    assert parts(cast.rosa, figure="anchors") == []


def test_only_researchers_read_them(cast: Cast) -> None:
    assert get(cast.amina, figure="gold").status_code == 403
    assert get(None, figure="gold").status_code in (401, 403)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "figure"),
        ({"figure": "said:ugly"}, "figure"),
        ({"figure": "gold", "week": "2026-03-03"}, "week"),
        ({"figure": "ratings", "week": "2026-03-02"}, "week"),
        ({"figure": "anchors", "labeler": 3}, "labeler"),
        ({"figure": "gold", "since": "2026-05-01", "until": "2026-04-01"}, "until"),
        ({"figure": "gold", "limit": "-1"}, "limit"),
    ],
)
def test_a_malformed_choice_names_its_field(
    cast: Cast, query: dict[str, object], field: str
) -> None:
    refused = get(cast.rosa, **query)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


def test_pages_follow_one_another_newest_first(cast: Cast, project: Project) -> None:
    chosen = {"figure": "said:violent_content", "limit": 2}
    first = get(cast.rosa, **chosen).json()
    second = get(cast.rosa, **chosen, cursor=first["next"]).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert (len(ids), len(set(ids)), second["next"]) == (3, 3, None)


@pytest.mark.parametrize(("figure", "num_queries"), [("shared:violent_content", 4), ("anchors", 7)])
@pytest.mark.parametrize("num_weeks", [2, 4])
def test_any_number_of_rows_takes_as_many_queries(
    cast: Cast,
    project: Project,
    figure: str,
    num_queries: int,
    num_weeks: int,
    django_assert_num_queries: Any,
) -> None:
    judged_weekly(*[ORDER] * num_weeks)
    client = client_of(cast.rosa)

    # The session and the account; what is counted, of anchors in four; the page.
    with django_assert_num_queries(num_queries):
        assert client.get(ADDRESS, {"figure": figure}).json()["results"]
