"""Giving a labeler their next task, and letting them pass one on and come back to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.models import (
    Acknowledgement,
    Assignment,
    InstructionVersion,
    Project,
    Skip,
    Task,
    User,
)
from labeling.selectors.assignments import num_waiting_for_others, projects_with_work
from labeling.selectors.compiled import CompiledQuery
from labeling.services.claims import claim_slot, make_slot
from labeling.services.consent import check_consented
from labeling.services.repeats import lease_repeat
from labeling.services.screening import check_may_work, check_still_open
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

NoTaskReason = Literal["empty", "paused", "not_in_pool", "not_qualified"]


@dataclass(frozen=True)
class NextAssignment:
    """Either an assignment, or why there is none and how many tasks may still come back.

    ``missing`` are the languages and skills that the project asks for and the labeler lacks.
    """

    assignment_id: UUID | None
    reason: NoTaskReason | None = None
    num_waiting_for_others: int = 0
    missing: tuple[str, ...] = ()


@transaction.atomic
def lease_next_assignment(
    *, labeler: User, project: Project | None, beside: UUID | None = None
) -> NextAssignment:
    """The task this labeler should do now, in one short transaction.

    What they hold already comes first, the one opened first before the others; then one they lost
    whose slot is still free, draft and all; then a new slot. Without a project it is any that they
    may work in, the highest priority first.

    ``beside`` asks for the task after that one, which they must hold, so that a browser can have
    it ready: nobody is ever given more than two at a time of one project.

    Raises: Refused("instructions_not_acknowledged") before a new task (R15),
    Refused("consent_needed"); Refused("candidacy_undecided"), Refused("candidacy_rejected");
    NotAccessible and Refused("not_held") for a ``beside`` that is not in their hands.
    """
    lock_labeler(labeler)
    if project is None:
        return _next_anywhere(labeler, beside)
    check_may_work(labeler, project)
    if not _is_for_their_pool(labeler, project):
        return NextAssignment(None, "not_in_pool")
    held = _resume_held(labeler, project, beside)
    if held is not None:
        return NextAssignment(held.pk)
    if project.state == Project.State.PAUSED:
        return NextAssignment(None, "paused")
    if missing := _missing_qualifications(labeler, project):
        return NextAssignment(None, "not_qualified", missing=missing)
    check_consented(labeler)
    return _next_of(labeler, [project])


def _next_anywhere(labeler: User, beside: UUID | None) -> NextAssignment:
    held = _resume_held(labeler, None, beside)
    if held is not None:
        return NextAssignment(held.pk)
    check_consented(labeler)
    return _next_of(labeler, list(projects_with_work(labeler=labeler)))


def _next_of(labeler: User, projects: Iterable[Project]) -> NextAssignment:
    """From the first of these projects that has something for the labeler."""
    project_ids = [project.pk for project in projects]
    free_lapsed_slots()
    for project in projects:
        instructions = _acknowledged_instructions(labeler, project)
        assignment = _resume_lost(labeler, project) or _lease_new(labeler, project, instructions)
        if assignment is not None:
            return NextAssignment(assignment.pk)
    waiting = num_waiting_for_others(project_ids=project_ids, labeler=labeler)
    return NextAssignment(None, "empty", waiting)


def _lease_new(
    labeler: User, project: Project, instructions: InstructionVersion
) -> Assignment | None:
    ways = [lease_repeat, claim_slot]
    if project.purpose == Project.Purpose.SCREENING:
        ways = [claim_slot, make_slot]
    for lease in ways:
        assignment = lease(labeler=labeler, project=project, instructions=instructions)
        if assignment is not None:
            return assignment
    return None


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
    if reason == UNCLEAR and _is_too_unclear(task):
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
    check_still_open(assignment)
    task = _lock_task(assignment)
    assignment.skips.filter(undone_at__isnull=True).update(undone_at=Now())
    if task.state == Task.State.RETIRED and not _is_too_unclear(task):
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


def _is_for_their_pool(labeler: User, project: Project) -> bool:
    """R14. A screening is for its candidates and the researchers, of either pool."""
    if project.imported_from:
        return False
    return project.pool == labeler.pool or project.purpose == Project.Purpose.SCREENING


def _missing_qualifications(labeler: User, project: Project) -> tuple[str, ...]:
    """The languages, then the skills, in the project's own order."""
    return (
        *(language for language in project.languages if language not in labeler.languages),
        *(skill for skill in project.skills if skill not in labeler.skills),
    )


def _resume_held(labeler: User, project: Project | None, beside: UUID | None) -> Assignment | None:
    """The labeler's own lease, the earliest opened; one that has just run out is still theirs."""
    held = [
        assignment
        for assignment in HELD(labeler=labeler.pk)
        if project is None or assignment.project_id == project.pk
    ]
    if beside is not None:
        _check_held(labeler, beside, held)
    for assignment in held:
        if assignment.pk != beside:
            renew_lease(assignment)
            return assignment
    return None


def _held(*, labeler: int) -> QuerySet[Assignment]:
    leases = Assignment.objects.filter(labeler=labeler, state=State.LEASED)
    return leases.select_for_update(of=("self",)).order_by("opened_at", "pk")


HELD = CompiledQuery(_held, labeler=int)


def _check_held(labeler: User, beside: UUID, held: Iterable[Assignment]) -> None:
    if beside in {assignment.pk for assignment in held}:
        return
    if not labeler.assignments.filter(pk=beside).exists():
        raise NotAccessible
    raise Refused("not_held", "You do not hold this task any more: ask for the next one alone.")


def _newest_instructions(*, labeler: int, project: int) -> QuerySet[InstructionVersion]:
    read = Acknowledgement.objects.filter(instructions=OuterRef("pk"), labeler=labeler)
    versions = InstructionVersion.objects.filter(project=project)
    return versions.annotate(is_read=Exists(read)).order_by("-version")[:1]


NEWEST_INSTRUCTIONS = CompiledQuery(_newest_instructions, labeler=int, project=int)


def _acknowledged_instructions(labeler: User, project: Project) -> InstructionVersion:
    newest = NEWEST_INSTRUCTIONS.first(labeler=labeler.pk, project=project.pk)
    if newest is None:
        raise ValueError("a project that was not imported has instructions")
    if not newest.is_read:  # type: ignore[attr-defined]
        raise Refused(
            "instructions_not_acknowledged",
            f"Read version {newest.version} of the instructions of {project.name} first.",
            fields={"project": [str(project.pk)]},
        )
    return newest


def _lost(*, labeler: int, project: int) -> QuerySet[Assignment]:
    """Tasks whose lease ran out in the labeler's hands and that have a place for them still."""
    slots = Assignment.objects.filter(task=OuterRef("task"))
    own_repeat = Q(task__repeat_of__isnull=False) & Q(Exists(slots.filter(state=State.RETIRED)))
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("task__project")
        .filter(
            Q(Exists(slots.filter(state=State.OPEN)))
            | Q(task__project__purpose=Project.Purpose.SCREENING)
            | own_repeat,
            labeler=labeler,
            project=project,
            state=State.EXPIRED,
        )
        .order_by("-opened_at")[:1]
    )


LOST = CompiledQuery(_lost, labeler=int, project=int)


def _resume_lost(labeler: User, project: Project) -> Assignment | None:
    """A task whose lease ran out in this labeler's hands, if nobody took it over meanwhile."""
    lost = LOST.first(labeler=labeler.pk, project=project.pk)
    if lost is None or not hold_again(lost):
        return None
    renew_lease(lost)
    return lost


def _lock_task(assignment: Assignment) -> Task:
    """The task as it is now: two labelers skipping at once must see each other's skip."""
    assignment.task = (
        Task.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project")
        .get(pk=assignment.task_id)
    )
    return assignment.task


def _is_too_unclear(task: Task) -> bool:
    """A repeat is never retired: that its one labeler finds it unclear says nothing of others."""
    if task.repeat_of_id is not None:
        return False
    found_unclear = Skip.objects.filter(
        assignment__task=task, reason=UNCLEAR, undone_at__isnull=True
    )
    return found_unclear.count() >= task.project.unclear_skips_to_retire


def _retire(task: Task) -> None:
    task.state = Task.State.RETIRED
    task.save(update_fields=["state"])
    task.assignments.filter(state=State.OPEN).update(state=State.RETIRED)


def _bring_back(task: Task) -> None:
    """Undo a retirement: the slots nobody had claimed, and those given back since, reopen."""
    task.state = Task.State.OPEN
    task.save(update_fields=["state"])
    task.assignments.filter(state=State.RETIRED).update(state=State.OPEN)
