"""Which facts about a labeler differ from those of the others, each by a test that is named.

A mark asks a person to look. It is no verdict, nothing acts on it, and no marks are added up (R19).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from labeling.agreement.facts import Fact

MARK_LEVEL: Final = 0.05
# The median of two lies halfway between them: who stands out cannot be told.
MINIMUM_TESTED: Final = 3
# How many times the error of a mean that of a median of as many is, on the normal curve.
OF_A_MEDIAN: Final = math.sqrt(math.pi / 2)
MARK_DEFINITION: Final = (
    "A fact is marked where chance alone would go as far in fewer than 5% of cases, divided by "
    "the number of labelers who are tested for that fact (Bonferroni). The test is a two-sided "
    "z-test of the labeler against the median of all labelers listed, so that one who stands far "
    "out does not make the others stand out. It goes by the spread of each in the resamples of "
    "prompts (of a median and of an exact bound, by the longer side of its interval). For the "
    "completion shown first it is the exact test against one in K, and for leniency the test "
    "against 0. A labeler is a part of the median, so the test is slow to mark where few work; "
    f"fewer than {MINIMUM_TESTED} are not tested against it: of two both are as far from it, and "
    "which one stands out cannot be told."
)


@dataclass(frozen=True)
class Mark:
    """How likely chance goes as far, and where that is unlikely enough, to which side."""

    p_value: float
    side: Literal["above", "below"] | None


def marks(facts: Mapping[int, Fact]) -> dict[int, Mark]:
    """One fact of every labeler whom it can be tested for, by the labeler."""
    known = {
        labeler: (fact.p_value, fact.value - fact.expected)
        for labeler, fact in facts.items()
        if fact.value is not None and fact.p_value is not None and fact.expected is not None
    }
    known |= _beside_median({one: fact for one, fact in facts.items() if one not in known})
    return {
        labeler: Mark(p_value, _side(difference) if p_value < MARK_LEVEL / len(known) else None)
        for labeler, (p_value, difference) in known.items()
    }


def _side(difference: float) -> Literal["above", "below"]:
    return "above" if difference > 0 else "below"


def _beside_median(facts: Mapping[int, Fact]) -> dict[int, tuple[float, float]]:
    """The p-value and the difference of those with a value and an error, of three or more.

    A mean of all would be drawn towards one outlier until all the others differ from it. The error
    of the median is that of the mean of the labelers' values, times what a median's is of a mean's.
    """
    measured = {
        labeler: (fact.value, fact.standard_error)
        for labeler, fact in facts.items()
        if fact.value is not None and fact.standard_error
    }
    if len(measured) < MINIMUM_TESTED:
        return {}
    middle = median(value for value, _ in measured.values())
    of_middle = OF_A_MEDIAN * math.hypot(*(error for _, error in measured.values())) / len(measured)
    return {
        labeler: (_two_sided((value - middle) / math.hypot(error, of_middle)), value - middle)
        for labeler, (value, error) in measured.items()
    }


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))
