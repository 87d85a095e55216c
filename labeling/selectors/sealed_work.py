"""Reading the sealed work of labelers as columns, for the facts about how they work."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Length

from labeling.agreement.facts import Drawn
from labeling.agreement.habits import (
    JudgedItems,
    Sums,
    contradictions,
    first_is_best,
    length_correlations,
    same_order,
    ties,
)
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.agreement.ratings import LIKERT, Ratings
from labeling.models import (
    Demonstration,
    PresentedCompletion,
    Project,
    RankedCompletion,
    Ranking,
)
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.sealing import sealed_answer

# The newest: enough for any fact here, and read within a second or two. Older ones say little about
# how somebody works now.
NUM_RANKINGS: Final = 20_000
# Completion, rank, rating (0 for none), position (None where it is unknown), characters, whether a
# flag is set (None where none was asked), seconds.
Item = tuple[int, int, int, int | None, int, bool | None, float | None]
# Told by Postgres: the flags themselves need not come here.
IS_FLAGGED: Final = Case(
    When(flags={}, then=Value(None)),
    default=Func(
        F("flags"),
        template="jsonb_path_exists(%(expressions)s, '$.* ? (@ == true)')",
        output_field=BooleanField(),
    ),
    output_field=BooleanField(null=True),
)


@dataclass(frozen=True, eq=False)
class _Rankings:
    """The sealed native rankings as columns, the repeats apart; ``row_of`` finds one by its id."""

    labeler: IntArray
    prompt: IntArray
    minutes: FloatArray
    none_acceptable: FloatArray
    k: IntArray
    is_repeat: BoolArray
    row_of: Mapping[UUID, int]
    repeat_of: Sequence[int | None]

    @property
    def drawn(self) -> Drawn:
        return Drawn(self.labeler, self.prompt)


@dataclass(frozen=True, eq=False)
class SealedWork:
    """All that the facts are made of; ``items`` are those of a row of ``rankings``.

    ``originals`` are the ranks that labelers gave before they were asked again, by labeler and
    task, in the order of the completions' ids.
    """

    rankings: _Rankings
    items: Mapping[int, list[Item]]
    originals: Mapping[tuple[int, int], IntArray]
    # Labeler, prompt, seconds at work.
    demonstrations: list[tuple[int, int, float | None]]

    @cached_property
    def sums(self) -> dict[str, Sums]:
        """Each habit's sums, one entry per ranking; repeats and unshown rankings say nothing."""
        num_rankings = len(self.rankings.labeler)
        habits: dict[str, Callable[[JudgedItems], Sums]] = {
            "tie_share": ties,
            "contradiction_share": contradictions,
            "first_is_best": first_is_best,
            "length_preference": length_correlations,
        }
        sums = {name: Sums(np.zeros(num_rankings), np.zeros(num_rankings)) for name in habits}
        for rows, judged in self._by_k():
            for name, habit in habits.items():
                found = habit(judged)
                sums[name].part[rows], sums[name].whole[rows] = found.part, found.whole
        sums["self_consistency"] = self._self_consistency()
        sums["flag_share"] = self._flagged()
        sums["none_acceptable_share"] = Sums(
            self.rankings.none_acceptable, (~self.rankings.is_repeat).astype(float)
        )
        return sums

    @cached_property
    def ratings(self) -> Ratings:
        """Every rating of a completion, repeats left out; each completion is a unit."""
        rated = [
            (completion, int(self.rankings.labeler[row]), row, rating)
            for row, items in self.items.items()
            if not self.rankings.is_repeat[row]
            for completion, _, rating, *_ in items
            if rating
        ]
        completion, labeler, ranking, value = np.array(rated, dtype=np.int64).reshape(-1, 4).T
        _, first, unit = np.unique(completion, return_index=True, return_inverse=True)
        prompt = self.rankings.prompt[ranking[first]]
        return Ratings(unit, labeler, ranking, value, prompt, LIKERT)

    @cached_property
    def seconds_shown(self) -> tuple[FloatArray, Drawn]:
        """The time of each completion that was timed, and in whose ranking."""
        timed = [
            (row, seconds)
            for row, items in self.items.items()
            for *_, seconds in items
            if seconds is not None
        ]
        rows = np.array([row for row, _ in timed], dtype=np.int64)
        seconds = np.array([seconds for _, seconds in timed], dtype=np.float64)
        return seconds, Drawn(self.rankings.labeler[rows], self.rankings.prompt[rows])

    @cached_property
    def minutes(self) -> tuple[FloatArray, Drawn]:
        """The active minutes of each ranking and demonstration, NaN where nobody counted."""
        written = np.array(
            [
                (labeler, prompt, np.nan if seconds is None else seconds / 60)
                for labeler, prompt, seconds in self.demonstrations
            ],
            dtype=np.float64,
        ).reshape(-1, 3)
        ranked = self.rankings
        return (
            np.concatenate([ranked.minutes, written[:, 2]]),
            Drawn(
                np.concatenate([ranked.labeler, written[:, 0].astype(np.int64)]),
                np.concatenate([ranked.prompt, written[:, 1].astype(np.int64)]),
            ),
        )

    def _by_k(self) -> Iterator[tuple[IntArray, JudgedItems]]:
        """The rankings that are no repeats, in blocks of one K, completions in the order shown."""
        blocks: dict[int, list[int]] = defaultdict(list)
        for row, items in self.items.items():
            if not self.rankings.is_repeat[row] and all(item[3] is not None for item in items):
                blocks[len(items)].append(row)
        for rows in blocks.values():
            shown = [sorted(self.items[row], key=lambda item: item[3] or 0) for row in rows]
            yield (
                np.array(rows),
                JudgedItems(
                    rank=np.array([[item[1] for item in items] for items in shown]),
                    rating=np.array(
                        [[item[2] or np.nan for item in items] for items in shown], dtype=float
                    ),
                    length=np.array([[item[4] for item in items] for items in shown]),
                ),
            )

    def _self_consistency(self) -> Sums:
        """Each repeat against the same labeler's earlier ranking of the same completions."""
        rankings = self.rankings
        part, whole = np.zeros(len(rankings.repeat_of)), np.zeros(len(rankings.repeat_of))
        for row in np.flatnonzero(rankings.is_repeat).tolist():
            before = self.originals.get((int(rankings.labeler[row]), rankings.repeat_of[row] or 0))
            if before is not None and row in self.items:
                part[row], whole[row] = same_order(self._ranks(row), before)
        return Sums(part, whole)

    def _flagged(self) -> Sums:
        """Of each ranking, the completions with a flag, of those that a flag was asked about."""
        part, whole = np.zeros(len(self.rankings.k)), np.zeros(len(self.rankings.k))
        for row, items in self.items.items():
            if not self.rankings.is_repeat[row]:
                asked = [is_flagged for *_, is_flagged, _ in items if is_flagged is not None]
                part[row], whole[row] = sum(asked), len(asked)
        return Sums(part, whole)

    def _ranks(self, row: int) -> IntArray:
        """In the order of the completions' ids, the same for every ranking of them."""
        return np.array([item[1] for item in sorted(self.items[row])], dtype=np.int64)


@dataclass(frozen=True)
class Scope:
    """Whose work of what; the same condition on three tables."""

    selection: Selection

    def on(self, task: str, *, project: str | None = None, at: str = "submitted_at") -> Q:
        """``task`` leads from the table to the task, ``project`` to the project where there is a
        shorter way; ``at`` is the moment of the work.
        """
        chosen = self.selection
        project = project or f"{task}__project"
        condition = chosen.where(project=project, prompt=f"{task}__prompt", k=f"{task}__k", at=at)
        if chosen.project_id is None:
            condition &= ~Q(**{f"{project}__purpose": Project.Purpose.SCREENING})
        if chosen.pool is not None:
            condition &= Q(labeler__pool=chosen.pool)
        return condition if chosen.include_simulated else condition & Q(labeler__is_simulated=False)


def newest_rankings(scope: Scope) -> QuerySet[Ranking]:
    """Sealed ones made here, repeats among them, excluded prompts left out."""
    return Ranking.objects.filter(
        sealed_answer(), scope.on("task"), ~is_excluded("task__"), assignment__isnull=False
    ).order_by("-submitted_at", "-pk")[:NUM_RANKINGS]


def newest_demonstrations(scope: Scope) -> QuerySet[Demonstration]:
    """As the rankings."""
    return Demonstration.objects.filter(
        sealed_answer(),
        scope.on("assignment__task"),
        ~is_excluded("assignment__task__"),
        assignment__isnull=False,
    ).order_by("-submitted_at", "-pk")[:NUM_RANKINGS]


def sealed_work(scope: Scope, *, items_of: int | None = None) -> SealedWork:
    """The newest rankings and demonstrations that fit; the items of one labeler alone if one is
    named.

    A repeat is held against the ranking that it repeats, whenever that was made. Three queries
    whatever the size, and one more where there are repeats.
    """
    native = newest_rankings(scope)
    rankings = _rankings(native)
    demonstrations = newest_demonstrations(scope)
    return SealedWork(
        rankings=rankings,
        items=_items(native, rankings.row_of, items_of),
        originals=_originals(rankings),
        demonstrations=list(
            demonstrations.values_list("labeler_id", "prompt_id", "seconds_active")
        ),
    )


def _rankings(rankings: QuerySet[Ranking]) -> _Rankings:
    rows = list(
        rankings.values_list(
            "id",
            "labeler_id",
            "seconds_active",
            "none_acceptable",
            "k",
            "task__repeat_of",
            "task__prompt_id",
        )
    )
    return _Rankings(
        row_of={row[0]: n for n, row in enumerate(rows)},
        labeler=np.array([row[1] for row in rows], dtype=np.int64),
        prompt=np.array([row[6] for row in rows], dtype=np.int64),
        minutes=np.array([np.nan if row[2] is None else row[2] / 60 for row in rows], dtype=float),
        none_acceptable=np.array([row[3] and row[5] is None for row in rows], dtype=float),
        k=np.array([row[4] for row in rows], dtype=np.int64),
        repeat_of=[row[5] for row in rows],
        is_repeat=np.array([row[5] is not None for row in rows], dtype=np.bool_),
    )


def _originals(rankings: _Rankings) -> dict[tuple[int, int], IntArray]:
    """What the repeats among these repeat, sealed and of whatever day. One query, or none."""
    repeated = {task for task in rankings.repeat_of if task is not None}
    if not repeated:
        return {}
    labelers = set(rankings.labeler[rankings.is_repeat].tolist())
    sealed = Ranking.objects.filter(sealed_answer(), task__in=repeated, labeler__in=labelers)
    rows = (
        RankedCompletion.objects.filter(ranking__in=sealed)
        .order_by("completion_id")
        .values_list("ranking__labeler_id", "task_id", "rank")
    )
    ranks = defaultdict(list)
    for labeler, task, rank in rows.iterator():
        ranks[labeler, task].append(rank)
    return {key: np.array(some, dtype=np.int64) for key, some in ranks.items()}


def _items(
    rankings: QuerySet[Ranking], row_of: Mapping[UUID, int], labeler: int | None
) -> dict[int, list[Item]]:
    whose = Q() if labeler is None else Q(ranking__labeler=labeler)
    place = PresentedCompletion.objects.filter(
        assignment=OuterRef("ranking__assignment"), completion=OuterRef("completion")
    )
    rows = (
        RankedCompletion.objects.filter(whose, ranking__in=rankings.values("pk"))
        .order_by()
        .values_list(
            "ranking_id",
            "completion_id",
            "rank",
            "rating",
            Subquery(place.values("position")),
            Length("completion__text"),
            IS_FLAGGED,
            "seconds_shown",
        )
    )
    items = defaultdict(list)
    for ranking, completion, rank, rating, *shown in rows.iterator():
        # Sealed between the two queries: it belongs to the next reader.
        if ranking in row_of:
            items[row_of[ranking]].append((completion, rank, rating or 0, *shown))
    return items
