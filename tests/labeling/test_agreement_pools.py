"""GET /api/agreement/pools/: training and held-out labelers side by side (R42)."""

from typing import Any

import pytest

from labeling.models import Pool, Project, User
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast, client_of, make_project, make_ranking, make_task, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/api/agreement/pools/"
ORDER, LAST_TWO_SWAPPED, TURNED = [1, 2, 3, 4], [1, 2, 4, 3], [4, 3, 2, 1]


def get(user: User | None, **query: object) -> Any:
    refresh_agreement()
    return client_of(user).get(ADDRESS, query)


def shown(user: User, key: str = "strict", **query: object) -> dict[str, Any]:
    """One figure of each pool."""
    pools = get(user, **query).json()["pools"]
    return {
        one["pool"]: next(figure for figure in one["figures"] if figure["key"] == key)
        for one in pools
    }


@pytest.fixture
def project(cast: Cast) -> Project:
    """Six tasks: two training labelers differ in one pair of six, two held-out ones in all."""
    project = make_project(overlap=4)
    second = make_user("second", pool=Pool.HELD_OUT)
    for _ in range(6):
        task = make_task(project)
        make_ranking(task, cast.amina, ORDER)
        make_ranking(task, cast.otto, LAST_TWO_SWAPPED)
        make_ranking(task, cast.hana, ORDER)
        make_ranking(task, second, TURNED)
    return project


def test_each_pool_is_measured_among_itself(cast: Cast, project: Project) -> None:
    """Across the pools Amina and Hana agree in all; neither figure knows of that."""
    found = shown(cast.rosa)

    assert found["training"]["value"] == pytest.approx(5 / 6)
    assert found["held_out"]["value"] == 0
    for figure in found.values():
        assert (figure["num_pairs"], figure["num_prompts"]) == (36, 6)
    assert "the same value" in found["training"]["reason_no_interval"]
    # Never alike on 6 prompts: 0.025^(1/6) = 0.541, and 1 less that.
    assert found["held_out"]["low"] == 0
    assert found["held_out"]["high"] == pytest.approx(0.459, abs=5e-4)


def test_they_are_what_the_page_says_of_each_pool_alone(cast: Cast, project: Project) -> None:
    refresh_agreement()
    client = client_of(cast.rosa)
    for one in client.get(ADDRESS).json()["pools"]:
        alone = client.get("/api/agreement/", {"pool": one["pool"]}).json()
        assert one["figures"] == alone["figures"]
        assert one["interval_method"] == alone["definition"]["interval_method"]


def test_they_stand_beside_the_published_figures(cast: Cast, project: Project) -> None:
    lines = get(cast.rosa).json()["reference_lines"]

    assert [line["value"] for line in lines] == [0.726, 0.773]


def test_a_pool_without_enough_says_what_is_missing(cast: Cast) -> None:
    task = make_task(make_project(overlap=2))
    make_ranking(task, cast.amina, ORDER)
    make_ranking(task, cast.hana, ORDER)

    found = shown(cast.rosa)

    for figure in found.values():
        assert figure["value"] is None
        assert "20 more than that" in figure["reason_undefined"]


def test_the_choices_of_the_agreement_hold_here(cast: Cast, project: Project) -> None:
    elsewhere = make_project(overlap=2)

    assert shown(cast.rosa, project=project.pk)["training"]["num_pairs"] == 36
    assert shown(cast.rosa, project=elsewhere.pk)["training"]["value"] is None
    # Four labelers judged every pair, two of each pool: three never meet within one.
    assert shown(cast.rosa, min_overlap=3)["training"]["value"] is None
    assert shown(cast.rosa, key="tie_share")["held_out"]["value"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [({"k": 1}, "k"), ({"source": 3}, "other_source"), ({"since": "x"}, "since")],
)
def test_a_malformed_choice_names_its_field(
    cast: Cast, query: dict[str, object], field: str
) -> None:
    refused = get(cast.rosa, **query)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


def test_only_researchers_read_it_and_of_projects_that_there_are(cast: Cast) -> None:
    assert get(cast.amina).status_code == 403
    assert get(None).status_code in (401, 403)
    assert get(cast.rosa, project=999_999).status_code == 404


@pytest.mark.parametrize("num_tasks", [1, 4])
def test_the_number_of_queries_does_not_grow(
    cast: Cast, num_tasks: int, django_assert_num_queries: Any
) -> None:
    project = make_project(overlap=2)
    for _ in range(num_tasks):
        task = make_task(project)
        make_ranking(task, cast.amina, ORDER)
        make_ranking(task, cast.otto, ORDER)
    refresh_agreement()
    client = client_of(cast.rosa)

    # The session, the account, the project, the store, two sums of each pool.
    with django_assert_num_queries(8):
        client.get(ADDRESS, {"project": project.pk})
    # What was asked before is known until any figure changes.
    with django_assert_num_queries(4):
        client.get(ADDRESS, {"project": project.pk})
