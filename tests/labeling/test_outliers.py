"""Which facts about a labeler are marked, and by which test (R19)."""

import math

import numpy as np
import pytest

from labeling.agreement.facts import Drawn, Fact, quotients
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import SHARE
from labeling.agreement.outliers import marks


def fact(value: float, error: float) -> Fact:
    return Fact(value, 100, low=value - 0.1, high=value + 0.1, standard_error=error)


OF_ALL = fact(0.5, 0.03)


def test_the_p_value_is_that_of_a_two_sided_z_test() -> None:
    """0.1 apart; errors 0.04 and 0.03 make 0.05, so z is 2 and p is 0.0455."""
    found = marks({7: fact(0.6, 0.04)}, OF_ALL)

    assert found[7].p_value == pytest.approx(math.erfc(2 / math.sqrt(2)))
    assert found[7].side == "above"


def test_the_more_labelers_are_tested_the_less_likely_a_mark_is() -> None:
    """Alone p = 0.0455 is marked; of two labelers a mark needs less than 0.025."""
    found = marks({7: fact(0.4, 0.04), 8: fact(0.5, 0.04)}, OF_ALL)

    assert found[7].side is None
    assert marks({7: fact(0.4, 0.04)}, OF_ALL)[7].side == "below"


def test_a_fact_with_a_test_of_its_own_keeps_it() -> None:
    """Position and leniency are tested against what no habit would give."""
    own = Fact(0.4, 50, low=0.3, high=0.5, expected=0.25, p_value=0.001)

    assert marks({7: own}, OF_ALL)[7].p_value == 0.001
    assert marks({7: own}, OF_ALL)[7].side == "above"


def test_the_most_extreme_labeler_is_marked() -> None:
    """R19: who ties every pair of 100 prompts has no spread, and stood unmarked beside one of 60%.

    Ten labelers on the same 100 prompts of ten pairs: eight tie one pair of ten, give or take one.
    """
    ties = [*[1 + (n % 3 - 1) for n in range(99)], 1]
    shares = {labeler: np.array(ties) for labeler in range(8)}
    shares |= {8: np.array(ties) + 5, 9: np.full(100, 10)}
    drawn = Drawn(np.repeat(np.arange(10), 100), np.tile(np.arange(100), 10))
    sums = Sums(np.concatenate(list(shares.values())).astype(float), np.full(1_000, 10.0))

    found = quotients(sums, drawn, labelers=range(10), counted="rankings", ends=SHARE)
    marked = marks({labeler: found[labeler] for labeler in range(10)}, found[None])

    assert (found[9].value, marked[9].side, marked[8].side) == (1.0, "above", "above")


@pytest.mark.parametrize(
    "untested",
    [
        Fact(None, 3, reason_undefined="Too few."),
        Fact(0.5, 20),
        Fact(0.5, 20, reason_no_interval="Every prompt gives the same."),
    ],
)
def test_what_has_no_interval_is_not_tested_and_counts_for_nothing(untested: Fact) -> None:
    found = marks({7: fact(0.6, 0.04), 8: untested}, OF_ALL)

    assert (set(found), found[7].side) == ({7}, "above")
    assert marks({7: fact(0.6, 0.04)}, untested) == {}
