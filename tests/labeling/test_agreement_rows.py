"""GET /api/agreement/rankings/: the rows behind a figure of agreement, ratings or flags (R46)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labeling.models import Project, User
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast, client_of, make_prompt, make_ranking, make_ranking_project, make_task

pytestmark = pytest.mark.django_db

ADDRESS = "/api/agreement/rankings/"
MARCH = datetime(2026, 3, 4, tzinfo=UTC)


def get(user: User | None, **query: object) -> Any:
    return client_of(user).get(ADDRESS, query)


def rows(user: User, **query: object) -> list[tuple[str, str]]:
    """Who ranked which prompt."""
    shown = get(user, **query).json()["results"]
    return [(row["labeler"]["display_name"], row["excerpt"]) for row in shown]


@pytest.fixture
def project(cast: Cast) -> Project:
    """Amina and Otto share the tides; the sea is Amina's and the moon's is Otto's alone."""
    project = make_ranking_project(overlap=2)
    tides, sea, moon = (
        make_task(project, make_prompt(text)) for text in ("The tides", "The sea", "The moon")
    )
    make_ranking(tides, cast.amina, [1, 2, 3, 4], submitted_at=MARCH)
    make_ranking(tides, cast.otto, [4, 3, 2, 1], flags={"violent_content": True})
    make_ranking(sea, cast.amina, [1, 2, 3, 4], flags={"violent_content": False})
    make_ranking(moon, cast.otto, [1, 2, 3, 4])
    refresh_agreement()
    return project


def test_without_a_labeler_they_are_those_that_were_compared(cast: Cast, project: Project) -> None:
    assert sorted(rows(cast.rosa)) == [("Amina", "The tides"), ("Otto", "The tides")]


def test_of_one_labeler_they_are_all_of_theirs(cast: Cast, project: Project) -> None:
    assert sorted(rows(cast.rosa, labeler=cast.amina.pk)) == [
        ("Amina", "The sea"),
        ("Amina", "The tides"),
    ]


def test_of_one_labeler_those_that_were_compared_can_be_asked_for(
    cast: Cast, project: Project
) -> None:
    """R46: as many as the agreement counts of the labeler, by the day of the prompt."""
    compared = {"labeler": cast.amina.pk, "compared": True}

    assert rows(cast.rosa, **compared) == [("Amina", "The tides")]
    assert rows(cast.rosa, **compared, until="2026-03-08") == []


def test_of_a_figure_they_are_those_of_the_prompts_that_it_is_over(cast: Cast) -> None:
    """R46: as many prompts as stand beside the figure, under a choice within prompts as well."""
    project = make_ranking_project(overlap=3)
    circle, tied = (make_task(project, make_prompt(text)) for text in ("A circle", "A tie"))
    people = (cast.amina, cast.otto, cast.hana)
    for labeler, ranks in zip(people, ([1, 2, 3, 4], [3, 1, 2, 4], [2, 3, 1, 4]), strict=True):
        make_ranking(circle, labeler, ranks)
        make_ranking(tied, labeler, [1, 1, 1, 1])
    refresh_agreement()

    for choice in ({}, {"min_overlap": 3}):
        figures = client_of(cast.rosa).get("/api/agreement/", choice).json()["figures"]
        prompts = {one["key"]: one["num_prompts"] for one in figures}
        assert (prompts["circles"], prompts["strict"], prompts["ternary"]) == (1, 1, 2)
        for one in figures:
            behind = rows(cast.rosa, holding=one["made_of"], **choice)
            assert len({excerpt for _, excerpt in behind}) == one["num_prompts"], one["key"]
        assert {excerpt for _, excerpt in rows(cast.rosa, holding="threes", **choice)} == {
            "A circle"
        }


def test_of_two_they_are_those_of_the_prompts_that_both_ranked(
    cast: Cast, project: Project
) -> None:
    both = rows(cast.rosa, labeler=cast.amina.pk, other=cast.otto.pk)

    assert sorted(both) == [("Amina", "The tides"), ("Otto", "The tides")]
    assert rows(cast.rosa, labeler=cast.amina.pk, other=cast.hana.pk) == []


def test_of_a_flag_they_are_those_that_said_yes(cast: Cast, project: Project) -> None:
    assert rows(cast.rosa, flag="violent_content") == [("Otto", "The tides")]
    assert rows(cast.rosa, flag="harmful_advice") == []


def test_a_week_has_the_rankings_of_the_prompts_that_were_last_ranked_in_it(
    cast: Cast, project: Project
) -> None:
    """As the agreement by week counts them: the tides were last ranked by Otto, lately."""
    assert rows(cast.rosa, since="2026-03-02", until="2026-03-08") == []
    assert len(rows(cast.rosa, since="2026-03-02")) == 2
    assert rows(cast.rosa, until="2026-03-08", labeler=cast.amina.pk) == [("Amina", "The tides")]


def test_other_projects_pools_and_simulated_labelers_are_filtered(
    cast: Cast, project: Project
) -> None:
    other = make_ranking_project(overlap=2)
    task = make_task(other, make_prompt("Elsewhere"))
    for labeler in (cast.sim, cast.hana):
        make_ranking(task, labeler, [1, 2, 3, 4])
    refresh_agreement()

    assert rows(cast.rosa, project=other.pk) == []
    assert len(rows(cast.rosa, project=other.pk, include_simulated=True)) == 2
    assert rows(cast.rosa, pool="held_out", labeler=cast.hana.pk) == [("Hana", "Elsewhere")]


def test_only_researchers_read_them(cast: Cast) -> None:
    assert get(cast.amina).status_code == 403
    assert get(None).status_code in (401, 403)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"flag": "ugly"}, "flag"),
        ({"labeler": "amina"}, "labeler"),
        ({"other": 3}, "labeler"),
        ({"since": "2026-05-01", "until": "2026-04-01"}, "until"),
        ({"limit": "-1"}, "limit"),
    ],
)
def test_a_malformed_choice_names_its_field(
    cast: Cast, query: dict[str, object], field: str
) -> None:
    refused = get(cast.rosa, **query)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


def test_a_labeler_who_does_not_exist_is_not_there(cast: Cast) -> None:
    assert get(cast.rosa, labeler=987_654).status_code == 404


def test_pages_follow_one_another_newest_first(cast: Cast, project: Project) -> None:
    first = get(cast.rosa, limit=1).json()
    second = get(cast.rosa, limit=1, cursor=first["next"]).json()

    shown = [row["labeler"]["display_name"] for row in first["results"] + second["results"]]
    assert shown == ["Otto", "Amina"]
    assert second["next"] is None


@pytest.mark.parametrize("num_prompts", [1, 6])
def test_any_number_of_rows_takes_as_many_queries(
    cast: Cast, num_prompts: int, django_assert_num_queries: Any
) -> None:
    project = make_ranking_project(overlap=2)
    for _ in range(num_prompts):
        task = make_task(project)
        for labeler in (cast.amina, cast.otto):
            make_ranking(task, labeler, [1, 2, 3, 4])
    refresh_agreement()
    client = client_of(cast.rosa)

    # The session, the account, the rankings.
    with django_assert_num_queries(3):
        assert len(client.get(ADDRESS).json()["results"]) == 2 * num_prompts
