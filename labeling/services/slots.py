"""Holding, giving back and settling the slots that give every task exactly its overlap.

Locks are taken in one order: the labeler's account, their assignment, its task, an open slot.
All writes of one labeler therefore follow one another, whatever two tabs or retries do, and all
lease arithmetic uses the database's clock.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F, Max, QuerySet
from django.db.models.functions import Now

from labeling.errors import NotAccessible
from labeling.models import Assignment, Project, Task, User
from labeling.selectors.compiled import CompiledQuery

State = Assignment.State
RENEW = """
UPDATE labeling_assignment SET state = 'leased', slot = %s, submitted_at = NULL,
    leased_until = greatest(leased_until, statement_timestamp() + make_interval(secs => %s))
WHERE id = %s
"""
SETTLE = """
UPDATE labeling_assignment SET state = %s, slot = %s, leased_until = NULL, submitted_at = %s
WHERE id = %s
"""
ANSWERED = frozenset({State.SUBMITTED, State.SURPLUS})


def lock_labeler(labeler: User) -> None:
    """Make the labeler's writes follow one another. Precondition: inside a transaction."""
    with connection.cursor() as cursor:
        # NO KEY: rows that only point at this account can still be inserted meanwhile.
        cursor.execute("SELECT FROM labeling_user WHERE id = %s FOR NO KEY UPDATE", [labeler.pk])


def lock_own_assignment(*, assignment_id: UUID, labeler: User) -> Assignment:
    """The labeler's assignment with its task, prompt and project; account and row are locked.

    ``opened_for`` says how long ago it was opened, by the database's clock.

    Raises: NotAccessible when there is none of this id, or it is somebody else's.
    """
    lock_labeler(labeler)
    assignment = OWN_ASSIGNMENT.first(assignment=assignment_id, labeler=labeler.pk)
    if assignment is None:
        raise NotAccessible
    return assignment


def _own_assignment(*, assignment: UUID, labeler: int) -> QuerySet[Assignment]:
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("task__prompt", "task__project")
        .annotate(opened_for=ExpressionWrapper(Now() - F("opened_at"), DurationField()))
        .filter(pk=assignment, labeler=labeler)[:1]
    )


OWN_ASSIGNMENT = CompiledQuery(_own_assignment, assignment=UUID, labeler=int)


def renew_lease(assignment: Assignment) -> None:
    """Hold the slot for another lease from now on; one that runs longer is not cut short."""
    assignment.state = State.LEASED
    assignment.submitted_at = None
    with connection.cursor() as cursor:
        cursor.execute(RENEW, (assignment.slot, settings.ASSIGNMENT_LEASE_SECONDS, assignment.pk))


def hold_again(assignment: Assignment) -> bool:
    """Take a free slot of the task for a labeler who lost theirs; whether there was one.

    A labeler's own row stands in the way of a second one, so the free slot's row gives way.
    """
    free = (
        Assignment.objects.select_for_update(skip_locked=True)
        .filter(task=assignment.task_id, state__in=_free_states(assignment.task))
        .order_by("slot")
        .first()
    )
    if free is None:
        if assignment.task.project.purpose != Project.Purpose.SCREENING:
            return False
        # Screening tasks are done by everybody who is asked: there is always one place more.
        Task.objects.select_for_update(no_key=True).get(pk=assignment.task_id)
        assignment.slot = next_slot_number(assignment.task_id)
        return True
    assignment.slot = free.slot
    free.delete()
    return True


def _free_states(task: Task) -> list[State]:
    """A repeat's slot waits retired for the one labeler whom it was made for."""
    return [State.OPEN] if task.repeat_of_id is None else [State.OPEN, State.RETIRED]


def next_slot_number(task_id: int) -> int:
    """A number that no slot of the task has had. Precondition: the task is locked."""
    slots = Assignment.objects.filter(task=task_id)
    highest: int | None = slots.aggregate(highest=Max("slot"))["highest"]
    return (highest or 0) + 1


def secure_slot(assignment: Assignment) -> bool:
    """Make sure of a slot for the answer that is being stored; False leaves it surplus.

    That is an answer after the lease ran out, when every slot of the task is in other hands.
    """
    return assignment.state != State.EXPIRED or hold_again(assignment)


def settle(assignment: Assignment, *, surplus: bool, submitted_at: datetime) -> None:
    """Close an assignment with the answer that was just stored."""
    assignment.state = State.SURPLUS if surplus else State.SUBMITTED
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, (assignment.state, assignment.slot, submitted_at, assignment.pk))


def reopen_slot(assignment: Assignment) -> None:
    """Give the slot to whoever comes next, in a fresh row under the same number."""
    successor(assignment).save(force_insert=True)


def successor(assignment: Assignment) -> Assignment:
    """The row under which a slot goes on.

    In a retired task it waits for the task to return, in a repeat for the labeler to return: so an
    open slot is always one that can be handed out.
    """
    task = assignment.task
    is_open = task.state == Task.State.OPEN and task.repeat_of_id is None
    return Assignment(
        task_id=assignment.task_id,
        project_id=assignment.project_id,
        serve_key=assignment.serve_key,
        slot=assignment.slot,
        state=State.OPEN if is_open else State.RETIRED,
    )


def _lapsed() -> QuerySet[Assignment]:
    return (
        Assignment.objects.filter(state=State.LEASED, leased_until__lte=Now())
        .select_for_update(skip_locked=True, no_key=True, of=("self", "task"))
        .select_related("task")
    )


LAPSED = CompiledQuery(_lapsed)


def free_lapsed_slots() -> None:
    """Give back the slots whose lease has run out; each holder keeps their row and their draft.

    The tasks are locked too: a slot must not open in a task that
    is being retired.
    """
    found = LAPSED()
    if found:
        keys = [assignment.pk for assignment in found]
        Assignment.objects.filter(pk__in=keys).update(
            state=State.EXPIRED, leased_until=None, num_lapses=F("num_lapses") + 1
        )
        Assignment.objects.bulk_create(map(successor, found))
