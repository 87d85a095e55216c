"""GET /api/labeler-flags/<id>/ and /api/flags-apart/: how labelers set flags (R19)."""

from typing import Any

import pytest

from labeling.models import Project, User
from labeling.selectors import labeler_flags
from labeling.selectors.agreement_selection import Selection
from tests.cast import Cast, client_of, make_ranking, make_ranking_project, make_task

pytestmark = pytest.mark.django_db

APART = "/api/flags-apart/"
VIOLENT = "violent_content"


def get(user: User | None, address: str, **query: object) -> Any:
    return client_of(user).get(address, query)


def flags_of(labeler: User) -> str:
    return f"/api/labeler-flags/{labeler.pk}/"


@pytest.fixture
def project(cast: Cast) -> Project:
    """Twelve prompts of four completions: Amina flags the first of each, Otto the second of six."""
    project = make_ranking_project(overlap=2)
    for number in range(12):
        task = make_task(project)
        for labeler, place, is_set in (
            (cast.amina, 0, True),
            (cast.otto, 1, number < 6),
        ):
            flags_at = {n: {VIOLENT: is_set and n == place} for n in range(4)}
            make_ranking(task, labeler, [1, 2, 3, 4], flags_at=flags_at)
    return project


def test_a_labelers_flags_stand_beside_the_others(cast: Cast, project: Project) -> None:
    """12 of 48 against 6 of 48: 25 and 12.5 %, one eighth apart."""
    body = get(cast.rosa, flags_of(cast.amina)).json()

    [flag] = body["flags"]
    assert (flag["key"], flag["label"]) == (VIOLENT, "Contains violent content")
    assert (flag["own"], flag["others"], flag["num_answers"]) == (0.25, 0.125, 48)
    assert flag["difference"] == pytest.approx(0.125)
    assert flag["low"] < 0.125 < flag["high"]
    assert "Bonferroni" in body["definition"]
    assert "cluster bootstrap" in body["interval_method"]


def test_who_never_flags_the_same_is_named_with_the_test(cast: Cast, project: Project) -> None:
    """12 and 6 of 48 by the two: C(36, 6) / C(48, 6) = 0.159 that none is in common."""
    body = get(cast.rosa, APART).json()

    [pair] = body["pairs"]
    assert {pair["a"]["display_name"], pair["b"]["display_name"]} == {"Amina", "Otto"}
    assert (pair["num_shared"], {pair["num_yes_a"], pair["num_yes_b"]}) == (48, {12, 6})
    assert (pair["expected"], pair["p_value"]) == (1.5, pytest.approx(0.1587, abs=1e-4))
    assert (pair["is_marked"], body["num_apart"], body["num_rankings"]) == (False, 1, 24)


def test_the_number_of_all_pairs_is_told_and_the_listed_ones_alone_are_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three who each flag another completion are three pairs; of many labelers there are many."""
    monkeypatch.setattr(labeler_flags, "NUM_APART_LISTED", 2)
    project = make_ranking_project(overlap=3)
    for _ in range(6):
        task = make_task(project)
        for place, labeler in enumerate((cast.amina, cast.otto, cast.hana)):
            flags_at = {n: {VIOLENT: n == place} for n in range(4)}
            make_ranking(task, labeler, [1, 2, 3, 4], flags_at=flags_at)

    body = get(cast.rosa, APART).json()

    assert (len(body["pairs"]), body["num_apart"]) == (2, 3)
    assert len(labeler_flags._apart(Selection()).listed) == 2


def test_the_agreements_choices_choose_here_too(cast: Cast, project: Project) -> None:
    for address in (APART, flags_of(cast.amina)):
        assert not any(get(cast.rosa, address, k=5).json().get(key) for key in ("pairs", "flags"))
        assert get(cast.rosa, address, project=project.pk).status_code == 200


def test_nothing_flagged_is_nothing_to_tell(cast: Cast) -> None:
    assert get(cast.rosa, APART).json()["pairs"] == []
    assert get(cast.rosa, flags_of(cast.amina)).json()["flags"] == []


def test_only_researchers_look(cast: Cast) -> None:
    for address in (APART, flags_of(cast.amina)):
        assert get(cast.amina, address).status_code == 403
        assert get(None, address).status_code in (401, 403)


@pytest.mark.parametrize("query", [{"k": "many"}, {"since": "2026-05-02", "until": "2026-05-01"}])
def test_a_malformed_choice_is_refused_by_its_name(cast: Cast, query: dict[str, str]) -> None:
    for address in (APART, flags_of(cast.amina)):
        refused = get(cast.rosa, address, **query)
        assert (refused.status_code, list(refused.json()["fields"])) == (400, [[*query][-1]])


def test_a_project_or_an_account_that_is_none_is_not_found(cast: Cast) -> None:
    assert get(cast.rosa, APART, project=987_654).status_code == 404
    assert get(cast.rosa, flags_of(cast.amina), project=987_654).status_code == 404
    assert get(cast.rosa, "/api/labeler-flags/987654/").status_code == 404


def test_more_rankings_take_no_more_queries(
    cast: Cast, project: Project, django_assert_num_queries: Any
) -> None:
    client = client_of(cast.rosa)

    # Session, account, whether anything changed; what was said, the accounts; the account that is
    # asked about, whether anything changed, what was said.
    with django_assert_num_queries(5):
        client.get(APART)
    with django_assert_num_queries(5):
        client.get(flags_of(cast.amina))
