"""What labeling costs: active minutes, and minutes per sealed pair (labeling.md's cost view)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Left

from labeling.agreement.costs import minutes_each
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import FloatArray
from labeling.models import Demonstration, Project, RankedCompletion, Ranking
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.agreement_rows import EXCERPT_CHARACTERS
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.moments import kept
from labeling.selectors.number_columns import NOTHING, compiled, float_rows, large_read
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.sealing import sealed_answer

PAIR_DEFINITION: Final = (
    "A pair is two completions that a sealed ranking orders; a tie makes none. Minutes are those "
    "in which the labeler was active. Minutes per pair are over the rankings whose time was "
    "measured; imported ones have none. Hidden repeats and prompts that were taken out are in "
    "neither, so what is paid may be more."
)
NO_TIMED_PAIR: Final = "No pair was timed."
NO_TIMED_DEMONSTRATION: Final = "No demonstration was timed."
# The columns of what is added up of each project and prompt; pairs or demonstrations are made.
PROJECT, PROMPT, ANSWERS, TIMED, SECONDS, MADE, TIMED_MADE = range(7)
NUM_COLUMNS: Final = 7


@dataclass(frozen=True)
class Answered:
    """Which sealed answers are looked at; ``since`` and ``until`` are days of submission, UTC, both
    included, and ``is_timed`` keeps those whose time was measured.
    """

    project_id: int | None = None
    since: date | None = None
    until: date | None = None
    include_simulated: bool = False
    is_timed: bool = False

    def rankings(self) -> QuerySet[Ranking]:
        return sealed_rankings(
            project_ids=None if self.project_id is None else [self.project_id],
            include_simulated=self.include_simulated,
        ).filter(self._when())

    def demonstrations(self) -> QuerySet[Demonstration]:
        """Those written for a task, each in its project, excluded prompts left out."""
        written = Demonstration.objects.filter(
            sealed_answer(),
            self._when(),
            ~is_excluded("assignment__task__"),
            assignment__isnull=False,
        )
        if not self.include_simulated:
            written = written.filter(labeler__is_simulated=False)
        if self.project_id is not None:
            written = written.filter(assignment__task__project=self.project_id)
        return written

    def _when(self) -> Q:
        when = Q()
        if self.since is not None:
            when &= Q(submitted_at__date__gte=self.since)
        if self.until is not None:
            when &= Q(submitted_at__date__lte=self.until)
        if self.is_timed:
            when &= Q(seconds_active__isnull=False)
        return when


@dataclass(frozen=True)
class Cost:
    """Minutes, and minutes of each, are over answers whose time was measured."""

    num_rankings: int
    num_timed_rankings: int
    ranking_minutes: float
    num_pairs: int
    minutes_per_pair: Figure
    num_demonstrations: int
    num_timed_demonstrations: int
    demonstration_minutes: float
    minutes_per_demonstration: Figure


@dataclass(frozen=True)
class ProjectCost(Cost):
    project: Project


def costs(answered: Answered) -> list[ProjectCost]:
    """One entry per project with a sealed answer, the dearest first. Four queries."""
    found = _found(answered)
    projects = Project.objects.filter(pk__in=found)
    each = [ProjectCost(**vars(found[one.pk]), project=one) for one in projects]
    return sorted(each, key=lambda one: (-_minutes(one), one.project.name))


@kept
def _found(answered: Answered) -> dict[int, Cost]:
    """By the project's number."""
    ranked, written = _ranked(answered.rankings()), _written(answered.demonstrations())
    projects = {int(pk) for rows in (ranked, written) for pk in np.unique(rows[PROJECT])}
    return {
        pk: _cost(ranked[:, ranked[PROJECT] == pk], written[:, written[PROJECT] == pk])
        for pk in projects
    }


def rankings_behind_cost(answered: Answered) -> QuerySet[Ranking]:
    """The rankings behind a cost, unordered, each with its ordered pairs. One query."""
    return (
        answered.rankings()
        .select_related("labeler", "task__project")
        .annotate(
            excerpt=Left("task__prompt__text", EXCERPT_CHARACTERS),
            num_pairs=num_ordered_pairs(),
        )
    )


def num_ordered_pairs() -> Coalesce:
    """Of a ranking: the pairs that it orders; a tie makes none."""
    ordered = (
        RankedCompletion.objects.filter(ranking=OuterRef("pk"), ranking__items__rank__gt=F("rank"))
        .order_by()
        .values("ranking")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(ordered), Value(0), output_field=IntegerField())


def demonstrations_behind_cost(answered: Answered) -> QuerySet[Demonstration]:
    """The demonstrations behind a cost, unordered. One query."""
    return (
        answered.demonstrations()
        .select_related("labeler", "assignment__task__project")
        .annotate(excerpt=Left("prompt__text", EXCERPT_CHARACTERS))
    )


def _minutes(cost: Cost) -> float:
    return cost.ranking_minutes + cost.demonstration_minutes


def _cost(ranked: FloatArray, written: FloatArray) -> Cost:
    return Cost(
        num_rankings=int(ranked[ANSWERS].sum()),
        num_timed_rankings=int(ranked[TIMED].sum()),
        ranking_minutes=float(ranked[SECONDS].sum()) / 60,
        num_pairs=int(ranked[MADE].sum()),
        minutes_per_pair=_each(ranked, NO_TIMED_PAIR),
        num_demonstrations=int(written[ANSWERS].sum()),
        num_timed_demonstrations=int(written[TIMED].sum()),
        demonstration_minutes=float(written[SECONDS].sum()) / 60,
        minutes_per_demonstration=_each(written, NO_TIMED_DEMONSTRATION),
    )


def _each(rows: FloatArray, when_undefined: str) -> Figure:
    timed = rows[:, rows[TIMED] > 0]
    return minutes_each(
        timed[SECONDS] / 60,
        timed[TIMED_MADE],
        prompt=timed[PROMPT].astype(np.int64),
        when_undefined=when_undefined,
    )


# How many completions share each rank, as the digits of one number: of K_MAXIMUM at most.
DIGIT_BITS: Final = 4
TIED_TWICE: Final = " + ".join(
    f"(tiers >> {bits} & 15) * ((tiers >> {bits} & 15) - 1)"
    for bits in range(0, K_MAXIMUM * DIGIT_BITS, DIGIT_BITS)
)
RANKED: Final = """
SELECT project_id, prompt_id, count(*), count(seconds), coalesce(sum(seconds), 0), sum(ordered),
    coalesce(sum(ordered) FILTER (WHERE seconds IS NOT NULL), 0)
FROM (
    SELECT project_id, prompt_id, seconds, (number * (number - 1) - ({tied_twice})) / 2 AS ordered
    FROM (
        SELECT found.id, project_id, prompt_id, seconds, count(*) AS number,
            sum((1::bigint << ({digit_bits} * (item.rank - 1)))::double precision)::bigint AS tiers
        FROM ({rankings}) AS found (id, project_id, prompt_id, seconds)
        JOIN labeling_rankedcompletion AS item ON item.ranking_id = found.id
        GROUP BY found.id, project_id, prompt_id, seconds
    ) AS ranked
) AS counted
GROUP BY project_id, prompt_id
"""


def _ranked(rankings: QuerySet[Ranking]) -> FloatArray:
    """The sums of each project and prompt. Shapes: columns x rows.

    In the database, because a million rankings of six have fifteen million pairs. A ranking of n
    with tiers of t_1, t_2, ... completions has n(n-1)/2 pairs less t(t-1)/2 for each tier.
    """
    chosen = rankings.order_by().values_list(
        "pk", "task__project", "task__prompt", "seconds_active"
    )
    query, values = compiled(chosen)
    if query != NOTHING:
        query = RANKED.format(rankings=query, tied_twice=TIED_TWICE, digit_bits=DIGIT_BITS)
    with large_read():
        return _by_prompt(float_rows(query, values, num_columns=NUM_COLUMNS))


def _written(demonstrations: QuerySet[Demonstration]) -> FloatArray:
    """The same of demonstrations, each of which is what it made."""
    sums = (
        demonstrations.order_by()
        .values_list("assignment__task__project", "prompt")
        .annotate(
            number=Count("pk"),
            timed=Count("seconds_active"),
            seconds=Coalesce(Sum("seconds_active"), Value(0.0)),
        )
    )
    query, values = compiled(sums)
    rows = float_rows(query, values, num_columns=5)
    return _by_prompt(np.concatenate([rows, rows[[ANSWERS, TIMED]]]))


def _by_prompt(rows: FloatArray) -> FloatArray:
    """In a settled order: which prompt is drawn hangs on it."""
    return rows[:, np.lexsort((rows[PROMPT], rows[PROJECT]))]
