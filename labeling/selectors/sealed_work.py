"""Reading the sealed work of labelers as columns, for the facts about how they work."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

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
from labeling.agreement.ratings import LIKERT, Ratings, newest_words
from labeling.models import Demonstration, Project, Ranking
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.item_columns import as_bits, doubles, item_columns
from labeling.selectors.sealing import sealed_answer

# The newest: enough for any fact here, and read within a second or two. Older ones say little about
# how somebody works now.
NUM_RANKINGS: Final = 20_000
NO_RATING: Final = 0
# Where it stood is unknown.
NOT_SHOWN: Final = -1
# Whether a flag is set; no flag was asked about.
NOT_ASKED: Final = -1
# Told by Postgres: the flags themselves need not come here.
IS_FLAGGED: Final = (
    f"CASE WHEN item.flags = '{{}}' THEN {NOT_ASKED}"
    " ELSE jsonb_path_exists(item.flags, '$.* ? (@ == true)')::int END"
)


@dataclass(frozen=True, eq=False)
class _Rankings:
    """The sealed native rankings as columns, the repeats among them; ``repeat_of`` is 0 of others.

    Shapes: all alike.
    """

    labeler: IntArray
    prompt: IntArray
    minutes: FloatArray
    none_acceptable: FloatArray
    k: IntArray
    repeat_of: IntArray
    id_of: Callable[[int], UUID]

    @property
    def drawn(self) -> Drawn:
        return Drawn(self.labeler, self.prompt)

    @property
    def is_repeat(self) -> BoolArray:
        return self.repeat_of > 0


@dataclass(frozen=True, eq=False)
class _Items:
    """What was said of each completion of a ``row`` of the rankings. Shapes: all alike."""

    row: IntArray
    completion: IntArray
    rank: IntArray
    rating: IntArray
    position: IntArray
    length: IntArray
    is_flagged: IntArray
    # NaN where nobody measured.
    seconds: FloatArray

    def of(self, chosen: BoolArray | IntArray) -> "_Items":
        return _Items(**{name: column[chosen] for name, column in vars(self).items()})


@dataclass(frozen=True, eq=False)
class SealedWork:
    """All that the facts are made of.

    ``originals`` are the ranks that labelers gave before they were asked again, by labeler and
    task, in the order of the completions' ids.
    """

    rankings: _Rankings
    items: _Items
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
        """Each labeler's newest rating of a completion, repeats left out; completions are units."""
        items = self.items.of(self._is_first_word & (self.items.rating != NO_RATING))
        _, first, unit = np.unique(items.completion, return_index=True, return_inverse=True)
        prompt = self.rankings.prompt[items.row[first]]
        labeler = self.rankings.labeler[items.row]
        # Rows are numbered from the newest ranking.
        counts = newest_words(unit, labeler, items.row)
        return Ratings(
            unit[counts],
            labeler[counts],
            items.row[counts],
            items.rating[counts],
            prompt,
            LIKERT,
        )

    @cached_property
    def seconds_shown(self) -> tuple[FloatArray, Drawn]:
        """The time of each completion that was timed, and in whose ranking."""
        timed = self.items.of(~np.isnan(self.items.seconds))
        return timed.seconds, self.rankings.drawn.of(timed.row)

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

    @property
    def _is_first_word(self) -> BoolArray:
        """Whether a completion stands in a ranking that is no repeat. Shapes: per item."""
        return ~self.rankings.is_repeat[self.items.row]

    def _by_k(self) -> Iterator[tuple[IntArray, JudgedItems]]:
        """The rankings that are no repeats, in blocks of one K, completions in the order shown."""
        num_rankings = len(self.rankings.k)
        items = self.items.of(np.lexsort((self.items.position, self.items.row)))
        size = np.bincount(items.row, minlength=num_rankings)
        shown = np.bincount(items.row[items.position != NOT_SHOWN], minlength=num_rankings)
        is_whole = (shown == size) & ~self.rankings.is_repeat
        for k in np.unique(size[is_whole]).tolist():
            is_of_k = is_whole & (size == k)
            block = items.of(is_of_k[items.row])
            rating = block.rating.astype(np.float64)
            rating[block.rating == NO_RATING] = np.nan
            yield (
                np.flatnonzero(is_of_k),
                JudgedItems(
                    rank=block.rank.reshape(-1, k),
                    rating=rating.reshape(-1, k),
                    length=block.length.reshape(-1, k),
                ),
            )

    def _self_consistency(self) -> Sums:
        """Each repeat against the same labeler's earlier ranking of the same completions."""
        rankings = self.rankings
        part, whole = np.zeros(len(rankings.k)), np.zeros(len(rankings.k))
        again = self.items.of(~self._is_first_word)
        # In the order of the completions' ids, the same for every ranking of them.
        again = again.of(np.lexsort((again.completion, again.row)))
        rows, first = np.unique(again.row, return_index=True)
        for row, now in zip(rows.tolist(), np.split(again.rank, first[1:]), strict=False):
            before = self.originals.get((int(rankings.labeler[row]), int(rankings.repeat_of[row])))
            if before is not None:
                part[row], whole[row] = same_order(now, before)
        return Sums(part, whole)

    def _flagged(self) -> Sums:
        """Of each ranking, the completions with a flag, of those that a flag was asked about."""
        asked = self.items.of(self._is_first_word & (self.items.is_flagged != NOT_ASKED))
        num_rankings = len(self.rankings.k)
        return Sums(
            np.bincount(asked.row, asked.is_flagged, minlength=num_rankings).astype(float),
            np.bincount(asked.row, minlength=num_rankings).astype(float),
        )


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


def sealed_work(scope: Scope) -> SealedWork:
    """The newest rankings and demonstrations that fit.

    A repeat is held against the ranking that it repeats, whenever that was made. Two queries
    whatever the size, and one more where there are repeats.
    """
    rankings, items = _read(newest_rankings(scope))
    demonstrations = newest_demonstrations(scope)
    return SealedWork(
        rankings=rankings,
        items=items,
        originals=_originals(rankings),
        demonstrations=list(
            demonstrations.values_list("labeler_id", "prompt_id", "seconds_active")
        ),
    )


def _read(rankings: QuerySet[Ranking]) -> tuple[_Rankings, _Items]:
    """One query."""
    found = item_columns(
        rankings.annotate(first_task=Coalesce("task__repeat_of", Value(0))),
        {
            "assignment_id": "assignment_id",
            "labeler": "labeler_id",
            "prompt": "task__prompt_id",
            "seconds": "seconds_active",
            "none_acceptable": "none_acceptable",
            "k": "k",
            "repeat_of": "first_task",
        },
        {
            "labeler": "chosen.labeler",
            "prompt": "chosen.prompt",
            "seconds_active": as_bits("chosen.seconds"),
            "none_acceptable": "chosen.none_acceptable::int",
            "k": "chosen.k",
            "repeat_of": "chosen.repeat_of",
            "completion": "item.completion_id",
            "rank": "item.rank",
            "rating": f"coalesce(item.rating, {NO_RATING})",
            "position": f"coalesce(item.position, {NOT_SHOWN})",
            "length": "length(completion.text)",
            "is_flagged": IS_FLAGGED,
            "seconds": as_bits("item.seconds_shown"),
        },
    )
    repeat_of = found.of_rankings("repeat_of")
    of_items = ("completion", "rank", "rating", "position", "length", "is_flagged")
    return (
        _Rankings(
            labeler=found.of_rankings("labeler"),
            prompt=found.of_rankings("prompt"),
            minutes=doubles(found.of_rankings("seconds_active")) / 60,
            none_acceptable=(found.of_rankings("none_acceptable") * (repeat_of == 0)).astype(float),
            k=found.of_rankings("k"),
            repeat_of=repeat_of,
            id_of=found.id_of,
        ),
        _Items(
            row=found.ranking,
            seconds=doubles(found.named["seconds"]),
            **{name: found.named[name] for name in of_items},
        ),
    )


def _originals(rankings: _Rankings) -> dict[tuple[int, int], IntArray]:
    """What the repeats among these repeat, sealed and of whatever day. One query, or none."""
    repeated = np.unique(rankings.repeat_of[rankings.is_repeat]).tolist()
    if not repeated:
        return {}
    labelers = np.unique(rankings.labeler[rankings.is_repeat]).tolist()
    found = item_columns(
        Ranking.objects.filter(sealed_answer(), task__in=repeated, labeler__in=labelers),
        {"labeler": "labeler_id", "task": "task_id"},
        {
            "completion": "item.completion_id",
            "labeler": "chosen.labeler",
            "task": "chosen.task",
            "rank": "item.rank",
        },
    )
    order = np.lexsort((found.named["completion"], found.ranking))
    ranks = defaultdict(list)
    rows = (found.named[name][order].tolist() for name in ("labeler", "task", "rank"))
    for labeler, task, rank in zip(*rows, strict=True):
        ranks[labeler, task].append(rank)
    return {key: np.array(some, dtype=np.int64) for key, some in ranks.items()}
