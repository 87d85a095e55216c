"""Giving a labeler their next task, and letting them pass one on and come back to it."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import (
    Acknowledgement,
    Assignment,
    InstructionVersion,
    PresentedCompletion,
    Project,
    Skip,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.assignments import num_waiting_for_others, servable_slots
from labeling.services.consent import check_consented
from labeling.services.screening import check_may_work
from labeling.services.slots import (
    State,
    free_lapsed_slots,
    hold_again,
    lock_labeler,
    lock_own_assignment,
    renew_lease,
    reopen_slot,
)

# So many labelers finding a task unclear take it out of the project (R22).
UNCLEAR = "unclear"
UNCLEAR_SKIPS_TO_RETIRE = 2

NoTaskReason = Literal["empty", "paused", "not_in_pool"]


@dataclass(frozen=True)
class NextAssignment:
    """Either an assignment, or why there is none and how many tasks may still come back."""

    assignment_id: UUID | None
    reason: NoTaskReason | None = None
    num_waiting_for_others: int = 0


@transaction.atomic
def lease_next_assignment(*, labeler: User, project: Project) -> NextAssignment:
    """The task this labeler should do now, in one short transaction.

    What they hold already comes first, then one they lost whose slot is still free, draft and all,
    then a new slot. A slot is claimed with FOR UPDATE SKIP LOCKED, so that two labelers are never
    given the same one and nobody waits for anybody else.

    Raises: Refused("instructions_not_acknowledged") before a new task (R15),
    Refused("consent_needed"); Refused("candidacy_undecided"), Refused("candidacy_rejected").
    """
    lock_labeler(labeler)
    check_may_work(labeler, project)
    if project.pool != labeler.pool or project.imported_from:
        return NextAssignment(None, "not_in_pool")
    held = _resume_held(labeler, project)
    if held is not None:
        return NextAssignment(held.pk)
    if project.state == Project.State.PAUSED:
        return NextAssignment(None, "paused")
    check_consented(labeler)
    instructions = _acknowledged_instructions(labeler, project)
    free_lapsed_slots(project_id=project.pk)
    assignment = _resume_lost(labeler, project) or _claim_slot(labeler, project, instructions)
    if assignment is None:
        waiting = num_waiting_for_others(project_id=project.pk, labeler=labeler)
        return NextAssignment(None, "empty", waiting)
    return NextAssignment(assignment.pk)


@transaction.atomic
def skip_assignment(*, labeler: User, assignment_id: UUID, reason: str, comment: str) -> None:
    """Pass the task on to somebody else, keeping the draft; a second skip changes nothing.

    Raises: NotAccessible, Refused("not_open") when it is answered already.
    """
    assignment = lock_own_assignment(assignment_id=assignment_id, labeler=labeler)
    if assignment.state == State.SKIPPED:
        return
    if assignment.state not in {State.LEASED, State.EXPIRED}:
        raise Refused("not_open", "This task is answered already: take the answer back first.")
    task = _lock_task(assignment)
    held_a_slot = assignment.state == State.LEASED
    Skip.objects.create(assignment=assignment, reason=reason, comment=comment)
    Assignment.objects.filter(pk=assignment.pk).update(state=State.SKIPPED, leased_until=None)
    if reason == UNCLEAR and _num_found_unclear(task) >= UNCLEAR_SKIPS_TO_RETIRE:
        _retire(task)
    if held_a_slot:
        reopen_slot(assignment)


@transaction.atomic
def undo_skip(*, labeler: User, assignment_id: UUID) -> None:
    """Take a skipped task up again, with its draft, as far as a slot is still free.

    Where there is none the assignment stands as expired, and an answer is kept as surplus.

    Raises: NotAccessible, Refused("not_skipped").
    """
    assignment = lock_own_assignment(assignment_id=assignment_id, labeler=labeler)
    if assignment.state != State.SKIPPED:
        raise Refused("not_skipped", "This task was not skipped.")
    task = _lock_task(assignment)
    assignment.skips.filter(undone_at__isnull=True).update(undone_at=Now())
    if task.state == Task.State.RETIRED and _num_found_unclear(task) < UNCLEAR_SKIPS_TO_RETIRE:
        _bring_back(task)
    reopen_assignment(assignment)


def reopen_assignment(assignment: Assignment) -> None:
    """Lease a slot for it again, or leave it expired where none is free."""
    if hold_again(assignment):
        renew_lease(assignment)
        return
    assignment.state = State.EXPIRED
    Assignment.objects.filter(pk=assignment.pk).update(
        state=State.EXPIRED, leased_until=None, submitted_at=None
    )


def _resume_held(labeler: User, project: Project) -> Assignment | None:
    """The labeler's own lease, the latest first; one that has just run out is still theirs."""
    held = (
        Assignment.objects.select_for_update(of=("self",))
        .filter(labeler=labeler, task__project=project, state=State.LEASED)
        .order_by("-opened_at")
        .first()
    )
    if held is not None:
        renew_lease(held)
    return held


def _acknowledged_instructions(labeler: User, project: Project) -> InstructionVersion:
    read = Acknowledgement.objects.filter(instructions=OuterRef("pk"), labeler=labeler)
    newest = project.instruction_versions.annotate(is_read=Exists(read)).latest("version")
    if not newest.is_read:
        raise Refused(
            "instructions_not_acknowledged",
            f"Read version {newest.version} of the instructions first.",
        )
    return newest


def _resume_lost(labeler: User, project: Project) -> Assignment | None:
    """A task whose lease ran out in this labeler's hands, if nobody took it over meanwhile."""
    free = Assignment.objects.filter(task=OuterRef("task"), state=State.OPEN)
    lost = (
        Assignment.objects.select_for_update(of=("self",))
        .filter(Exists(free), labeler=labeler, task__project=project, state=State.EXPIRED)
        .order_by("-opened_at")
        .first()
    )
    if lost is None or not hold_again(lost):
        return None
    renew_lease(lost)
    return lost


def _claim_slot(
    labeler: User, project: Project, instructions: InstructionVersion
) -> Assignment | None:
    slot = (
        servable_slots(labeler=labeler)
        .select_for_update(skip_locked=True, of=("self",))
        .filter(task__project=project)
        .order_by("task__shuffle_key", "task_id", "slot")
        .first()
    )
    if slot is None:
        return None
    Assignment.objects.filter(pk=slot.pk).update(
        labeler=labeler,
        state=State.LEASED,
        instructions=instructions,
        opened_at=Now(),
        leased_until=Now() + timedelta(seconds=settings.ASSIGNMENT_LEASE_SECONDS),
    )
    _present(slot)
    return slot


def _present(assignment: Assignment) -> None:
    """Lay the completions out in an order of this labeler's own, under fresh handles (R30)."""
    shown = list(
        TaskCompletion.objects.filter(task=assignment.task_id).values_list("completion", flat=True)
    )
    random.SystemRandom().shuffle(shown)
    PresentedCompletion.objects.bulk_create(
        PresentedCompletion(assignment=assignment, completion_id=completion_id, position=position)
        for position, completion_id in enumerate(shown)
    )


def _lock_task(assignment: Assignment) -> Task:
    """The task as it is now: two labelers skipping at once must see each other's skip."""
    assignment.task = Task.objects.select_for_update(no_key=True).get(pk=assignment.task_id)
    return assignment.task


def _num_found_unclear(task: Task) -> int:
    return Skip.objects.filter(
        assignment__task=task, reason=UNCLEAR, undone_at__isnull=True
    ).count()


def _retire(task: Task) -> None:
    task.state = Task.State.RETIRED
    task.save(update_fields=["state"])
    task.assignments.filter(state=State.OPEN).update(state=State.RETIRED)


def _bring_back(task: Task) -> None:
    """Undo a retirement: the slots nobody had claimed, and those given back since, reopen."""
    task.state = Task.State.OPEN
    task.save(update_fields=["state"])
    task.assignments.filter(state=State.RETIRED).update(state=State.OPEN)
