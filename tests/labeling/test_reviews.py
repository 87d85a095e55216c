"""Reviewing demonstrations: accept, return with a comment, or accept with a correction."""

import pytest

from labeling.models import Assignment, Demonstration, DemonstrationReview, Draft, Project, Task
from labeling.selectors.demonstrations import demonstrations_for_training
from labeling.services.drafts import save_draft
from labeling.services.reviews import HELD_FOR_THE_WRITER
from tests.cast import (
    client_of,
    long_ago,
    make_demonstration,
    make_demonstration_project,
    make_task,
)
from tests.labeling.work import demonstrate, let_lease_run_out, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tokenizer")]

ACCEPT = {"outcome": "accepted", "grade": 6}
GIVE_BACK = {"outcome": "returned", "comment": "Name the river.", "grade": 3}
CORRECT = {"outcome": "corrected", "grade": 5, "text": "The Rhine flows north."}


@pytest.fixture
def project() -> Project:
    return make_demonstration_project(requires_review=True)


@pytest.fixture
def written(project, amina) -> Demonstration:
    return make_demonstration(make_task(project), amina, "A river flows north.")


def review(user, demonstration: Demonstration, **verdict: object):
    address = f"/api/demonstrations/{demonstration.pk}/review/"
    return client_of(user).post(address, verdict, format="json")


def queue(user, **query: object) -> list[dict]:
    return client_of(user).get("/api/reviews/queue/", query).json()["results"]


def submit_again(amina, assignment: Assignment, text: str) -> Demonstration:
    """The writer answers a returned task; the answer is sealed long ago."""
    stored = demonstrate(assignment, amina, text)
    Demonstration.objects.filter(pk=stored.id).update(submitted_at=long_ago())
    return Demonstration.objects.get(pk=stored.id)


def test_the_queue_holds_sealed_unreviewed_answers_without_their_writers(project, written, rosa):
    (waiting,) = queue(rosa)

    assert waiting["text"] == "A river flows north."
    assert waiting["prompt"]["text"] == written.prompt.text
    assert waiting["project"] == {"id": project.pk, "name": project.name}
    assert "Amina" not in str(waiting)
    assert "labeler" not in waiting


def test_the_writer_is_named_once_it_is_decided(written, rosa, amina):
    answer = review(rosa, written, **ACCEPT)

    assert answer.status_code == 201
    assert answer.json()["writer"] == {"id": amina.pk, "display_name": "Amina"}
    assert queue(rosa) == []
    (decided,) = client_of(rosa).get("/api/reviews/").json()["results"]
    assert (decided["outcome"], decided["grade"], decided["text"]) == ("accepted", 6, written.text)


def test_an_answer_that_can_still_be_taken_back_is_not_reviewed(project, amina, rosa):
    make_task(project)
    stored = demonstrate(take(project, amina), amina)

    assert queue(rosa) == []
    answer = review(rosa, Demonstration.objects.get(pk=stored.id), **ACCEPT)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_reviewable")


def test_what_machines_and_candidates_wrote_is_not_in_the_queue(project, sim, otto, rosa):
    make_demonstration(make_task(project), sim)
    screening = make_demonstration_project(purpose=Project.Purpose.SCREENING)
    make_demonstration(make_task(screening), otto)

    assert queue(rosa) == []


def test_nobody_reviews_their_own_answer(project, rosa):
    own = make_demonstration(make_task(project), rosa)

    assert queue(rosa) == []
    answer = review(rosa, own, **ACCEPT)
    assert (answer.status_code, answer.json()["code"]) == (422, "own_work")


def test_a_reviewed_project_trains_on_what_was_accepted_or_corrected_only(project, amina, rosa):
    texts = ["Accepted.", "Waiting.", "Returned.", "Corrected."]
    answers = {text: make_demonstration(make_task(project), amina, text) for text in texts}
    review(rosa, answers["Accepted."], **ACCEPT)
    review(rosa, answers["Returned."], **GIVE_BACK)
    review(rosa, answers["Corrected."], **CORRECT)
    Demonstration.objects.filter(edited_by=rosa).update(submitted_at=long_ago())

    trained = {record.text for record in demonstrations_for_training()}

    assert trained == {"Accepted.", "The Rhine flows north."}


def test_a_project_that_asks_for_no_review_trains_without_one(amina, rosa):
    project = make_demonstration_project()
    make_demonstration(make_task(project), amina, "Waiting.")
    returned = make_demonstration(make_task(project), amina, "Returned.")
    review(rosa, returned, **GIVE_BACK)

    assert {record.text for record in demonstrations_for_training()} == {"Waiting."}


def test_a_correction_takes_the_answers_place_and_remains_the_writers(written, rosa, amina):
    answer = review(rosa, written, **CORRECT)

    assert answer.json()["corrected_text"] == CORRECT["text"]
    written.refresh_from_db()
    assert written.superseded_at is not None
    correction = Demonstration.objects.get(superseded_at__isnull=True)
    assert (correction.revision_of, correction.edited_by) == (written, rosa)
    assert (correction.labeler, correction.assignment) == (amina, written.assignment)
    assert (correction.text, correction.characters_typed) == (CORRECT["text"], None)
    assert queue(rosa) == []


def test_amina_cannot_take_a_reviewers_correction_back(written, rosa, amina):
    review(rosa, written, **CORRECT)

    answer = client_of(amina).post(f"/api/assignments/{written.assignment_id}/take-back/")

    assert (answer.status_code, answer.json()["code"]) == (409, "sealed")
    assert Demonstration.objects.filter(superseded_at__isnull=True, edited_by=rosa).exists()


def test_a_return_reopens_the_writers_task_with_their_text(written, rosa, amina):
    review(rosa, written, **GIVE_BACK)

    written.refresh_from_db()
    assert written.superseded_at is not None
    assignment = written.assignment
    assert (assignment.state, assignment.submitted_at) == ("leased", None)
    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()
    assert shown["draft"]["body"] == {"text": written.text, "seconds_active": 60.0}


def test_a_returned_task_is_held_for_its_writer_longer_than_a_lease(written, rosa):
    """The writer is not at the desk when the return comes."""
    review(rosa, written, **GIVE_BACK)

    held = Assignment.objects.get(pk=written.assignment_id)
    assert held.leased_until - written.review.created_at >= HELD_FOR_THE_WRITER


def test_a_returned_task_is_what_its_writer_is_given_next_and_stays_theirs(
    written, project, rosa, amina
):
    """Being given it, or saving one word, does not shorten the time it is held."""
    review(rosa, written, **GIVE_BACK)
    make_task(project)

    given = take(project, amina)
    draft = {"text": "One word.", "seconds_active": 61.0}
    save_draft(labeler=amina, assignment_id=given.pk, version=1, body=draft)

    assert given.pk == written.assignment_id
    given.refresh_from_db()
    assert given.leased_until - written.review.created_at >= HELD_FOR_THE_WRITER


def test_what_is_sent_again_waits_with_its_earlier_version_beside_it(written, rosa, amina):
    review(rosa, written, **GIVE_BACK)
    written.assignment.refresh_from_db()

    again = submit_again(amina, written.assignment, "The Rhine flows north.")

    (waiting,) = queue(rosa)
    assert (waiting["id"], waiting["text"]) == (str(again.pk), "The Rhine flows north.")
    (before,) = waiting["returned_before"]
    assert (before["text"], before["comment"], before["grade"]) == (
        "A river flows north.",
        "Name the river.",
        3,
    )
    review(rosa, again, **ACCEPT)
    assert [record.text for record in demonstrations_for_training()] == [again.text]


def test_a_return_whose_slot_went_to_somebody_else_is_kept_when_it_is_sent(
    written, project, rosa, amina, otto
):
    """The lease of a returned task runs out like any other; the answer is surplus then."""
    review(rosa, written, **GIVE_BACK)
    for _ in range(HELD_FOR_THE_WRITER.days):
        let_lease_run_out(written.assignment)
    taken = take(project, otto)
    assert taken.task_id == written.assignment.task_id
    written.assignment.refresh_from_db()
    assert written.assignment.state == "expired"

    again = submit_again(amina, written.assignment, "Late, and whole.")

    assert again.is_surplus
    assert [waiting["text"] for waiting in queue(rosa)] == ["Late, and whole."]


def test_a_late_answer_that_is_returned_finds_no_slot_and_keeps_its_text(written, rosa, amina):
    """It never held a slot: the task stays as it is and the writer can still send again."""
    Assignment.objects.filter(pk=written.assignment_id).update(state="surplus", slot=9)

    answer = review(rosa, written, **GIVE_BACK)

    assert answer.status_code == 201
    written.assignment.refresh_from_db()
    assert written.assignment.state == "expired"
    assert written.assignment.draft.body["text"] == written.text


def test_a_return_in_a_retired_task_still_goes_back(written, rosa):
    Task.objects.update(state=Task.State.RETIRED)

    assert review(rosa, written, **GIVE_BACK).status_code == 201


def test_the_draft_of_a_return_follows_the_version_the_browser_knows(written, rosa):
    Draft.objects.create(
        assignment=written.assignment, version=4, body={"text": "Old."}, saved_at=long_ago()
    )

    review(rosa, written, **GIVE_BACK)

    draft = Draft.objects.get(assignment=written.assignment)
    assert (draft.version, draft.body["text"]) == (5, written.text)


def test_the_same_verdict_sent_again_is_stored_once(written, rosa):
    first = review(rosa, written, **GIVE_BACK)

    second = review(rosa, written, **GIVE_BACK)

    assert (second.status_code, second.json()) == (200, first.json())
    assert DemonstrationReview.objects.count() == 1


def test_a_second_reviewer_is_told_that_it_is_decided(written, rosa, ada):
    review(rosa, written, **ACCEPT)

    answer = review(ada, written, **GIVE_BACK)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_reviewed")
    assert not Demonstration.objects.get().superseded_at


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        ({"outcome": "accepted"}, "grade"),
        ({"outcome": "accepted", "grade": 5, "text": "More."}, "text"),
        ({"outcome": "returned", "comment": " \n"}, "comment"),
        ({"outcome": "corrected", "grade": 5}, "text"),
        ({"outcome": "corrected", "text": "New."}, "grade"),
        ({"outcome": "corrected", "grade": 5, "text": "A river flows north."}, "text"),
        ({"outcome": "corrected", "grade": 5, "text": " "}, "text"),
        ({"outcome": "corrected", "grade": 5, "text": "word " * 1_100}, "text"),
    ],
)
def test_an_incomplete_review_is_refused_by_its_field(written, rosa, verdict, field):
    answer = review(rosa, written, **verdict)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not DemonstrationReview.objects.exists()
    assert not Demonstration.objects.get().superseded_at


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "fine"},
        {"grade": 0},
        {"grade": 8},
        {"grade": "6"},
        {"comment": 3},
        {"text": "x" * 50_001},
    ],
)
def test_a_malformed_review_is_refused(written, rosa, change):
    answer = review(rosa, written, **{**ACCEPT, **change})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(change))


def test_amina_cannot_review(written, otto):
    assert review(otto, written, **ACCEPT).status_code == 403


def test_the_queue_and_the_decisions_can_be_asked_of_one_project(project, written, amina, rosa):
    elsewhere = make_demonstration_project()
    other = make_demonstration(make_task(elsewhere), amina, "Elsewhere.")

    assert [row["text"] for row in queue(rosa, project=elsewhere.pk)] == ["Elsewhere."]
    review(rosa, other, **ACCEPT)
    decided = client_of(rosa).get("/api/reviews/", {"project": project.pk}).json()["results"]
    assert decided == []


def test_rosa_sees_how_much_waits_in_each_project(project, written, amina, rosa):
    idle = make_demonstration_project(name="An idle one")

    listed = client_of(rosa).get("/api/reviews/projects/").json()

    assert listed == [
        {"id": idle.pk, "name": idle.name, "requires_review": False, "num_waiting": 0},
        {"id": project.pk, "name": project.name, "requires_review": True, "num_waiting": 1},
    ]


def test_the_queue_takes_the_same_queries_for_one_and_for_many(
    project, amina, rosa, django_assert_num_queries
):
    for _ in range(6):
        make_demonstration(make_task(project), amina)
    browser = client_of(rosa)

    # Session, account, the page, the versions that were returned.
    with django_assert_num_queries(4):
        assert len(browser.get("/api/reviews/queue/").json()["results"]) == 6


def test_the_decisions_take_the_same_queries_for_one_and_for_many(
    project, amina, rosa, django_assert_num_queries
):
    for number in range(6):
        written = make_demonstration(make_task(project), amina)
        review(rosa, written, **(CORRECT if number % 2 else ACCEPT))
    browser = client_of(rosa)

    with django_assert_num_queries(3):
        assert len(browser.get("/api/reviews/").json()["results"]) == 6
