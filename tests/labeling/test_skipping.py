"""Passing a task on, and thinking better of it (R22)."""

import pytest

from labeling.errors import NotAccessible, Refused
from labeling.models import Assignment, Skip, Task
from labeling.services.assignments import skip_assignment, undo_skip
from labeling.services.drafts import save_draft
from tests.cast import make_ranking_project, make_task, make_user
from tests.labeling.work import lose, rank, take

pytestmark = pytest.mark.django_db


def skip(assignment: Assignment, reason: str = "too_long", comment: str = "") -> None:
    skip_assignment(
        labeler=assignment.labeler, assignment_id=assignment.pk, reason=reason, comment=comment
    )


def state_of(assignment: Assignment) -> str:
    assignment.refresh_from_db()
    return assignment.state


def open_slots(task: Task) -> int:
    return task.assignments.filter(state="open").count()


@pytest.fixture
def project():
    return make_ranking_project(overlap=3)


def test_a_skip_is_stored_with_its_reason_and_frees_the_slot(project, amina):
    task = make_task(project)
    assignment = take(project, amina)

    skip(assignment, "no_expertise", "  Ask a chemist. ")

    stored = Skip.objects.get()
    assert (stored.reason, stored.comment) == ("no_expertise", "  Ask a chemist. ")
    assert state_of(assignment) == "skipped"
    assert open_slots(task) == 3


def test_skipping_twice_changes_nothing(project, amina):
    task = make_task(project)
    assignment = take(project, amina)
    skip(assignment)

    skip(assignment, "unclear")

    assert Skip.objects.get().reason == "too_long"
    assert open_slots(task) == 3


def test_the_second_unclear_skip_retires_the_task(project, amina, otto):
    task = make_task(project)
    skip(take(project, amina), "unclear")
    task.refresh_from_db()
    assert task.state == Task.State.OPEN

    skip(take(project, otto), "unclear")

    task.refresh_from_db()
    assert task.state == Task.State.RETIRED
    assert open_slots(task) == 0
    assert task.assignments.filter(state="retired").count() == 3


def test_skips_for_other_reasons_never_retire_a_task(project, amina, otto):
    task = make_task(project)
    skip(take(project, amina), "unclear")
    skip(take(project, otto), "too_long")

    task.refresh_from_db()
    assert task.state == Task.State.OPEN


def test_a_task_in_hand_when_it_is_retired_can_still_be_answered(project, amina, otto):
    make_task(project)
    third = make_user("third")
    held = take(project, third)
    skip(take(project, amina), "unclear")
    skip(take(project, otto), "unclear")

    stored = rank(held, third)

    assert not stored.is_surplus


def test_undoing_a_skip_gives_the_task_back_with_its_draft(project, amina):
    task = make_task(project)
    assignment = take(project, amina)
    body = {"items": {}, "seconds_active": 7.0, "phase": "rate"}
    save_draft(labeler=amina, assignment_id=assignment.pk, version=0, body=body)
    skip(assignment)

    undo_skip(labeler=amina, assignment_id=assignment.pk)

    assert state_of(assignment) == "leased"
    assert assignment.draft.body == body
    assert open_slots(task) == 2
    assert Skip.objects.get().undone_at is not None


def test_undoing_an_unclear_skip_brings_a_retired_task_back(project, amina, otto):
    task = make_task(project)
    skip(take(project, amina), "unclear")
    last = take(project, otto)
    skip(last, "unclear")

    undo_skip(labeler=otto, assignment_id=last.pk)

    task.refresh_from_db()
    assert task.state == Task.State.OPEN
    assert state_of(last) == "leased"
    # Three slots again: the one in Otto's hands and two for others.
    assert open_slots(task) == 2


def test_a_skip_that_was_undone_no_longer_counts_as_unclear(project, amina, otto):
    task = make_task(project)
    first = take(project, amina)
    skip(first, "unclear")
    undo_skip(labeler=amina, assignment_id=first.pk)

    skip(take(project, otto), "unclear")

    task.refresh_from_db()
    assert task.state == Task.State.OPEN


def test_undoing_a_skip_without_a_free_slot_leaves_the_task_expired(amina, otto):
    project = make_ranking_project(overlap=1)
    make_task(project)
    assignment = take(project, amina)
    skip(assignment)
    take(project, otto)

    undo_skip(labeler=amina, assignment_id=assignment.pk)

    assert state_of(assignment) == "expired"


def test_an_expired_assignment_can_be_skipped_and_frees_nothing(amina, otto):
    project = make_ranking_project(overlap=1)
    task = make_task(project)
    assignment = take(project, amina)
    lose(assignment, to=otto)

    skip(assignment)

    assert state_of(assignment) == "skipped"
    assert open_slots(task) == 0


def test_an_answered_task_cannot_be_skipped(project, amina):
    make_task(project)
    assignment = take(project, amina)
    rank(assignment, amina)

    with pytest.raises(Refused) as refusal:
        skip(assignment)

    assert refusal.value.code == "not_open"


def test_only_a_skipped_task_can_be_taken_up_again(project, amina):
    make_task(project)
    assignment = take(project, amina)

    with pytest.raises(Refused) as refusal:
        undo_skip(labeler=amina, assignment_id=assignment.pk)

    assert refusal.value.code == "not_skipped"


def test_otto_cannot_skip_aminas_task(project, amina, otto):
    make_task(project)
    assignment = take(project, amina)

    with pytest.raises(NotAccessible):
        skip_assignment(labeler=otto, assignment_id=assignment.pk, reason="unclear", comment="")

    assert state_of(assignment) == "leased"
