"""Handing a slot to a labeler: an open one in the order of serving, or one made on demand."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now

from labeling.models import (
    Assignment,
    InstructionVersion,
    Project,
    Task,
    User,
)
from labeling.selectors.assignments import SERVING_ORDER, open_slots, servable_slots
from labeling.selectors.compiled import CompiledQuery
from labeling.services.slots import State, next_slot_number

CLAIM = """
UPDATE labeling_assignment SET labeler_id = %s, state = 'leased', instructions_id = %s,
    opened_at = statement_timestamp(),
    leased_until = statement_timestamp() + make_interval(secs => %s)
WHERE id = %s
"""
# Sorting by fresh random numbers is the shuffle; the handles are random too.
PRESENT = """
INSERT INTO labeling_presentedcompletion (handle, assignment_id, completion_id, position)
SELECT gen_random_uuid(), %s, completion_id, row_number() OVER (ORDER BY gen_random_uuid()) - 1
FROM labeling_taskcompletion WHERE task_id = %s
"""

# So many slots from the front are looked through before a labeler's own place in the order.
HEAD_SLOTS = 100


def claim_slot(
    *, labeler: User, project: Project, instructions: InstructionVersion
) -> Assignment | None:
    """The next slot in the order of serving for a labeler who never had its task, leased to them.

    Claimed with FOR UPDATE SKIP LOCKED: nobody is given the same slot, nobody waits.
    """
    slot = _next_open_slot(labeler=labeler, project=project)
    if slot is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            (labeler.pk, instructions.pk, settings.ASSIGNMENT_LEASE_SECONDS, slot.pk),
        )
    present(slot)
    return slot


def make_slot(
    *, labeler: User, project: Project, instructions: InstructionVersion
) -> Assignment | None:
    """A new slot of the first task that the labeler never had: a screening has no last place."""
    mine = Assignment.objects.filter(task=OuterRef("pk"), labeler=labeler)
    task = (
        Task.objects.select_for_update(no_key=True)
        .filter(~Exists(mine), project=project, state=Task.State.OPEN, repeat_of__isnull=True)
        .order_by("shuffle_key", "pk")
        .first()
    )
    if task is None:
        return None
    return lease_new_slot(
        task, slot=next_slot_number(task.pk), labeler=labeler, instructions=instructions
    )


def lease_new_slot(
    task: Task, *, slot: int, labeler: User, instructions: InstructionVersion
) -> Assignment:
    """A slot that is leased from its first moment, so that nobody else is ever given it."""
    assignment = Assignment.objects.create(
        task=task,
        project_id=task.project_id,
        serve_key=task.shuffle_key,
        slot=slot,
        labeler=labeler,
        state=State.LEASED,
        instructions=instructions,
        opened_at=Now(),
        leased_until=lease_end(),
    )
    present(assignment)
    return assignment


def lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.ASSIGNMENT_LEASE_SECONDS)


def present(assignment: Assignment) -> None:
    """Lay the completions out in an order of this labeler's own, under fresh handles (R30)."""
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, (assignment.pk, assignment.task_id))


def _next_open_slot(*, labeler: User, project: Project) -> Assignment | None:
    """The first of the project's open slots that the labeler may take, locked.

    Where several labelers do each task, all that somebody has done stands open at the front for
    the others, and walking past it would cost more with every task. So the front is looked
    through as far as ``HEAD_SLOTS``, which finds what was given back there; then the search goes
    on from the task they opened last, and only when nothing is left from there, everywhere.
    """
    for stretch in (FRONT, FROM_THEIR_PLACE, EVERYWHERE):
        found = stretch.first(labeler=labeler.pk, project=project.pk)
        if found is not None:
            return found
    return None


def _claimable(*, labeler: int, project: int) -> QuerySet[Assignment]:
    return (
        servable_slots(labeler_id=labeler)
        .filter(project=project)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by(*SERVING_ORDER)
    )


def _front(*, labeler: int, project: int) -> QuerySet[Assignment]:
    behind = open_slots(project_id=project).values("serve_key")[HEAD_SLOTS:][:1]
    end_of_front = Coalesce(Subquery(behind), Value(float("inf")))
    return _claimable(labeler=labeler, project=project).filter(serve_key__lte=end_of_front)[:1]


def _from_their_place(*, labeler: int, project: int) -> QuerySet[Assignment]:
    opened = Assignment.objects.filter(labeler=labeler, project=project, opened_at__isnull=False)
    place = Subquery(opened.order_by("-opened_at", "-pk").values("serve_key")[:1])
    return _claimable(labeler=labeler, project=project).filter(serve_key__gte=place)[:1]


def _everywhere(*, labeler: int, project: int) -> QuerySet[Assignment]:
    return _claimable(labeler=labeler, project=project)[:1]


FRONT = CompiledQuery(_front, labeler=int, project=int)
FROM_THEIR_PLACE = CompiledQuery(_from_their_place, labeler=int, project=int)
EVERYWHERE = CompiledQuery(_everywhere, labeler=int, project=int)
