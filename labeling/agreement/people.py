"""The figures of one labeler against the rest, and of two labelers with each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import SHARE, Figure, Size, estimate, resample, too_few
from labeling.agreement.judgments import (
    NUM_SIGNS,
    BoolArray,
    FloatArray,
    IntArray,
    PairJudgments,
)
from labeling.agreement.statistics import ADDENDS, STRICT, TERNARY, cohen_quotient
from labeling.agreement.sums import add_up

NUM_CELLS = NUM_SIGNS * NUM_SIGNS
# Of the table second, tied, first by second, tied, first, row by row.
SAME_CELLS: Final = [0, 8]
STRICT_CELLS: Final = [0, 2, 6, 8]
TIED_BY_A: Final = [3, 4, 5]
TIED_BY_B: Final = [1, 4, 7]
NOBODY_MET: Final = "Nobody else has judged a pair that this labeler judged."
NOBODY_ELSE: Final = "Nobody else has ordered a pair that this labeler ordered."
ONE_ANSWER: Final = "Both gave one and the same answer throughout."


@dataclass(frozen=True, eq=False)
class Meetings:
    """Two of the wanted labelers judged the same pair: one entry for each time.

    ``couple`` numbers the two labelers; ``cell`` is the cell of the 3 x 3 table of their answers.
    """

    couple: IntArray
    cell: IntArray
    mirrored_cell: IntArray
    prompt: IntArray


def agreement_with_others(
    judgments: PairJudgments, *, labelers: Sequence[int]
) -> dict[int, Figure]:
    """How often each of these labelers agrees with the others, ties dropped."""
    by_prompt = _strict_sums(judgments, np.asarray(labelers, dtype=np.int64))
    same, comparisons = by_prompt
    resampled = resample(np.concatenate(by_prompt, axis=1)) if len(same) else None
    figures = {}
    for slot, labeler in enumerate(labelers):
        met = int(comparisons[:, slot].sum())
        size = _strict_size(met, int((comparisons[:, slot] > 0).sum()))
        if resampled is None:
            figures[labeler] = too_few(size, when_none=STRICT.when_undefined)
            continue
        figures[labeler] = estimate(
            (same[:, slot].sum(), comparisons[:, slot].sum()),
            resamples=partial(_columns, resampled, slot, slot + len(labelers)),
            size=size,
            when_undefined=NOBODY_ELSE,
            chance=0.5,
            ends=SHARE,
        )
    return figures


def _strict_size(num_comparisons: int, num_prompts: int) -> Size:
    return Size(num_comparisons, num_prompts, num_comparisons, ADDENDS[STRICT.made_of])


def _columns(matrix: FloatArray, numerator: int, denominator: int) -> Quotient:
    return matrix[:, numerator], matrix[:, denominator]


def _strict_sums(judgments: PairJudgments, labelers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Each labeler's same answers and comparisons with others. Shapes: prompts x labelers."""
    slot_of = np.full(max(judgments.labeler.max(initial=0), labelers.max(initial=0)) + 1, -1)
    slot_of[labelers] = np.arange(len(labelers))
    rows, same, comparisons = strict_comparisons(judgments, slot_of[judgments.labeler] >= 0)
    slot = slot_of[judgments.labeler[rows]]
    prompts, prompt = np.unique(judgments.prompt[judgments.pair[rows]], return_inverse=True)
    shape = (len(prompts), len(labelers))
    cell = prompt * len(labelers) + slot
    num_cells = len(prompts) * len(labelers)
    return (
        add_up(same, by=cell, groups=num_cells).reshape(shape),
        add_up(comparisons, by=cell, groups=num_cells).reshape(shape),
    )


def strict_comparisons(
    judgments: PairJudgments, wanted: BoolArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Which of the judgments wanted are no ties; of each, how many others of its pair say the same,
    and how many others are no ties. Shapes: wanted, per judgment.
    """
    counts = judgments.counts()
    rows = np.flatnonzero(wanted & (judgments.sign != 0))
    pair = judgments.pair[rows]
    same = counts[pair, judgments.sign[rows] + 1] - 1
    return rows, same, counts[pair, 0] + counts[pair, 2] - 1


@dataclass(frozen=True, eq=False)
class PromptMeetings:
    """What two labelers answered about one prompt: an entry per prompt and couple, the lower id
    first. ``cells`` is the table of their answers second, tie, first; an entry may stand for
    several prompts. On ``num_ordered`` of its ``num_prompts`` both ordered some pair without a tie.
    Shapes: cells, entries x 9.
    """

    prompt: IntArray
    a: IntArray
    b: IntArray
    cells: FloatArray
    num_prompts: IntArray
    num_ordered: IntArray


def meetings_by_prompt(judgments: PairJudgments) -> PromptMeetings:
    """Every two labelers who judged some pair of a prompt both."""
    labelers = np.unique(judgments.labeler)
    met = _meetings(judgments, labelers)
    num_couples = max(1, len(labelers)) ** 2
    keys, place = np.unique(met.prompt * num_couples + met.couple, return_inverse=True)
    num_cells = len(keys) * NUM_CELLS
    as_given = np.bincount(place * NUM_CELLS + met.cell, minlength=num_cells)
    mirrored = np.bincount(place * NUM_CELLS + met.mirrored_cell, minlength=num_cells)
    couple = keys % num_couples
    cells = (as_given + mirrored).reshape(-1, NUM_CELLS) / 2
    return PromptMeetings(
        prompt=keys // num_couples,
        a=labelers[couple // max(1, len(labelers))],
        b=labelers[couple % max(1, len(labelers))],
        cells=cells,
        num_prompts=np.ones(len(keys), dtype=np.int64),
        num_ordered=(cells[:, STRICT_CELLS].sum(axis=1) > 0).astype(np.int64),
    )


@dataclass(frozen=True)
class Couple:
    """Two labelers over the pairs of completions that both judged."""

    a: int
    b: int
    agreement: Figure
    kappa: Figure


def couples(met: PromptMeetings, *, labelers: Sequence[int]) -> list[Couple]:
    """Every two of these labelers who met, those with most in common first."""
    chosen = np.flatnonzero(np.isin(met.a, labelers) & np.isin(met.b, labelers))
    if not len(chosen):
        return []
    names, couple = np.unique(np.stack([met.a[chosen], met.b[chosen]]), axis=1, return_inverse=True)
    prompts, prompt = np.unique(met.prompt[chosen], return_inverse=True)
    tables = np.zeros((len(prompts), names.shape[1], NUM_CELLS))
    np.add.at(tables, (prompt, couple), met.cells[chosen])
    resampled = resample(tables.reshape(len(prompts), -1)).reshape(-1, *tables.shape[1:])
    met_on, ordered_on = (
        np.bincount(couple, number[chosen]).astype(np.int64)
        for number in (met.num_prompts, met.num_ordered)
    )
    found = [
        _couple(int(a), int(b), tables[:, n], resampled[:, n], (int(met_on[n]), int(ordered_on[n])))
        for n, (a, b) in enumerate(names.T)
    ]
    return sorted(found, key=lambda couple: -couple.kappa.num_counted)


def _couple(
    a: int, b: int, tables: FloatArray, resampled: FloatArray, num_prompts: tuple[int, int]
) -> Couple:
    """``num_prompts``: those on which they met, and those on which both ordered some pair."""
    met_on, ordered_on = num_prompts
    num_shared = round(float(tables.sum()))
    strict = tables[:, STRICT_CELLS].sum()
    shape = (-1, NUM_SIGNS, NUM_SIGNS)
    return Couple(
        a=a,
        b=b,
        agreement=estimate(
            (tables[:, SAME_CELLS].sum(), strict),
            resamples=lambda: (
                resampled[:, SAME_CELLS].sum(axis=1),
                resampled[:, STRICT_CELLS].sum(axis=1),
            ),
            size=_strict_size(round(float(strict)), ordered_on),
            when_undefined=STRICT.when_undefined,
            chance=0.5,
            ends=SHARE,
        ),
        kappa=estimate(
            cohen_quotient(tables.sum(axis=0).reshape(NUM_SIGNS, NUM_SIGNS)),
            resamples=lambda: cohen_quotient(resampled.reshape(shape)),
            size=Size(num_shared, met_on, num_shared),
            when_undefined=ONE_ANSWER,
            chance=0.0,
        ),
    )


@dataclass(frozen=True)
class AgainstOthers:
    """One labeler's strict agreement with everybody else, and their share of ties there: of the
    judgments of pairs that others judged too, once for each other one.
    """

    agreement: Figure
    tie_share: Figure


def against_others(met: PromptMeetings, *, labelers: Sequence[int]) -> dict[int, AgainstOthers]:
    """Each of these labelers against all others whom they met.

    Prompts are counted where both ordered some pair. An entry that stands for several prompts adds
    as many as the labeler shares there with one other: of more than that it cannot be told whether
    they are the same ones.
    """
    prompts, place = np.unique(met.prompt, return_inverse=True)
    slot_of = {labeler: slot for slot, labeler in enumerate(labelers)}
    # Same, strict, own ties, and all: of each labeler by prompt.
    sums = np.zeros((len(prompts), len(labelers), 4))
    met_on, ordered_on = np.zeros((2, len(prompts), len(labelers)), dtype=np.int64)
    for mine, ties in ((met.a, TIED_BY_A), (met.b, TIED_BY_B)):
        slot = np.array([slot_of.get(labeler, -1) for labeler in mine.tolist()], dtype=np.int64)
        known = slot >= 0
        cells = met.cells[known]
        values = np.stack(
            [cells[:, chosen].sum(axis=1) for chosen in (SAME_CELLS, STRICT_CELLS, ties)]
            + [cells.sum(axis=1)],
            axis=1,
        )
        np.add.at(sums, (place[known], slot[known]), values)
        np.maximum.at(met_on, (place[known], slot[known]), met.num_prompts[known])
        np.maximum.at(ordered_on, (place[known], slot[known]), met.num_ordered[known])
    resampled = resample(sums.reshape(len(prompts), -1)) if len(prompts) else None
    return {
        labeler: _against_others(
            sums[:, slot],
            (int(met_on[:, slot].sum()), int(ordered_on[:, slot].sum())),
            None if resampled is None else resampled[:, 4 * slot : 4 * slot + 4],
        )
        for slot, labeler in enumerate(labelers)
    }


def _against_others(
    sums: FloatArray, num_prompts: tuple[int, int], resampled: FloatArray | None
) -> AgainstOthers:
    """``num_prompts``: those on which they met anybody, and those on which both ordered some pair.

    Shapes: sums, prompts x (same, strict, own ties, all); resampled likewise.
    """
    met_on, ordered_on = num_prompts
    same, strict, ties, judged = sums.sum(axis=0)
    size = _strict_size(round(float(strict)), ordered_on)
    all_met = round(float(judged))
    met = Size(all_met, met_on, all_met)
    agreement = (
        too_few(size, when_none=STRICT.when_undefined)
        if resampled is None
        else estimate(
            (same, strict),
            resamples=lambda: _columns(resampled, 0, 1),
            size=size,
            when_undefined=NOBODY_ELSE,
            chance=0.5,
            ends=SHARE,
        )
    )
    tie_share = (
        too_few(met, when_none=TERNARY.when_undefined)
        if resampled is None
        else estimate(
            (ties, judged),
            resamples=lambda: _columns(resampled, 2, 3),
            size=met,
            when_undefined=NOBODY_MET,
            ends=SHARE,
        )
    )
    return AgainstOthers(agreement, tie_share)


def _meetings(judgments: PairJudgments, labelers: IntArray) -> Meetings:
    parts = list(_meetings_by_distance(judgments, labelers))
    none = np.empty(0, dtype=np.int64)
    return Meetings(
        *(
            np.concatenate([none, *column])
            for column in (zip(*parts, strict=True) if parts else [()] * 4)
        )
    )


def _meetings_by_distance(
    judgments: PairJudgments, labelers: IntArray
) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
    """Sorted by pair, two judgments of a pair stand at most (its labelers - 1) rows apart."""
    slot_of = np.full(max(judgments.labeler.max(initial=0), labelers.max(initial=0)) + 1, -1)
    slot_of[labelers] = np.arange(len(labelers))
    rows = np.flatnonzero(slot_of[judgments.labeler] >= 0)
    # Within a pair by labeler, so that the couple (a, b) is never also met as (b, a).
    rows = rows[np.lexsort((slot_of[judgments.labeler[rows]], judgments.pair[rows]))]
    pair, slot = judgments.pair[rows], slot_of[judgments.labeler[rows]]
    answer = judgments.sign[rows] + 1
    for distance in range(1, int(np.bincount(pair).max(initial=0))):
        here = np.flatnonzero(pair[distance:] == pair[:-distance])
        there = here + distance
        cell = answer[here] * NUM_SIGNS + answer[there]
        mirrored = np.where(judgments.has_sides[pair[here]], cell, NUM_CELLS - 1 - cell)
        couple = slot[here] * len(labelers) + slot[there]
        yield couple, cell, mirrored, judgments.prompt[pair[here]]
