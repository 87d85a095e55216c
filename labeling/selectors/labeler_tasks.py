"""Reading the tasks that a fact about labelers counts: those answered or skipped, with their time.

What is counted of rankings alone is in ``labeler_rows``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from labeling.errors import NotAccessible
from labeling.models import Assignment, Project, Ranking, Skip
from labeling.selectors.agreement_rows import EXCERPT_CHARACTERS
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.labeler_quality import FINISHED
from labeling.selectors.sealed_work import Scope, newest_demonstrations, newest_rankings


@dataclass(frozen=True)
class CountedTasks:
    """``assignments`` are unordered, each with its labeler, project and prompt, the reason where it
    was skipped, and the ranking if one was made; ``minutes`` is what each adds to a median of them.
    """

    assignments: QuerySet[Assignment]
    minutes: Mapping[UUID, float] | None = None


def tasks_of_fact(selection: Selection, *, fact: str, labeler_id: int | None) -> CountedTasks:
    """The tasks that a fact about one labeler, or about all together, counts.

    Three queries at most, and one to read them. Raises: NotAccessible when there is no such
    project.
    """
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    return FACTS_OF_TASKS[fact](Scope(selection), labeler_id)


def _skips(scope: Scope, labeler_id: int | None) -> CountedTasks:
    finished = Assignment.objects.filter(
        scope.on("task", project="project", at="opened_at"), state__in=FINISHED
    )
    if labeler_id is not None:
        finished = finished.filter(labeler=labeler_id)
    return CountedTasks(_listed(finished))


def _minutes(scope: Scope, labeler_id: int | None) -> CountedTasks:
    """The newest of everybody are read, as for the fact, before those of one are kept."""
    minutes: dict[UUID, float] = {}
    for answers in (newest_rankings(scope), newest_demonstrations(scope)):
        rows = answers.values_list("assignment_id", "labeler_id", "seconds_active")
        for assignment, labeler, seconds in rows:
            if seconds is not None and labeler_id in (None, labeler):
                minutes[assignment] = seconds / 60
    return CountedTasks(_listed(Assignment.objects.filter(pk__in=list(minutes))), minutes)


def _listed(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    skips = Skip.objects.filter(assignment=OuterRef("pk"), undone_at__isnull=True).order_by("-pk")
    rankings = Ranking.objects.filter(assignment=OuterRef("pk"), superseded_at__isnull=True)
    return assignments.select_related("labeler", "task__project").annotate(
        excerpt=Left("task__prompt__text", EXCERPT_CHARACTERS),
        ranking_id=Subquery(rankings.values("pk")[:1]),
        skip_reason=Subquery(skips.values("reason")[:1]),
        skip_comment=Subquery(skips.values("comment")[:1]),
    )


FACTS_OF_TASKS: Final[Mapping[str, Callable[[Scope, int | None], CountedTasks]]] = {
    "skip_rate": _skips,
    "median_active_minutes": _minutes,
}
