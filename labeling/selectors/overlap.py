"""Reading what it would take to have more labelers judge the same prompts."""

from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from labeling.models import Assignment, Project, Task
from labeling.selectors.rankings import sealed_rankings

# The newest of the project's rankings whose time was measured, for what one more takes.
NUM_TIMED: Final = 1_000
HELD: Final = (Assignment.State.OPEN, Assignment.State.LEASED, Assignment.State.SUBMITTED)


@dataclass(frozen=True)
class OverlapPlan:
    """``num_prompts`` prompts would be judged by ``overlap`` labelers, which takes ``num_rankings``
    more rankings; ``minutes_each`` is the median of one here, None where none was measured.
    """

    overlap: int
    num_prompts: int
    num_rankings: int
    minutes_each: float | None

    @property
    def minutes(self) -> float | None:
        return None if self.minutes_each is None else self.num_rankings * self.minutes_each


def overlap_plan(*, project: Project, overlap: int, num_prompts: int) -> OverlapPlan:
    """What raising would do now. Two queries."""
    held = list(
        tasks_below(project=project, overlap=overlap).values_list("num_held", flat=True)[
            :num_prompts
        ]
    )
    times = sealed_rankings(project_ids=[project.pk]).filter(seconds_active__isnull=False)
    newest = times.order_by("-submitted_at", "-pk").values_list("seconds_active", flat=True)
    seconds = [float(time) for time in newest[:NUM_TIMED] if time is not None]
    return OverlapPlan(
        overlap=overlap,
        num_prompts=len(held),
        num_rankings=sum(overlap - num for num in held),
        minutes_each=median(seconds) / 60 if seconds else None,
    )


def tasks_below(*, project: Project, overlap: int) -> QuerySet[Any]:
    """The tasks that fewer labelers judge, with ``num_held`` slots: those with a slot still to be
    served first, and in the order of serving.
    """
    waiting = Assignment.objects.filter(task=OuterRef("pk"), state=Assignment.State.OPEN)
    return (
        Task.objects.filter(project=project, state=Task.State.OPEN, repeat_of__isnull=True)
        .annotate(
            num_held=Count("assignments", filter=Q(assignments__state__in=HELD)),
            is_waiting=Exists(waiting),
        )
        .filter(num_held__lt=overlap)
        .order_by("-is_waiting", "shuffle_key", "pk")
    )
