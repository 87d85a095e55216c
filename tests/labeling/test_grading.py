"""Grading what candidates wrote: texts without writers, one grade per grader (R11)."""

import pytest

from labeling.models import Demonstration, DemonstrationGrade, Screening
from labeling.services.candidates import decide_candidacy
from tests.cast import Cast, client_of
from tests.labeling.screening import hand_in, invite_candidate, open_for_tests, write_all


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return open_for_tests(cast.rosa)


def test_grades_are_given_to_texts_each_by_each_grader_once(
    cast: Cast, screening: Screening
) -> None:
    hand_in(invite_candidate(screening), screening)
    browser = client_of(cast.rosa)
    path = f"/api/screenings/{screening.pk}/demonstrations/"
    rows = browser.get(path).json()["results"]

    for grade in (3, 5):
        browser.put(f"/api/demonstrations/{rows[0]['id']}/grade/", {"grade": grade}, format="json")

    graded, _ = browser.get(path).json()["results"]
    assert set(graded) == {"id", "prompt", "text", "my_grade", "num_grades"}
    assert (graded["my_grade"], graded["num_grades"]) == (5, 1)
    other = client_of(cast.ada).get(path).json()["results"][0]
    assert (other["my_grade"], other["num_grades"]) == (None, 1)


@pytest.mark.parametrize("grade", [0, 8, "5", None, 5.5])
def test_a_grade_is_1_to_7(cast: Cast, screening: Screening, grade: object) -> None:
    hand_in(invite_candidate(screening), screening)
    demonstration = Demonstration.objects.first()

    response = client_of(cast.rosa).put(
        f"/api/demonstrations/{demonstration.pk}/grade/", {"grade": grade}, format="json"
    )

    assert (response.status_code, list(response.json()["fields"])) == (400, ["grade"])


def test_after_the_decision_no_grade_changes(cast: Cast, screening: Screening) -> None:
    candidacy = hand_in(invite_candidate(screening), screening)
    decide_candidacy(
        candidacy=candidacy,
        decided_by=cast.rosa,
        decision="accept",
        pool="training",
        reason="Careful.",
    )
    demonstration = Demonstration.objects.first()

    response = client_of(cast.rosa).put(
        f"/api/demonstrations/{demonstration.pk}/grade/", {"grade": 1}, format="json"
    )

    assert (response.status_code, response.json()["code"]) == (409, "already_decided")
    assert not DemonstrationGrade.objects.exists()


def test_what_nobody_has_handed_in_cannot_be_graded(cast: Cast, screening: Screening) -> None:
    write_all(invite_candidate(screening), screening)
    demonstration = Demonstration.objects.first()
    browser = client_of(cast.rosa)

    path = f"/api/screenings/{screening.pk}/demonstrations/"
    assert browser.get(path).json()["results"] == []
    response = browser.put(f"/api/demonstrations/{demonstration.pk}/grade/", {"grade": 4})
    assert response.status_code == 404
