"""The figures of one labeler against the rest, and of two labelers with each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import Figure, Size, estimate, resample, undefined
from labeling.agreement.judgments import NUM_SIGNS, FloatArray, IntArray, PairJudgments
from labeling.agreement.statistics import STRICT, cohen_quotient
from labeling.agreement.sums import add_up

NUM_CELLS = NUM_SIGNS * NUM_SIGNS


@dataclass(frozen=True)
class KappaOfTwo:
    """Cohen's kappa of two labelers over the pairs of completions that both judged."""

    first_labeler: int
    second_labeler: int
    kappa: Figure


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
        size = Size(met, int((comparisons[:, slot] > 0).sum()), met)
        if resampled is None:
            figures[labeler] = undefined(STRICT.when_undefined, size=size)
            continue
        figures[labeler] = estimate(
            (same[:, slot].sum(), comparisons[:, slot].sum()),
            resamples=partial(_columns, resampled, slot, slot + len(labelers)),
            size=size,
            when_undefined="Nobody else has ordered a pair that this labeler ordered.",
            chance=0.5,
        )
    return figures


def _columns(matrix: FloatArray, numerator: int, denominator: int) -> Quotient:
    return matrix[:, numerator], matrix[:, denominator]


def _strict_sums(judgments: PairJudgments, labelers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Each labeler's same answers and comparisons with others. Shapes: prompts x labelers."""
    counts = judgments.counts()
    slot_of = np.full(max(judgments.labeler.max(initial=0), labelers.max(initial=0)) + 1, -1)
    slot_of[labelers] = np.arange(len(labelers))
    rows = np.flatnonzero((slot_of[judgments.labeler] >= 0) & (judgments.sign != 0))
    pair, slot = judgments.pair[rows], slot_of[judgments.labeler[rows]]
    same = counts[pair, judgments.sign[rows] + 1] - 1
    comparisons = counts[pair, 0] + counts[pair, 2] - 1
    prompts, prompt = np.unique(judgments.prompt[pair], return_inverse=True)
    shape = (len(prompts), len(labelers))
    cell = prompt * len(labelers) + slot
    num_cells = len(prompts) * len(labelers)
    return (
        add_up(same, by=cell, groups=num_cells).reshape(shape),
        add_up(comparisons, by=cell, groups=num_cells).reshape(shape),
    )


def cohen_kappas(judgments: PairJudgments, *, labelers: Sequence[int]) -> list[KappaOfTwo]:
    """Cohen's kappa of every two of these labelers who judged some pair both, in their order."""
    wanted = np.asarray(labelers, dtype=np.int64)
    meetings = _meetings(judgments, wanted)
    order = np.argsort(meetings.couple, kind="stable")
    couples, starts = np.unique(meetings.couple[order], return_index=True)
    groups = np.split(order, starts[1:]) if len(couples) else []
    return [
        KappaOfTwo(
            first_labeler=labelers[int(couple) // len(labelers)],
            second_labeler=labelers[int(couple) % len(labelers)],
            kappa=_kappa(meetings, rows),
        )
        for couple, rows in zip(couples, groups, strict=True)
    ]


def _kappa(meetings: Meetings, rows: IntArray) -> Figure:
    """Answers about pairs in arbitrary order are counted half as given and half mirrored."""
    prompts, prompt = np.unique(meetings.prompt[rows], return_inverse=True)
    num_cells = len(prompts) * NUM_CELLS
    as_given = np.bincount(prompt * NUM_CELLS + meetings.cell[rows], minlength=num_cells)
    mirrored = np.bincount(prompt * NUM_CELLS + meetings.mirrored_cell[rows], minlength=num_cells)
    tables = (as_given + mirrored).reshape(-1, NUM_CELLS) / 2
    shape = (-1, NUM_SIGNS, NUM_SIGNS)
    return estimate(
        cohen_quotient(tables.sum(axis=0).reshape(NUM_SIGNS, NUM_SIGNS)),
        resamples=lambda: cohen_quotient(resample(tables).reshape(shape)),
        size=Size(len(rows), len(prompts), len(rows)),
        when_undefined="Both gave one and the same answer throughout.",
        chance=0.0,
    )


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
