"""Whether place, length and formatting go with being preferred, pair by pair.

One statistic for all of them: of the strict pairs of completions that differ in something, the
share in which the one that has it was preferred. Half is no habit at all. Whether what goes with a
preference also causes it, no such figure can say: longer answers may be better answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import SHARE, Figure, Size, estimate, resample
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.preferences import pair_sign_columns

CHANCE: Final = 0.5
# Two texts are alike in length when the longer one is at most so many times the other.
LIKE_LENGTH: Final = 1.25
DEFINITION: Final = (
    "Of the pairs of completions that differ in it and that a labeler ordered strictly, the share "
    "in which the one that has it was preferred. One half is no preference."
)
STRICT_PAIRS: Final = "strictly ordered pairs that differ in it"
NONE_DIFFER: Final = "No strictly ordered pair differs in it."
PAIRS_AT_PLACE: Final = "pairs with a completion shown at this place"
NONE_AT_PLACE: Final = "No ranking has a completion that was shown at this place."
BY_PLACE_DEFINITION: Final = (
    "Of the pairs with a completion shown at this place, the share that it won; a tie counts one "
    "half. Places are random, so without a preference for a place every share is one half."
)

Name = TypeVar("Name", int, str)


@dataclass(frozen=True, eq=False)
class ShownItems:
    """Rankings of one K as rows, their completions in the order shown where it is known.

    ``has`` holds one array per kind of formatting. Shapes: prompt and is_ordered, rows; the others
    rows x K.
    """

    prompt: IntArray
    is_ordered: BoolArray
    rank: IntArray
    length: IntArray
    has: Mapping[str, BoolArray]


@dataclass(frozen=True, eq=False)
class Counts:
    """The pairs that differ in something, and those that went its way. Shapes: both alike."""

    preferred: FloatArray
    differing: FloatArray


def preferences(blocks: list[ShownItems], formatting: list[str]) -> dict[str, Figure]:
    """``first_shown``, ``longer`` and each kind of formatting, that also ``:like_length``."""
    prompts = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(b.prompt for b in blocks)]))
    names = [
        "first_shown",
        "longer",
        *formatting,
        *(f"{name}:like_length" for name in formatting),
    ]
    sums = np.zeros((len(prompts), 2 * len(names)))
    for block in blocks:
        place = np.searchsorted(prompts, block.prompt)
        for column, name in enumerate(names):
            counts = preference_counts(block, name)
            np.add.at(sums[:, 2 * column], place, counts.preferred)
            np.add.at(sums[:, 2 * column + 1], place, counts.differing)
    return _figures(names, sums, compared=STRICT_PAIRS, when_none=NONE_DIFFER)


def wins_by_place(blocks: list[ShownItems]) -> dict[int, Figure]:
    """How often the completion at each place shown won its pairs; place 0 was shown first."""
    ordered = [_ordered(block) for block in blocks if block.is_ordered.any()]
    prompts = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(b.prompt for b in ordered)]))
    num_places = max((b.rank.shape[1] for b in ordered), default=0)
    sums = np.zeros((len(prompts), 2 * num_places))
    for block in ordered:
        where = np.searchsorted(prompts, block.prompt)
        for place in range(block.rank.shape[1]):
            counts = place_counts(block, place)
            np.add.at(sums[:, 2 * place], where, counts.preferred)
            np.add.at(sums[:, 2 * place + 1], where, counts.differing)
    return _figures(list(range(num_places)), sums, compared=PAIRS_AT_PLACE, when_none=NONE_AT_PLACE)


def place_counts(block: ShownItems, place: int) -> Counts:
    """What each ranking adds to a place's share of wins. Shapes: rows of the block."""
    first, second, sign = pair_sign_columns(block.rank)
    score = (sign + 1) / 2
    won = score[:, first == place].sum(axis=1) + (1 - score[:, second == place]).sum(axis=1)
    number = np.full(len(won), float(((first == place) | (second == place)).sum()))
    return Counts(
        preferred=np.where(block.is_ordered, won, 0.0),
        differing=np.where(block.is_ordered, number, 0.0),
    )


def _ordered(block: ShownItems) -> ShownItems:
    known = block.is_ordered
    return ShownItems(
        block.prompt[known],
        block.is_ordered[known],
        block.rank[known],
        block.length[known],
        {name: has[known] for name, has in block.has.items()},
    )


def preference_counts(block: ShownItems, name: str) -> Counts:
    """What each ranking adds to one of the ``preferences``. Shapes: rows of the block."""
    first, second, sign = pair_sign_columns(block.rank)
    if name == "first_shown":
        difference = np.broadcast_to(block.is_ordered[:, None].astype(np.int64), sign.shape)
    elif name == "longer":
        difference = np.sign(block.length[:, first] - block.length[:, second])
    else:
        kind, _, like = name.partition(":")
        has = block.has[kind].astype(np.int64)
        difference = has[:, first] - has[:, second]
        if like:
            shorter = np.minimum(block.length[:, first], block.length[:, second])
            longer = np.maximum(block.length[:, first], block.length[:, second])
            difference = np.where(longer <= LIKE_LENGTH * shorter, difference, 0)
    says = (difference != 0) & (sign != 0)
    return Counts(
        preferred=(says & (difference == sign)).sum(axis=1).astype(float),
        differing=says.sum(axis=1).astype(float),
    )


def _quotient(sums: FloatArray, column: int) -> Quotient:
    return sums[:, 2 * column], sums[:, 2 * column + 1]


def _figures(
    names: list[Name], sums: FloatArray, *, compared: str, when_none: str
) -> dict[Name, Figure]:
    """Shapes: sums, prompts x (2 per name: in favour, of all)."""
    resampled = resample(sums) if len(sums) else sums
    found = {}
    for column, name in enumerate(names):
        favour, of_all = _quotient(sums, column)
        number = round(float(of_all.sum()))
        found[name] = estimate(
            (favour.sum(), of_all.sum()),
            resamples=partial(_quotient, resampled, column),
            size=Size(number, int(np.count_nonzero(of_all)), number, compared),
            when_undefined=when_none,
            chance=CHANCE,
            ends=SHARE,
        )
    return found
