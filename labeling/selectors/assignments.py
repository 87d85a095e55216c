"""Reading slots: which a labeler could be given, and the ones that are theirs."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from labeling.errors import NotAccessible
from labeling.models import Assignment, PresentedCompletion, Task, User


def servable_slots(*, labeler: User) -> QuerySet[Assignment]:
    """Open slots of open tasks that this labeler has never held, skipped or submitted."""
    return _never_mine(labeler).filter(state=Assignment.State.OPEN, task__state=Task.State.OPEN)


def num_waiting_for_others(*, project_id: int, labeler: User) -> int:
    """How many tasks are in other hands now and come to this labeler if they are given back."""
    leased = _never_mine(labeler).filter(
        task__project=project_id, task__state=Task.State.OPEN, state=Assignment.State.LEASED
    )
    return leased.values("task").distinct().count()


def access_assignment(*, assignment_id: UUID, labeler: User) -> Assignment:
    """The labeler's own assignment with all that its page shows. Two queries.

    Raises: NotAccessible when there is none of this id, or it is somebody else's.
    """
    shown = PresentedCompletion.objects.select_related("completion").order_by("position")
    assignment = (
        Assignment.objects.filter(pk=assignment_id, labeler=labeler)
        .select_related("task__prompt", "task__project", "instructions", "draft")
        .prefetch_related(Prefetch("presented", queryset=shown))
        .first()
    )
    if assignment is None:
        raise NotAccessible
    return assignment


def access_assignment_kind(*, assignment_id: UUID, labeler: User) -> str:
    """Whether the labeler's own assignment asks for a ranking or a demonstration.

    Raises: NotAccessible.
    """
    kind = (
        Assignment.objects.filter(pk=assignment_id, labeler=labeler)
        .values_list("task__project__kind", flat=True)
        .first()
    )
    if kind is None:
        raise NotAccessible
    return kind


def assignments_of(*, labeler: User) -> QuerySet[Assignment]:
    """All that this labeler was ever given, the latest first, each with its prompt and project."""
    return (
        Assignment.objects.filter(labeler=labeler)
        .select_related("task__prompt", "task__project")
        .order_by("-opened_at", "-id")
    )


def _never_mine(labeler: User) -> QuerySet[Assignment]:
    mine = Assignment.objects.filter(task=OuterRef("task"), labeler=labeler)
    return Assignment.objects.filter(~Exists(mine))
