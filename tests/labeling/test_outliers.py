"""Which facts about a labeler are marked, and by which test (R19)."""

import numpy as np
import pytest

from labeling.agreement.facts import Drawn, Fact, quotients
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import SHARE
from labeling.agreement.outliers import marks


def fact(value: float, error: float) -> Fact:
    return Fact(value, 100, low=value - 0.1, high=value + 0.1, standard_error=error)


def test_the_p_value_is_that_of_a_two_sided_z_test() -> None:
    """Against the median, 0.5, whose error is sqrt(pi / 2) * sqrt(0.04^2 + 0.03^2 + 0.04^2) / 3
    = 1.2533 * 0.06403 / 3 = 0.02675. z is 0.1 / sqrt(0.04^2 + 0.02675^2) = 2.078, p is 0.0377."""
    found = marks({7: fact(0.6, 0.04), 8: fact(0.5, 0.03), 9: fact(0.4, 0.04)})

    assert found[7].p_value == pytest.approx(0.0377, abs=5e-5)
    assert found[8].p_value == 1.0
    assert found[9].p_value == pytest.approx(found[7].p_value)


def test_the_more_labelers_are_tested_the_less_likely_a_mark_is() -> None:
    """Of three a mark needs less than 0.05 / 3 = 0.0167: z = 0.1 / sqrt(0.0335^2 + 0.0242^2) = 2.42
    has 0.0156. Of 40 it needs 0.00125, and z = 0.1 / sqrt(0.0335^2 + 0.0066^2) = 2.93 has 0.0034.
    """
    apart, alike = fact(0.4, 0.0335), fact(0.5, 0.0335)

    three = marks({7: apart, 8: alike, 9: alike})
    forty = marks({7: apart, **dict.fromkeys(range(8, 47), alike)})

    assert (three[7].p_value, forty[7].p_value) == pytest.approx((0.0156, 0.0034), abs=5e-5)
    assert (three[7].side, three[9].side, forty[7].side) == ("below", None, None)


def test_a_fact_with_a_test_of_its_own_keeps_it() -> None:
    """Position and leniency are tested against what no habit would give, one labeler alone too."""
    own = Fact(0.4, 50, low=0.3, high=0.5, expected=0.25, p_value=0.001)

    assert marks({7: own})[7].p_value == 0.001
    assert marks({7: own})[7].side == "above"


def test_one_outlier_does_not_mark_the_others() -> None:
    """R19: nine labelers tie one pair of ten, and one ties nine. Against the mean of all, 18%, each
    of the nine was marked as below it. However much the outlier ranked, the others are the rule."""
    rule = {labeler: fact(0.1 + 0.002 * (labeler - 4), 0.008) for labeler in range(9)}

    for error in (0.008, 0.0001):
        found = marks(rule | {9: fact(0.9, error)})
        assert {labeler: one.side for labeler, one in found.items() if one.side} == {9: "above"}


def test_of_three_labelers_the_one_apart_is_marked() -> None:
    found = marks({7: fact(0.11, 0.01), 8: fact(0.10, 0.01), 9: fact(0.90, 0.01)})

    assert [found[labeler].side for labeler in (7, 8, 9)] == [None, None, "above"]


def test_labelers_who_differ_by_chance_alone_are_seldom_marked() -> None:
    """R19: of 300 teams of ten alike, in one of twenty at most somebody is marked."""
    draw = np.random.default_rng(19)
    values = draw.normal(0.3, 0.04, size=(300, 10))

    teams = [marks({n: fact(float(value), 0.04) for n, value in enumerate(row)}) for row in values]

    assert sum(any(one.side for one in found.values()) for found in teams) <= 15


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
    marked = marks({labeler: found[labeler] for labeler in range(10)})

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
    three = {6: fact(0.5, 0.01), 7: fact(0.6, 0.01), 9: fact(0.4, 0.01)}

    assert marks(three | {8: untested}) == marks(three)
    assert marks({8: untested}) == {}


@pytest.mark.parametrize("values", [[0.9], [0.9, 0.1]])
def test_of_fewer_than_three_labelers_nobody_is_marked(values: list[float]) -> None:
    """R19. The median of two is their mean: both would be marked, as far from it to either side."""
    assert marks({n: fact(value, 0.02) for n, value in enumerate(values)}) == {}
