"""What labeling costs: active minutes, and minutes per sealed pair (labeling.md's cost view)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from labeling.models import Demonstration, Project, Ranking
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.sealing import sealed_answer

PAIR_DEFINITION: Final = (
    "A pair is two completions that a sealed ranking orders; a tie makes none. Minutes are those "
    "in which the labeler was active. Minutes per pair are over the rankings whose time was "
    "measured; imported ones have none."
)


@dataclass(frozen=True)
class ProjectCost:
    """One project. Counts and minutes per unit are over answers whose time was measured."""

    project: Project
    num_rankings: int
    num_timed_rankings: int
    ranking_minutes: float
    num_pairs: int
    num_timed_pairs: int
    num_demonstrations: int
    num_timed_demonstrations: int
    demonstration_minutes: float

    @property
    def minutes_per_pair(self) -> float | None:
        return self.ranking_minutes / self.num_timed_pairs if self.num_timed_pairs else None

    @property
    def minutes_per_demonstration(self) -> float | None:
        if not self.num_timed_demonstrations:
            return None
        return self.demonstration_minutes / self.num_timed_demonstrations


def costs(
    *,
    project_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    include_simulated: bool = False,
) -> list[ProjectCost]:
    """One entry per project with a sealed answer, the dearest first. Four queries.

    ``since`` and ``until`` are days of submission, UTC, both included.
    """
    when = _submitted(since, until)
    rankings = sealed_rankings(
        project_ids=None if project_id is None else [project_id],
        include_simulated=include_simulated,
    ).filter(when)
    demonstrations = Demonstration.objects.filter(sealed_answer(), when)
    if not include_simulated:
        demonstrations = demonstrations.filter(labeler__is_simulated=False)
    if project_id is not None:
        demonstrations = demonstrations.filter(assignment__task__project=project_id)
    timed = Q(seconds_active__isnull=False)
    ranked = {
        row["task__project"]: row
        for row in rankings.values("task__project").annotate(
            number=Count("pk"), timed=Count("pk", filter=timed), seconds=Sum("seconds_active")
        )
    }
    written = {
        row["assignment__task__project"]: row
        for row in demonstrations.filter(assignment__isnull=False)
        .values("assignment__task__project")
        .annotate(
            number=Count("pk"), timed=Count("pk", filter=timed), seconds=Sum("seconds_active")
        )
    }
    pairs = _pairs(rankings)
    found = [
        _cost(project, ranked.get(project.pk, {}), written.get(project.pk, {}), pairs)
        for project in Project.objects.filter(pk__in={*ranked, *written})
    ]
    return sorted(found, key=lambda one: (-_minutes(one), one.project.name))


def _submitted(since: date | None, until: date | None) -> Q:
    when = Q()
    if since is not None:
        when &= Q(submitted_at__date__gte=since)
    if until is not None:
        when &= Q(submitted_at__date__lte=until)
    return when


def _minutes(cost: ProjectCost) -> float:
    return cost.ranking_minutes + cost.demonstration_minutes


def _cost(
    project: Project,
    ranked: Mapping[str, Any],
    written: Mapping[str, Any],
    pairs: dict[int, tuple[int, int]],
) -> ProjectCost:
    num_pairs, num_timed_pairs = pairs.get(project.pk, (0, 0))
    return ProjectCost(
        project=project,
        num_rankings=int(ranked.get("number") or 0),
        num_timed_rankings=int(ranked.get("timed") or 0),
        ranking_minutes=(ranked.get("seconds") or 0) / 60,
        num_pairs=num_pairs,
        num_timed_pairs=num_timed_pairs,
        num_demonstrations=int(written.get("number") or 0),
        num_timed_demonstrations=int(written.get("timed") or 0),
        demonstration_minutes=(written.get("seconds") or 0) / 60,
    )


PAIRS_SQL: Final = """
SELECT project_id, sum(ordered), sum(ordered) FILTER (WHERE is_timed)
FROM (
    SELECT found.project_id, found.is_timed,
        (sum(tied) * (sum(tied) - 1) - sum(tied * (tied - 1))) / 2 AS ordered
    FROM ({rankings}) AS found (id, project_id, is_timed)
    JOIN (
        SELECT ranking_id, count(*) AS tied FROM labeling_rankedcompletion
        GROUP BY ranking_id, rank
    ) AS tier ON tier.ranking_id = found.id
    GROUP BY found.id, found.project_id, found.is_timed
) AS counted
GROUP BY project_id
"""


def _pairs(rankings: QuerySet[Ranking]) -> dict[int, tuple[int, int]]:
    """Project -> (ordered pairs, those of rankings whose time was measured).

    In the database, because a million rankings of six have fifteen million pairs. A ranking of n
    with tiers of t_1, t_2, ... completions has n(n-1)/2 pairs less t(t-1)/2 for each tier.
    """
    timed = Q(seconds_active__isnull=False)
    chosen = rankings.order_by().annotate(is_timed=timed).values("pk", "task__project", "is_timed")
    query, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(PAIRS_SQL.format(rankings=query), values)
        return {
            project: (int(pairs), int(timed_pairs or 0))
            for project, pairs, timed_pairs in cursor.fetchall()
        }
