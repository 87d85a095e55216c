"""Which facts about a labeler differ from those of all, each by a test that is named.

A mark asks a person to look. It is no verdict, nothing acts on it, and no marks are added up (R19).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from labeling.agreement.facts import Fact

MARK_LEVEL: Final = 0.05
MARK_DEFINITION: Final = (
    "A fact is marked where chance alone would go as far in fewer than 5% of cases, divided by "
    "the number of labelers who are tested for that fact (Bonferroni). The test is a two-sided "
    "z-test of the labeler against all together, by the spread of both in the resamples of prompts "
    "(of a median and of an exact bound, by the longer side of its interval); for the completion "
    "shown first the exact test against one in K, and for leniency the test against 0. A labeler "
    "is a part of all, so the test is slow to mark, most of all where few work."
)


@dataclass(frozen=True)
class Mark:
    """How likely chance goes as far, and where that is unlikely enough, to which side."""

    p_value: float
    side: Literal["above", "below"] | None


def marks(facts: Mapping[int, Fact], of_all: Fact) -> dict[int, Mark]:
    """One fact of every labeler whom it can be tested for, by the labeler."""
    tested = {labeler: _tested(fact, of_all) for labeler, fact in facts.items()}
    known = {labeler: found for labeler, found in tested.items() if found is not None}
    return {
        labeler: Mark(p_value, _side(difference) if p_value < MARK_LEVEL / len(known) else None)
        for labeler, (p_value, difference) in known.items()
    }


def _side(difference: float) -> Literal["above", "below"]:
    return "above" if difference > 0 else "below"


def _tested(fact: Fact, of_all: Fact) -> tuple[float, float] | None:
    """The p-value and the difference; None where a side has no value or no interval."""
    if fact.value is None:
        return None
    if fact.p_value is not None and fact.expected is not None:
        return fact.p_value, fact.value - fact.expected
    error, error_of_all = fact.standard_error, of_all.standard_error
    if of_all.value is None or not error or not error_of_all:
        return None
    difference = fact.value - of_all.value
    z = abs(difference) / math.hypot(error, error_of_all)
    return math.erfc(z / math.sqrt(2)), difference
