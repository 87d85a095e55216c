"""Setting a screening up: its texts, its projects, its cut-offs (R11, R12)."""

import pytest
from pytest_django import DjangoAssertNumQueries

from labeling.models import AuditEntry, Project, Screening, User
from tests.cast import Cast, client_of, make_prompt
from tests.labeling.screening import (
    TEXTS,
    flag_all,
    hand_in,
    invite_candidate,
    open_for_tests,
    rank_all,
    screening_body,
)


def post(user: User, body: dict) -> tuple[int, dict]:
    response = client_of(user).post("/api/screenings/", body, format="json")
    return response.status_code, response.json()


def patch(user: User, screening: Screening, **changes: object) -> tuple[int, dict]:
    response = client_of(user).patch(f"/api/screenings/{screening.pk}/", changes, format="json")
    return response.status_code, response.json()


def test_rosa_opens_a_screening_with_its_texts_and_its_two_projects(rosa: User) -> None:
    """R11."""
    status, shown = post(rosa, screening_body(num_ranking=3, num_demonstrations=2))

    assert status == 201
    screening = Screening.objects.get(pk=shown["id"])
    assert list(screening.items.values_list("text", flat=True)) == TEXTS
    ranking, demonstration = screening.ranking_project, screening.demonstration_project
    assert {ranking.purpose, demonstration.purpose} == {"screening"}
    assert (ranking.kind, ranking.k, ranking.tasks.count()) == ("ranking", 4, 3)
    assert (demonstration.kind, demonstration.tasks.count()) == ("demonstration", 2)
    assert not ranking.seed_order_from_ratings
    assert AuditEntry.objects.filter(action="open_screening", actor=rosa).count() == 1


def test_the_cut_offs_are_those_of_the_paper_unless_they_are_given(rosa: User) -> None:
    """R12: 75 % / 75 % / 6.0 of 7, configurable."""
    _, usual = post(rosa, screening_body())
    _, own = post(rosa, screening_body(name="Strict", flags_cutoff=0.9, demonstration_cutoff=6.5))

    assert [usual[f"{part}_cutoff"] for part in ("flags", "ranking", "demonstration")] == [
        0.75,
        0.75,
        6.0,
    ]
    assert [own[f"{part}_cutoff"] for part in ("flags", "ranking", "demonstration")] == [
        0.9,
        0.75,
        6.5,
    ]


def test_prompts_that_do_not_suffice_open_nothing(rosa: User) -> None:
    body = screening_body()
    body["ranking"]["tasks"]["prompt_ids"] = [make_prompt().pk]

    status, refused = post(rosa, body)

    assert (status, refused["code"]) == (422, "no_tasks")
    assert list(refused["fields"]) == ["ranking.tasks.num_prompts"]
    assert not Project.objects.exists()
    assert not Screening.objects.exists()


def test_a_name_is_taken_once(rosa: User) -> None:
    post(rosa, screening_body())

    status, refused = post(rosa, screening_body())

    assert (status, refused["code"], list(refused["fields"])) == (409, "name_taken", ["name"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"texts": []}, "texts"),
        ({"texts": [7]}, "texts"),
        ({"flags_cutoff": 1.1}, "flags_cutoff"),
        ({"ranking_cutoff": "0.8"}, "ranking_cutoff"),
        ({"demonstration_cutoff": 0}, "demonstration_cutoff"),
        ({"name": ""}, "name"),
        ({"ranking": {}}, "ranking.instructions"),
        ({"demonstration": None}, "demonstration"),
    ],
)
def test_a_malformed_screening_names_its_field(rosa: User, changes: dict, field: str) -> None:
    status, refused = post(rosa, {**screening_body(), **changes})

    assert status == 400
    assert any(name.startswith(field) for name in refused["fields"])


def test_cut_offs_are_moved_one_by_one_and_audited(rosa: User) -> None:
    screening = open_for_tests(rosa)

    status, shown = patch(rosa, screening, ranking_cutoff=0.6)

    assert status == 200
    assert (shown["flags_cutoff"], shown["ranking_cutoff"]) == (0.75, 0.6)
    entry = AuditEntry.objects.get(action="change_screening")
    assert entry.details == {"ranking_cutoff": [0.75, 0.6]}


def test_changing_nothing_leaves_no_trace(rosa: User) -> None:
    screening = open_for_tests(rosa)

    patch(rosa, screening, name="Spring", state="open")

    assert not AuditEntry.objects.filter(action="change_screening").exists()


def test_a_screening_does_not_take_anothers_name(rosa: User) -> None:
    open_for_tests(rosa)
    other = open_for_tests(rosa, name="Autumn")

    status, refused = patch(rosa, other, name="Spring")

    assert (status, refused["code"]) == (409, "name_taken")


def test_the_page_says_with_how_many_experts_candidates_are_compared(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    flag_all(cast.rosa, screening, True, False, True)
    flag_all(cast.ada, screening, True, False, False)
    rank_all(cast.ada, screening, 1, 2, 3, 4)
    hand_in(invite_candidate(screening), screening)

    shown = client_of(cast.rosa).get(f"/api/screenings/{screening.pk}/").json()

    assert shown["experts"] == {"num_flags": 2, "num_ranking": 1}
    assert (shown["mine"]["flags"]["num_answered"], shown["mine"]["ranking"]["num_answered"]) == (
        3,
        0,
    )
    assert (shown["num_submitted"], shown["num_to_grade"]) == (1, 2)
    assert "majority" in shown["rules"]["flags"]


def test_screenings_are_for_researchers(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    browser = client_of(cast.amina)

    assert browser.get("/api/screenings/").status_code == 403
    assert browser.get(f"/api/screenings/{screening.pk}/").status_code == 403
    assert client_of(cast.rosa).get("/api/screenings/987654/").status_code == 404


def test_the_list_and_the_page_cost_as_much_with_many_candidates(
    rosa: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    screening = open_for_tests(rosa)
    for n in range(4):
        hand_in(invite_candidate(screening, f"candidate{n}"), screening)
    browser = client_of(rosa)

    with django_assert_num_queries(3):
        rows = browser.get("/api/screenings/").json()["results"]
    assert [row["num_submitted"] for row in rows] == [4]
    with django_assert_num_queries(9):
        browser.get(f"/api/screenings/{screening.pk}/")
