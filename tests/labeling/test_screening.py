"""A candidate goes through a screening: four parts, then they hand in (R11)."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Candidacy, Screening, SensitivityAnswer, User
from labeling.services.assignments import skip_assignment
from labeling.services.take_back import take_back
from tests.cast import Cast, client_of
from tests.labeling.screening import (
    TEXTS,
    flag_all,
    hand_in,
    invite_candidate,
    open_for_tests,
    rank_all,
    write_all,
)
from tests.labeling.work import take


@pytest.fixture
def screening(rosa: User) -> Screening:
    return open_for_tests(rosa)


@pytest.fixture
def nina(screening: Screening) -> User:
    return invite_candidate(screening)


def own(browser: APIClient) -> dict[str, Any]:
    return browser.get("/api/screening/").json()["candidacy"]


def flag(browser: APIClient, number: int, is_sensitive: object = True) -> int:
    response = browser.put(
        f"/api/screening/texts/{number}/", {"is_sensitive": is_sensitive}, format="json"
    )
    return response.status_code


def declare(user: User, **body: object) -> Any:
    return client_of(user).put("/api/screening/declaration/", body, format="json")


def test_nina_sees_her_four_parts_and_how_far_she_is(screening: Screening, nina: User) -> None:
    shown = client_of(nina).get("/api/screening/").json()

    assert shown["candidacy"] == {
        "state": "in_progress",
        "topics": [],
        "cultural_groups": [],
        "submitted_at": None,
        "decided_at": None,
        "progress": {
            "flags": part(3),
            "ranking": part(2, project=screening.ranking_project_id),
            "demonstration": part(2, project=screening.demonstration_project_id),
        },
    }
    assert (shown["max_named"], shown["max_characters_named"]) == (20, 80)


def part(num_total: int, num_answered: int = 0, project: int | None = None) -> dict[str, object]:
    return {
        "num_total": num_total,
        "num_answered": num_answered,
        "num_skipped": 0,
        "project": project,
        "is_done": num_answered == num_total,
    }


def test_who_was_invited_without_a_screening_has_none(cast: Cast) -> None:
    assert own(client_of(cast.amina)) is None
    assert client_of(cast.amina).get("/api/screening/texts/").status_code == 404
    assert client_of(cast.amina).post("/api/screening/submit/").status_code == 404
    assert declare(cast.amina, topics=[], cultural_groups=[]).status_code == 404


def test_texts_come_in_order_with_nothing_preselected_and_keep_the_answer(nina: User) -> None:
    browser = client_of(nina)
    texts = browser.get("/api/screening/texts/").json()

    assert [(row["text"], row["is_sensitive"]) for row in texts] == [(t, None) for t in TEXTS]
    assert flag(browser, texts[1]["id"], False) == 204
    assert [row["is_sensitive"] for row in browser.get("/api/screening/texts/").json()] == [
        None,
        False,
        None,
    ]


def test_flagging_again_replaces_the_answer_and_twice_is_once(nina: User) -> None:
    browser = client_of(nina)
    number = browser.get("/api/screening/texts/").json()[0]["id"]

    answers = [flag(browser, number, is_sensitive) for is_sensitive in (True, True, False)]

    assert answers == [204, 204, 204]
    assert [answer.is_sensitive for answer in SensitivityAnswer.objects.all()] == [False]


def test_nina_cannot_flag_the_texts_of_another_screening(rosa: User, nina: User) -> None:
    other = open_for_tests(rosa, name="Autumn")

    assert flag(client_of(nina), other.items.first().pk) == 404


def test_amina_who_is_no_candidate_cannot_flag(screening: Screening, amina: User) -> None:
    assert flag(client_of(amina), screening.items.first().pk) == 404


@pytest.mark.parametrize("said", ["true", 1, None])
def test_only_yes_or_no_is_an_answer(nina: User, said: object) -> None:
    browser = client_of(nina)

    assert flag(browser, browser.get("/api/screening/texts/").json()[0]["id"], said) == 400


def test_a_researcher_flags_the_same_texts_as_an_expert(screening: Screening, rosa: User) -> None:
    browser = client_of(rosa)
    texts = browser.get(f"/api/screenings/{screening.pk}/texts/").json()

    assert flag(browser, texts[0]["id"]) == 204
    assert browser.get(f"/api/screenings/{screening.pk}/texts/").json()[0]["is_sensitive"] is True


def test_topics_are_kept_in_nina_s_own_words_each_once(nina: User) -> None:
    response = declare(
        nina, topics=["  Caste  and class ", "caste and CLASS", "Football"], cultural_groups=[""]
    )

    assert (response.status_code, list(response.json()["fields"])) == (400, ["cultural_groups.0"])
    response = declare(
        nina, topics=["  Caste  and class ", "caste and CLASS", "Football"], cultural_groups=["Yi"]
    )
    shown = response.json()["candidacy"]
    assert (shown["topics"], shown["cultural_groups"]) == (["Caste and class", "Football"], ["Yi"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topics": ["x" * 81], "cultural_groups": []}, "topics"),
        ({"topics": [str(n) for n in range(21)], "cultural_groups": []}, "topics"),
        ({"topics": [3], "cultural_groups": []}, "topics"),
        ({"topics": []}, "cultural_groups"),
    ],
)
def test_a_malformed_declaration_names_its_field(nina: User, body: dict, field: str) -> None:
    response = declare(nina, **body)

    assert response.status_code == 400
    assert next(iter(response.json()["fields"])).startswith(field)


def test_handing_in_too_early_says_what_each_part_lacks(screening: Screening, nina: User) -> None:
    flag_all(nina, screening, True, False, True)

    response = client_of(nina).post("/api/screening/submit/")

    assert (response.status_code, response.json()["code"]) == (422, "screening_incomplete")
    assert response.json()["fields"] == {
        "ranking": ["2 tasks to rank are left."],
        "demonstration": ["2 demonstrations to write are left."],
    }


def test_handed_in_is_handed_in_once_and_for_good(screening: Screening, nina: User) -> None:
    candidacy = hand_in(nina, screening)
    browser = client_of(nina)

    again = browser.post("/api/screening/submit/")

    assert (again.status_code, again.json()["candidacy"]["state"]) == (200, "submitted")
    candidacy.refresh_from_db()
    assert again.json()["candidacy"]["submitted_at"] is not None
    assert flag(browser, screening.items.first().pk, False) == 409
    response = declare(nina, topics=["Law"], cultural_groups=[])
    assert (response.status_code, response.json()["code"]) == (409, "screening_submitted")


def test_a_skipped_task_is_dealt_with_and_stays_for_the_next_candidate(
    screening: Screening, nina: User
) -> None:
    """Candidates who find a task unclear do not retire it, as labelers do (R22)."""
    for candidate in (nina, *(invite_candidate(screening, f"other{n}") for n in range(3))):
        held = take(screening.ranking_project, candidate)
        skip_assignment(
            labeler=candidate, assignment_id=held.pk, reason="unclear", comment="Too vague."
        )

    shown = own(client_of(nina))["progress"]["ranking"]
    assert (shown["num_total"], shown["num_answered"], shown["num_skipped"]) == (2, 0, 1)
    assert set(screening.ranking_project.tasks.values_list("state", flat=True)) == {"open"}


def test_any_number_of_candidates_and_experts_do_every_task(
    screening: Screening, cast: Cast
) -> None:
    candidates = [invite_candidate(screening, f"candidate{n}") for n in range(3)]
    for account in (*candidates, cast.rosa, cast.ada):
        rank_all(account, screening, 1, 2, 3, 4)
        write_all(account, screening)

    for candidate in candidates:
        assert own(client_of(candidate))["progress"]["ranking"]["is_done"]
        assert own(client_of(candidate))["progress"]["demonstration"]["is_done"]


def test_an_answer_is_not_taken_back_after_handing_in(screening: Screening, nina: User) -> None:
    hand_in(nina, screening)
    answered = nina.assignments.filter(project=screening.ranking_project).first()

    response = client_of(nina).post(f"/api/assignments/{answered.pk}/take-back/")

    assert (response.status_code, response.json()["code"]) == (409, "candidacy_undecided")


def test_before_handing_in_an_answer_may_be_taken_back(screening: Screening, nina: User) -> None:
    rank_all(nina, screening, 1, 2, 3, 4)

    take_back(labeler=nina, assignment_id=nina.assignments.first().pk)

    assert own(client_of(nina))["progress"]["ranking"]["num_answered"] == 1


def test_nothing_of_a_score_reaches_the_candidate(screening: Screening, nina: User) -> None:
    flag_all(screening.created_by, screening, True, False, True)
    hand_in(nina, screening)
    Candidacy.objects.filter(labeler=nina).update(flags_score=0.123456, ranking_score=0.654321)
    browser = client_of(nina)

    read = b"".join(browser.get(f"/api/{path}").content for path in ("screening/", "session/"))

    assert b"score" not in read
    assert b"0.123456" not in read
    assert b"cutoff" not in read


def test_the_page_and_the_texts_cost_the_same_however_far_nina_is(
    screening: Screening, nina: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flag_all(nina, screening, True, False, True)
    rank_all(nina, screening, 1, 2, 3, 4)
    browser = client_of(nina)

    # Session, account, candidacy, texts, tasks.
    with django_assert_num_queries(5):
        browser.get("/api/screening/")
    # Session, account, candidacy, texts, own answers.
    with django_assert_num_queries(5):
        browser.get("/api/screening/texts/")
