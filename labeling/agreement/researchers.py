"""How labelers order what researchers have ordered too (R43)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.drift import Period, trend
from labeling.agreement.facts import Drawn, Facts, quotients
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import SHARE, Figure, Size, estimate, resample
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.agreement.sums import add_up

GOLD_DEFINITION: Final = (
    "On prompts that a researcher settled as gold: of the pairs of completions that both the "
    "labeler and the gold order without a tie, the share that they order alike."
)
RESEARCHERS_DEFINITION: Final = (
    "Of the pairs of completions that both a labeler and a researcher order without a tie, the "
    "share that they order alike. A researcher's order is their gold where they settled the prompt "
    "as gold, and else what they ranked themselves in the same project; each researcher counts."
)
GOLD_PAIRS: Final = "pairs that both the gold and a labeler order"
RESEARCHER_PAIRS: Final = "pairs that both a researcher and a labeler order"
NO_GOLD: Final = "No labeler has ranked a prompt that is settled as gold."
NO_RESEARCHER: Final = "No labeler has ranked a prompt that a researcher ranked or settled as gold."


@dataclass(frozen=True)
class BesideDraw:
    """One ranking by a labeler beside the orders of researchers: the pairs ordered alike, of those
    that both order, added up over the researchers.

    ``day`` is that of the ranking, as a day of the calendar.
    """

    ranking: UUID
    labeler: int
    prompt: int
    day: int
    same: float
    both_order: float

    @property
    def monday(self) -> int:
        """The first day of its week; day 1 of the calendar was a Monday."""
        return self.day - (self.day - 1) % 7


def beside_figure(draws: Sequence[BesideDraw], *, compared: str, when_none: str) -> Figure:
    """Of all labelers together; whole prompts are resampled."""
    _, sums = _summed([(0, draw.prompt) for draw in draws], draws)
    part, whole = sums.sum(axis=0)
    num_pairs = round(float(whole))
    return estimate(
        (part, whole),
        resamples=lambda: _quotient(resample(sums)),
        size=Size(num_pairs, int((sums[:, 1] > 0).sum()), num_pairs, compared),
        when_undefined=when_none,
        chance=0.5,
        ends=SHARE,
    )


def beside_facts(draws: Sequence[BesideDraw], labelers: Sequence[int], *, counted: str) -> Facts:
    """Of each of these labelers and of all together."""
    drawn = Drawn(
        np.array([draw.labeler for draw in draws], dtype=np.int64),
        np.array([draw.prompt for draw in draws], dtype=np.int64),
    )
    return quotients(Sums(*_columns(draws)), drawn, labelers=labelers, counted=counted, ends=SHARE)


def beside_weeks(draws: Sequence[BesideDraw]) -> list[Period]:
    """Week by week with a control band; a prompt within a week is one draw."""
    weeks = [draw.monday for draw in draws]
    prompts = [draw.prompt for draw in draws]
    keys, sums = _summed(list(zip(weeks, prompts, strict=True)), draws)
    period = np.array([key[0] for key in keys], dtype=np.int64)
    return trend(sums[:, 0], sums[:, 1], period=period)


def _quotient(sums: FloatArray) -> Quotient:
    return sums[:, 0], sums[:, 1]


def _columns(draws: Sequence[BesideDraw]) -> tuple[FloatArray, FloatArray]:
    return (
        np.array([draw.same for draw in draws], dtype=np.float64),
        np.array([draw.both_order for draw in draws], dtype=np.float64),
    )


def _summed(
    keys: Sequence[tuple[int, int]], draws: Sequence[BesideDraw]
) -> tuple[list[tuple[int, int]], FloatArray]:
    """The draws of each key added up. Shapes: keys x (same, both_order)."""
    slot: dict[tuple[int, int], int] = {}
    place: IntArray = np.array([slot.setdefault(key, len(slot)) for key in keys], dtype=np.int64)
    sums = [add_up(values, by=place, groups=len(slot)) for values in _columns(draws)]
    return list(slot), np.stack(sums, axis=1)
