"""Deciding about candidates: blind, by people, with a reason, once (R11, R12, R13)."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from labeling.errors import Refused
from labeling.models import (
    AuditEntry,
    Candidacy,
    Demonstration,
    Ranking,
    Screening,
    User,
)
from labeling.services.candidates import decide_candidacy, grade_demonstration
from tests.cast import Cast, client_of, make_cast
from tests.labeling.screening import (
    flag_all,
    hand_in,
    invite_candidate,
    open_for_tests,
    rank_all,
)

ACCEPT = {"decision": "accept", "pool": "training", "reason": "Careful in every part."}
REJECT = {"decision": "reject", "reason": "Missed the threat."}


@pytest.fixture
def screening(cast: Cast) -> Screening:
    """Rosa and Ada have flagged its texts, Rosa has ranked its tasks."""
    screening = open_for_tests(cast.rosa)
    flag_all(cast.rosa, screening, True, False, True)
    flag_all(cast.ada, screening, True, False, False)
    rank_all(cast.rosa, screening, 1, 2, 3, 4)
    return screening


def listed(user: User, screening: Screening, **query: object) -> list[dict[str, Any]]:
    path = f"/api/screenings/{screening.pk}/candidates/"
    return client_of(user).get(path, query).json()["results"]


def scores(user: User, screening: Screening) -> dict[str, dict[str, Any]]:
    [row] = listed(user, screening)
    return row["scores"]


def grade_all(grader: User, candidacy: Candidacy, *grades: int) -> None:
    written = Demonstration.objects.filter(labeler=candidacy.labeler).order_by("submitted_at")
    for demonstration, grade in zip(written, grades, strict=True):
        grade_demonstration(demonstration=demonstration, grader=grader, grade=grade)


def decide(user: User, candidacy: Candidacy, **body: object) -> tuple[int, dict[str, Any]]:
    response = client_of(user).post(
        f"/api/candidates/{candidacy.pk}/decision/", body, format="json"
    )
    return response.status_code, response.json()


def test_every_criterion_has_its_score_and_its_mark(cast: Cast, screening: Screening) -> None:
    """R12. The experts are divided on the third text, which is left out: 1 of 2 is 50 %.

    A tie of the first two completions earns 5.5 of 6 pairs; (6 + 4) / 2 and 7 are 6.0 on average.
    """
    candidacy = hand_in(
        invite_candidate(screening), screening, flags=(True, True, True), ranks=(1, 1, 2, 3)
    )
    grade_all(cast.rosa, candidacy, 6, 7)
    grade_all(cast.ada, candidacy, 4, 7)

    shown = scores(cast.rosa, screening)

    assert shown["flags"] == {
        "value": 0.5,
        "reason_undefined": None,
        "num_counted": 2,
        "num_left_out": 1,
        "cutoff": 0.75,
        "is_passed": False,
    }
    assert shown["ranking"]["value"] == pytest.approx(5.5 / 6)
    assert shown["ranking"]["is_passed"] is True
    assert shown["demonstration"]["value"] == pytest.approx(6.0)
    assert (shown["demonstration"]["num_counted"], shown["demonstration"]["is_passed"]) == (2, True)


def test_what_cannot_be_scored_says_why_and_passes_nothing(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    hand_in(invite_candidate(screening), screening)

    shown = scores(cast.rosa, screening)

    assert {part: (row["value"], row["is_passed"]) for part, row in shown.items()} == dict.fromkeys(
        ("flags", "ranking", "demonstration"), (None, None)
    )
    assert shown["flags"]["reason_undefined"] == "No expert has flagged these texts."
    assert shown["demonstration"]["reason_undefined"] == (
        "2 of 2 demonstrations have no grade yet."
    )


def test_other_candidates_are_no_experts(cast: Cast) -> None:
    screening = open_for_tests(cast.rosa)
    for name in ("nina", "omar"):
        hand_in(invite_candidate(screening, name), screening)

    assert {row["scores"]["ranking"]["value"] for row in listed(cast.rosa, screening)} == {None}


def test_who_has_not_handed_in_is_not_listed(cast: Cast, screening: Screening) -> None:
    nina = invite_candidate(screening)

    assert listed(cast.rosa, screening) == []
    path = f"/api/candidates/{nina.candidacy.pk}/"
    assert client_of(cast.rosa).get(path).status_code == 404
    assert decide(cast.rosa, nina.candidacy, **ACCEPT)[0] == 404


def test_nothing_that_a_decider_reads_tells_who_the_candidate_is(
    cast: Cast, screening: Screening
) -> None:
    """R12: on every byte of every page, until the decision is saved."""
    nina = invite_candidate(screening, "zanzibara", vendor="Vendorix", languages=["sw"])
    candidacy = hand_in(nina, screening)
    browser = client_of(cast.rosa)
    pages = [
        f"/api/screenings/{screening.pk}/",
        f"/api/screenings/{screening.pk}/candidates/",
        f"/api/screenings/{screening.pk}/demonstrations/",
        f"/api/candidates/{candidacy.pk}/",
    ]

    read = "".join(browser.get(page).content.decode() for page in pages)

    for telling in ("zanzibara", "Zanzibara", "Vendorix", '"sw"', "@", "labeler"):
        assert telling not in read.replace("num_labelers", "").replace("accepted labelers", "")
    assert json.loads(browser.get(pages[-1]).content)["decision"] is None


def test_no_other_list_shows_an_undecided_candidate_s_answers_beside_a_name(
    cast: Cast, screening: Screening
) -> None:
    """R12: neither rankings, nor demonstrations, nor agreement."""
    candidacy = hand_in(invite_candidate(screening), screening)
    project = screening.ranking_project_id
    browser = client_of(cast.rosa)

    def names(path: str) -> set[str]:
        rows = browser.get(f"/api/{path}").json()["results"]
        return {row["labeler"]["display_name"] for row in rows}

    assert names("rankings/") == {"Rosa"}
    assert names("demonstrations/") == set()
    agreement = browser.get(f"/api/agreement/?project={project}").json()
    assert agreement["labelers"] == []
    theirs = Ranking.objects.filter(labeler=candidacy.labeler).first()
    assert theirs is not None
    assert browser.get(f"/api/rankings/{theirs.pk}/").status_code == 404
    decide(cast.rosa, candidacy, **ACCEPT)
    assert browser.get(f"/api/rankings/{theirs.pk}/").status_code == 200
    assert names(f"rankings/?project={project}") == {"Rosa", "Nina"}
    assert names("demonstrations/") == {"Nina"}


def test_a_code_says_nothing_about_when_somebody_came(cast: Cast, screening: Screening) -> None:
    people = [invite_candidate(screening, f"candidate{n}") for n in range(3)]
    for person in people:
        hand_in(person, screening)

    codes = [row["code"] for row in listed(cast.rosa, screening)]

    assert codes == sorted(codes)
    assert len(set(codes)) == 3


def test_with_the_decision_name_and_vendor_are_shown(cast: Cast, screening: Screening) -> None:
    """R12, R13: the cut-offs are overridden, with a reason."""
    candidacy = hand_in(
        invite_candidate(screening, vendor="Vendorix"), screening, ranks=(4, 3, 2, 1)
    )

    status, shown = decide(cast.rosa, candidacy, **ACCEPT)

    assert status == 200
    assert shown["state"] == "accepted"
    assert shown["scores"]["ranking"]["is_passed"] is False
    decision = shown["decision"]
    assert (decision["labeler_name"], decision["vendor"], decision["pool"]) == (
        "Nina",
        "Vendorix",
        "training",
    )
    assert (decision["decided_by_name"], decision["reason"]) == ("Rosa", ACCEPT["reason"])


def test_the_decision_is_audited_with_the_scores_as_they_stood(
    cast: Cast, screening: Screening
) -> None:
    """R11, R13."""
    candidacy = hand_in(invite_candidate(screening), screening)
    decide(cast.rosa, candidacy, **REJECT)
    flag_all(cast.ada, screening, False, True, False)

    entry = AuditEntry.objects.get(action="reject_candidate")
    assert (entry.actor, entry.subject_id) == (cast.rosa, str(candidacy.pk))
    assert entry.details["reason"] == REJECT["reason"]
    assert (entry.details["flags_score"], entry.details["ranking_score"]) == (1.0, 1.0)
    assert entry.details["demonstration_score"] is None
    [row] = listed(cast.rosa, screening)
    assert row["scores"]["flags"]["value"] == 1.0
    assert row["scores"]["demonstration"]["reason_undefined"] == (
        "It could not be scored when the decision was saved."
    )


def test_accepted_into_the_held_out_pool_a_labeler_joins_that_pool(
    cast: Cast, screening: Screening
) -> None:
    nina = invite_candidate(screening)
    candidacy = hand_in(nina, screening)

    decide(cast.rosa, candidacy, **{**ACCEPT, "pool": "held_out"})

    nina.refresh_from_db()
    assert nina.pool == "held_out"


def test_deciding_twice_is_refused_and_changes_nothing(cast: Cast, screening: Screening) -> None:
    candidacy = hand_in(invite_candidate(screening), screening)
    decide(cast.rosa, candidacy, **ACCEPT)

    status, refused = decide(cast.ada, candidacy, **REJECT)

    assert (status, refused["code"]) == (409, "already_decided")
    candidacy.refresh_from_db()
    assert (candidacy.state, candidacy.decided_by) == ("accepted", cast.rosa)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_decides() -> None:
    cast = make_cast()
    screening = open_for_tests(cast.rosa)
    candidacy = hand_in(invite_candidate(screening), screening)
    start = Barrier(2)

    def decide_now(who: User, decision: str, pool: str | None) -> str:
        try:
            start.wait()
            decided = decide_candidacy(
                candidacy=candidacy, decided_by=who, decision=decision, pool=pool, reason="Seen."
            )
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return decided.state

    with ThreadPoolExecutor(2) as pool:
        said = [
            pool.submit(decide_now, cast.rosa, "accept", "training"),
            pool.submit(decide_now, cast.ada, "reject", None),
        ]
        answers = sorted(answer.result() for answer in said)

    candidacy.refresh_from_db()
    assert answers == sorted(["already_decided", candidacy.state])
    assert AuditEntry.objects.filter(subject_kind="candidacy").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**ACCEPT, "reason": ""}, "reason"),
        ({**REJECT, "reason": "   "}, "reason"),
        ({"decision": "accept", "reason": "Good."}, "pool"),
        ({**REJECT, "pool": "training"}, "pool"),
        ({**ACCEPT, "decision": "maybe"}, "decision"),
        ({**ACCEPT, "pool": "other"}, "pool"),
    ],
)
def test_a_decision_without_a_reason_or_a_pool_names_its_field(
    cast: Cast, screening: Screening, body: dict, field: str
) -> None:
    candidacy = hand_in(invite_candidate(screening), screening)

    status, refused = decide(cast.rosa, candidacy, **body)

    assert (status, list(refused["fields"])) == (400, [field])
    candidacy.refresh_from_db()
    assert candidacy.state == "submitted"


def test_a_candidate_cannot_decide_about_anybody(cast: Cast, screening: Screening) -> None:
    nina = invite_candidate(screening)
    candidacy = hand_in(nina, screening)

    assert decide(nina, candidacy, **ACCEPT)[0] == 403
    assert client_of(nina).get(f"/api/candidates/{candidacy.pk}/").status_code == 403
    path = f"/api/screenings/{screening.pk}/candidates/"
    assert client_of(nina).get(path).status_code == 403


def test_the_page_shows_every_text_and_demonstration(cast: Cast, screening: Screening) -> None:
    candidacy = hand_in(invite_candidate(screening), screening, flags=(True, True, True))
    grade_all(cast.rosa, candidacy, 6, 7)

    shown = client_of(cast.rosa).get(f"/api/candidates/{candidacy.pk}/").json()

    assert shown["texts"][2] == {
        "text": "A threat.",
        "is_sensitive": True,
        "num_experts_sensitive": 1,
        "num_experts_not": 1,
    }
    assert sorted(row["grades"] for row in shown["demonstrations"]) == [[6], [7]]


def test_the_topics_of_the_accepted_are_counted_without_names(
    cast: Cast, screening: Screening
) -> None:
    """R11 (4): what the team covers."""
    for name, topics, accepted in (
        ("nina", ["Caste", "Law"], True),
        ("omar", ["caste"], True),
        ("paul", ["Football"], False),
    ):
        candidacy = hand_in(invite_candidate(screening, name), screening)
        Candidacy.objects.filter(pk=candidacy.pk).update(topics=topics, cultural_groups=topics)
        decide(cast.rosa, candidacy, **(ACCEPT if accepted else REJECT))

    shown = client_of(cast.rosa).get(f"/api/screenings/{screening.pk}/").json()

    assert shown["topics"] == [
        {"topic": "Caste", "num_labelers": 2},
        {"topic": "Law", "num_labelers": 1},
    ]


@pytest.mark.parametrize("num_candidates", [1, 4])
def test_candidates_cost_as_many_queries_however_many(
    cast: Cast,
    screening: Screening,
    num_candidates: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(num_candidates):
        candidacy = hand_in(invite_candidate(screening, f"candidate{n}"), screening)
    browser = client_of(cast.rosa)

    # Session, account, screening, candidates, answers, rankings, grades.
    with django_assert_num_queries(7):
        rows = browser.get(f"/api/screenings/{screening.pk}/candidates/").json()["results"]
    assert len(rows) == num_candidates
    # Session, account, candidate, answers, rankings, grades, demonstrations with grades, texts.
    with django_assert_num_queries(9):
        browser.get(f"/api/candidates/{candidacy.pk}/")
    # Session, account, screening, demonstrations.
    with django_assert_num_queries(4):
        browser.get(f"/api/screenings/{screening.pk}/demonstrations/")
