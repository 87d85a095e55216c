"""Ten minutes to change one's mind: the answer is superseded, never deleted."""

import pytest
from django.db.models import F

from labeling.models import Assignment, Demonstration, Ranking
from labeling.selectors.rankings import rankings_for_training
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
    make_toxicity_project,
)
from tests.labeling.work import demonstrate, lose, rank, ranking_body, take, toxicity_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(amina) -> Assignment:
    project = make_ranking_project(overlap=1)
    make_task(project)
    return take(project, amina)


def take_back(user, assignment: Assignment):
    return client_of(user).post(f"/api/assignments/{assignment.pk}/take-back/")


def test_a_ranking_taken_back_becomes_the_draft_again(assignment, amina):
    browser = client_of(amina)
    shown = browser.get(f"/api/assignments/{assignment.pk}/").json()
    body = ranking_body(shown, 1, 2, 2, 3)
    body["items"][0]["note"] = "Best by far."
    browser.post("/api/rankings/", body, format="json")

    reopened = take_back(amina, assignment)

    assert reopened.status_code == 200
    assert reopened.json()["state"] == "leased"
    assert reopened.json()["leased_until"] is not None
    assert reopened.json()["submitted_at"] is None
    assert reopened.json()["draft"]["version"] == 1
    restored = reopened.json()["draft"]["body"]
    assert restored["phase"] == "order"
    assert restored["items"] == {
        item["handle"]: {key: item[key] for key in ("rank", "rating", "flags", "note")}
        for item in body["items"]
    }
    assert Ranking.objects.get().superseded_at is not None


def test_all_that_was_said_comes_back(assignment, amina):
    """R26, R31: also the questions chosen, the verdict, the time on each, what was kept."""
    browser = client_of(amina)
    shown = browser.get(f"/api/assignments/{assignment.pk}/").json()
    asked = [*shown["questions"], "hallucination"]
    body = ranking_body({**shown, "questions": asked}, questions=asked, none_acceptable=True)
    body["items"][0]["seconds_shown"] = 0.0
    kept = [[body["items"][0]["handle"], body["items"][1]["handle"]]]
    draft = {"items": {}, "seconds_active": 1.0, "phase": "order", "kept": kept}
    browser.put(
        f"/api/assignments/{assignment.pk}/draft/", {"version": 0, "body": draft}, format="json"
    )
    browser.post("/api/rankings/", body, format="json")

    restored = take_back(amina, assignment).json()["draft"]["body"]

    assert set(restored["questions"]) == set(asked)
    assert restored["none_acceptable"] is True
    assert restored["kept"] == kept
    assert restored["items"][body["items"][0]["handle"]]["seconds_shown"] == 0.0
    # What the answer is made of can be saved as it came.
    saved = browser.put(
        f"/api/assignments/{assignment.pk}/draft/", {"version": 2, "body": restored}, format="json"
    )
    assert saved.status_code == 200


def test_a_toxicity_ranking_taken_back_keeps_its_numbers(amina):
    """R39."""
    make_task(project := make_toxicity_project())
    assignment = take(project, amina)
    browser = client_of(amina)
    body = toxicity_body(browser.get(f"/api/assignments/{assignment.pk}/").json())
    browser.post("/api/rankings/", body, format="json")

    restored = take_back(amina, assignment).json()["draft"]["body"]

    assert restored["input_toxicity"] == 1
    item = restored["items"][body["items"][0]["handle"]]
    assert (item["toxicity"], item["relative_toxicity"], item["continuity"]) == (0, -1, 5)


def test_the_answer_can_be_given_anew_under_a_new_key(assignment, amina):
    rank(assignment, amina, 1, 2, 3, 4)
    take_back(amina, assignment)

    second = rank(assignment, amina, 4, 3, 2, 1)

    assert Ranking.objects.get(superseded_at__isnull=True).pk == second.id
    assert Ranking.objects.count() == 2


def test_the_old_key_does_not_bring_the_old_answer_back(assignment, amina):
    """A retry that arrives after the taking back must not look like a saved answer."""
    browser = client_of(amina)
    body = ranking_body(browser.get(f"/api/assignments/{assignment.pk}/").json())
    browser.post("/api/rankings/", body, format="json")
    take_back(amina, assignment)

    answer = browser.post("/api/rankings/", body, format="json")

    assert answer.status_code == 409
    assert answer.json()["code"] == "taken_back"
    assert not Ranking.objects.filter(superseded_at__isnull=True).exists()


def test_a_sealed_answer_stays(assignment, amina, settings):
    rank(assignment, amina)
    settings.TAKE_BACK_SECONDS = 0

    answer = take_back(amina, assignment)

    assert answer.status_code == 409
    assert answer.json()["code"] == "sealed"
    assignment.refresh_from_db()
    assert assignment.state == "submitted"


def test_an_answer_of_yesterday_is_sealed(amina):
    task = make_task(make_ranking_project())
    yesterdays = make_ranking(task, amina, [1, 2, 3, 4]).assignment

    assert take_back(amina, yesterdays).json()["code"] == "sealed"


def test_the_end_of_the_time_is_shown(assignment, amina, settings):
    settings.TAKE_BACK_SECONDS = 90
    stored = rank(assignment, amina)

    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()

    assert stored.take_back_until.isoformat().replace("+00:00", "Z") == shown["take_back_until"]


def test_the_slot_stays_with_the_labeler(assignment, amina, otto):
    rank(assignment, amina)
    take_back(amina, assignment)

    held = assignment.task.assignments.get()
    assert (held.labeler, held.state) == (amina, "leased")


def test_a_surplus_answer_taken_back_stays_expired_without_a_free_slot(assignment, amina, otto):
    lose(assignment, to=otto)
    rank(assignment, amina)

    reopened = take_back(amina, assignment)

    assert reopened.json()["state"] == "expired"
    assert rank(assignment, amina).is_surplus


def test_an_answer_taken_back_teaches_nothing(assignment, amina, settings):
    rank(assignment, amina)
    take_back(amina, assignment)
    settings.TAKE_BACK_SECONDS = 0

    assert rankings_for_training() == []


def test_there_is_nothing_to_take_back_before_an_answer(assignment, amina):
    assert take_back(amina, assignment).json()["code"] == "not_submitted"


def test_taking_back_twice_is_refused(assignment, amina):
    rank(assignment, amina)
    take_back(amina, assignment)

    assert take_back(amina, assignment).status_code == 409


def test_otto_cannot_take_aminas_answer_back(assignment, amina, otto):
    rank(assignment, amina)

    assert take_back(otto, assignment).status_code == 404
    assert Ranking.objects.filter(superseded_at__isnull=True).exists()


def test_a_demonstration_taken_back_becomes_the_draft_again(amina):
    project = make_demonstration_project()
    make_task(project)
    assignment = take(project, amina)
    demonstrate(assignment, amina, "  Not quite.\n")

    reopened = take_back(amina, assignment)

    assert reopened.json()["draft"]["body"]["text"] == "  Not quite.\n"
    assert Demonstration.objects.filter(superseded_at__gte=F("submitted_at")).count() == 1
