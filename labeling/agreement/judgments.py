"""Judgments of pairs of completions, as the parallel arrays every agreement figure reads."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from labeling.preferences import pair_sign_columns

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

NUM_SIGNS = 3


@dataclass(frozen=True, eq=False)
class PairJudgments:
    """Who preferred which completion of which pair.

    ``sign`` is +1 when the first completion of the pair was preferred, -1 the second, 0 a tie.
    ``has_sides`` says that first and second mean something, as in an imported two-way comparison
    whose two sides everybody saw alike. In any other pair the order is arbitrary, and figures that
    depend on it count every judgment half in each direction. ``longer`` is +1 where the first
    completion is the longer text, -1 where the second is, 0 where they are as long.
    ``is_mirrored`` says that this labeler saw the second one first; None is nobody did. ``items``
    says which completions the first and the second are, by numbers that no two of them share; None
    is unknown.

    Shapes: pair, labeler, sign and is_mirrored have one entry per judgment; prompt, has_sides and
    longer one per pair, and ``pair`` holds indices into them; items, pairs x 2.
    Raises: ValueError when the arrays do not fit together, or a labeler judges a pair twice.
    """

    pair: IntArray
    labeler: IntArray
    sign: IntArray
    prompt: IntArray
    has_sides: BoolArray
    longer: IntArray
    is_mirrored: BoolArray | None = None
    items: IntArray | None = None

    def __post_init__(self) -> None:
        if not len(self.pair) == len(self.labeler) == len(self.sign):
            raise ValueError("pair, labeler and sign need one entry per judgment")
        if self.is_mirrored is not None and len(self.is_mirrored) != len(self.pair):
            raise ValueError("is_mirrored needs one entry per judgment")
        self._check_pairs()
        if not len(self.pair):
            return
        if self.pair.min() < 0 or self.pair.max() >= len(self.prompt):
            raise ValueError("a judgment names a pair that is not there")
        if np.abs(self.sign).max() > 1:
            raise ValueError("a sign is -1, 0 or +1")
        if self._somebody_judged_a_pair_twice():
            raise ValueError("a labeler judged the same pair twice")

    def _check_pairs(self) -> None:
        if not len(self.prompt) == len(self.has_sides) == len(self.longer):
            raise ValueError("prompt, has_sides and longer need one entry per pair")
        if self.items is not None and self.items.shape != (len(self.prompt), 2):
            raise ValueError("items needs two entries per pair")

    def _somebody_judged_a_pair_twice(self) -> bool:
        who_and_what = np.sort(self.pair * (int(self.labeler.max()) + 1) + self.labeler)
        return bool((who_and_what[1:] == who_and_what[:-1]).any())

    def counts(self) -> FloatArray:
        """How many labelers gave each sign to each pair.

        Shapes: pairs x 3, the columns being -1, 0 and +1.
        """
        cells = np.bincount(
            self.pair * NUM_SIGNS + self.sign + 1, minlength=NUM_SIGNS * len(self.prompt)
        )
        return cells.reshape(-1, NUM_SIGNS).astype(np.float64)

    def counts_by_order_shown(self) -> FloatArray:
        """``counts`` of those who saw the first completion first, and of the others.

        Shapes: 2 x pairs x 3.
        """
        nobody = np.zeros(len(self.pair), dtype=np.bool_)
        mirrored = nobody if self.is_mirrored is None else self.is_mirrored
        cell = (mirrored * len(self.prompt) + self.pair) * NUM_SIGNS + self.sign + 1
        cells = np.bincount(cell, minlength=2 * NUM_SIGNS * len(self.prompt))
        return cells.reshape(2, -1, NUM_SIGNS).astype(np.float64)

    def of_pairs(self, wanted: BoolArray) -> "PairJudgments":
        """The judgments of these pairs only. Shapes: wanted, one entry per pair."""
        if wanted.all():
            return self
        kept = wanted[self.pair]
        new_index = np.cumsum(wanted) - 1
        return PairJudgments(
            pair=new_index[self.pair[kept]],
            labeler=self.labeler[kept],
            sign=self.sign[kept],
            prompt=self.prompt[wanted],
            has_sides=self.has_sides[wanted],
            longer=self.longer[wanted],
            is_mirrored=None if self.is_mirrored is None else self.is_mirrored[kept],
            items=None if self.items is None else self.items[wanted],
        )

    def of_judgments(self, wanted: BoolArray) -> "PairJudgments":
        """These judgments only; the pairs stay. Shapes: wanted, one entry per judgment."""
        return replace(
            self,
            pair=self.pair[wanted],
            labeler=self.labeler[wanted],
            sign=self.sign[wanted],
            is_mirrored=None if self.is_mirrored is None else self.is_mirrored[wanted],
        )

    def with_overlap(self, minimum: int) -> "PairJudgments":
        """The judgments of pairs that at least this many labelers judged."""
        return self.of_pairs(self.counts().sum(axis=1) >= minimum)


@dataclass(frozen=True, eq=False)
class RankedItems:
    """Rankings as columns: one entry per ranked completion, per ranking, and per task.

    A task here is a prompt of one project, however many tasks asked about it. ``position`` is the
    place of the completion in that task's own order, so that two rankings of it are aligned by what
    they rank and never by the order in which it was shown, which is ``shown`` (None where everybody
    saw that same order); ``length`` is that of its text.

    Shapes: ranking, position, rank, length and shown per ranked completion; task and labeler per
    ranking; prompt and has_sides per task.
    """

    ranking: IntArray
    position: IntArray
    rank: IntArray
    length: IntArray
    task: IntArray
    labeler: IntArray
    prompt: IntArray
    has_sides: BoolArray
    shown: IntArray | None = None

    def of_items(self, wanted: BoolArray) -> "RankedItems":
        """These ranked completions only; rankings and tasks stay. Shapes: wanted, per item."""
        return replace(
            self,
            ranking=self.ranking[wanted],
            position=self.position[wanted],
            rank=self.rank[wanted],
            length=self.length[wanted],
            shown=None if self.shown is None else self.shown[wanted],
        )

    def pair_judgments(self) -> PairJudgments:
        """All C(K,2) judgments of every ranking, those of partial rankings included.

        Where a labeler judged a pair in several rankings, the last of them counts.
        """
        return self.pair_judgments_of_rankings()[0]

    def pair_judgments_of_rankings(self) -> tuple[PairJudgments, IntArray]:
        """The same, and the number of the ranking that each judgment comes from."""
        width = int(self.position.max(initial=0)) + 1
        num_items = np.bincount(self.ranking, minlength=len(self.task))
        sizes = np.unique(num_items[num_items > 1])
        blocks = [self._judgments_of_size(int(size), num_items, width) for size in sizes]
        columns = tuple(
            np.concatenate([np.empty(0, dtype=np.int64), *column])
            for column in (zip(*blocks, strict=True) if blocks else [()] * 5)
        )
        key, ranking, sign, longer, mirrored = self._last_of_each(columns)
        present = np.zeros(len(self.prompt) * width * width, dtype=np.bool_)
        present[key] = True
        pair = (np.cumsum(present) - 1)[key]
        task, places = np.divmod(np.flatnonzero(present), width * width)
        longer_of_pair = np.zeros(len(task), dtype=np.int64)
        longer_of_pair[pair] = longer
        judgments = PairJudgments(
            pair=pair,
            labeler=self.labeler[ranking],
            sign=sign,
            prompt=self.prompt[task],
            has_sides=self.has_sides[task],
            longer=longer_of_pair,
            is_mirrored=None if self.shown is None else mirrored.astype(np.bool_),
            items=(task * width)[:, None] + np.stack(np.divmod(places, width), axis=1),
        )
        return judgments, ranking

    def _last_of_each(self, columns: tuple[IntArray, ...]) -> tuple[IntArray, ...]:
        """Without what a labeler said of a pair before they said it again."""
        num_labelers = int(self.labeler.max(initial=0)) + 1
        met = self.task * num_labelers + self.labeler
        if len(np.unique(met)) == len(met):
            return columns
        key, ranking = columns[:2]
        order = np.lexsort((ranking, self.labeler[ranking], key))
        who, what = self.labeler[ranking[order]], key[order]
        is_last = np.ones(len(order), dtype=np.bool_)
        is_last[:-1] = (who[1:] != who[:-1]) | (what[1:] != what[:-1])
        kept = np.sort(order[is_last])
        return tuple(column[kept] for column in columns)

    def _judgments_of_size(
        self, size: int, num_items: IntArray, width: int
    ) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
        """Of all rankings of this size: key of the pair, ranking, sign, longer, mirrored."""
        items = np.flatnonzero(num_items[self.ranking] == size)
        order = np.lexsort((self.position[items], self.ranking[items]))
        rows = items[order].reshape(-1, size)
        first, second, sign = pair_sign_columns(self.rank[rows])
        position, length = self.position[rows], self.length[rows]
        longer = np.sign(length[:, first] - length[:, second])
        ranking = np.repeat(self.ranking[rows[:, :1]], len(first), axis=1)
        key = (self.task[ranking] * width + position[:, first]) * width + position[:, second]
        shown = position if self.shown is None else self.shown[rows]
        mirrored = (shown[:, first] > shown[:, second]).astype(np.int64)
        return key.ravel(), ranking.ravel(), sign.ravel(), longer.ravel(), mirrored.ravel()
