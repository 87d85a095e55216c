"""Handing a slot to a labeler: an open one in the order of serving, or one made on demand."""

import random
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now

from labeling.models import (
    Assignment,
    InstructionVersion,
    PresentedCompletion,
    Project,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.assignments import SERVING_ORDER, open_slots, servable_slots
from labeling.services.slots import State, next_slot_number

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
    Assignment.objects.filter(pk=slot.pk).update(
        labeler=labeler,
        state=State.LEASED,
        instructions=instructions,
        opened_at=Now(),
        leased_until=lease_end(),
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
    shown = list(
        TaskCompletion.objects.filter(task=assignment.task_id).values_list("completion", flat=True)
    )
    random.SystemRandom().shuffle(shown)
    PresentedCompletion.objects.bulk_create(
        PresentedCompletion(assignment=assignment, completion_id=completion_id, position=position)
        for position, completion_id in enumerate(shown)
    )


def _next_open_slot(*, labeler: User, project: Project) -> Assignment | None:
    """The first of the project's open slots that the labeler may take, locked.

    Where several labelers do each task, all that somebody has done stands open at the front for
    the others, and walking past it would cost more with every task. So the front is looked
    through as far as ``HEAD_SLOTS``, which finds what was given back there; then the search goes
    on from the task they opened last, and only when nothing is left from there, everywhere.
    """
    slots = (
        servable_slots(labeler=labeler)
        .filter(project=project)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by(*SERVING_ORDER)
    )
    behind_the_front = open_slots(project_id=project.pk).values("serve_key")[HEAD_SLOTS:][:1]
    end_of_front = Coalesce(Subquery(behind_the_front), Value(float("inf")))
    found = slots.filter(serve_key__lte=end_of_front).first()
    if found is not None:
        return found
    reached = (
        labeler.assignments.filter(project=project, opened_at__isnull=False)
        .order_by("-opened_at", "-pk")
        .values_list("serve_key", flat=True)
        .first()
    )
    if reached is None:
        return slots.first()
    return (
        slots.filter(serve_key__gte=reached).first() or slots.filter(serve_key__lt=reached).first()
    )
