"""How sure W and the mean tau-b of one prompt are: a jackknife over its labelers."""

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.concordance import concordance_tau, concordance_w, mean_tau_b

ORDER, SWAPPED = [1, 2, 3], [2, 1, 3]
# The reach of 95 % with four degrees of freedom, as tables have it.
T_OF_FOUR = 2.7764


def orders(*rows: list[int]):
    return np.array(rows, dtype=np.int64).reshape(len(rows), -1)


def test_the_interval_of_w_is_that_of_leaving_each_labeler_out() -> None:
    """Four say 1, 2, 3 and one swaps the first two.

    Rank sums 6, 9, 15 around 10: S = 42, W = 12 x 42 / (25 x 24) = 0.84. Without one of the four
    12 x 26 / (16 x 24) = 0.8125, without the fifth 1: around their mean 0.85 the squares add up to
    4 x 0.0375^2 + 0.15^2 = 0.028125, of which 4/5 is a variance of 0.0225, a scatter of 0.15.
    """
    found = concordance_w(orders(ORDER, ORDER, ORDER, ORDER, SWAPPED))

    assert found.value == pytest.approx(0.84)
    assert found.low == pytest.approx(0.84 - T_OF_FOUR * 0.15, abs=1e-4)
    assert found.high == 1
    assert (found.num_counted, found.num_prompts) == (5, 1)


def test_the_interval_of_tau_likewise() -> None:
    """Six couples agree (1) and four differ in one of three pairs (1/3): the mean is 11/15.

    Without one of the four 2/3, without the fifth 1: 4 x (1/15)^2 + (4/15)^2 = 20/225, of which 4/5
    is (4/15)^2.
    """
    found = concordance_tau(orders(ORDER, ORDER, ORDER, ORDER, SWAPPED))

    assert found.value == pytest.approx(11 / 15)
    assert found.low == pytest.approx(11 / 15 - T_OF_FOUR * 4 / 15, abs=1e-4)
    assert (found.high, found.num_counted) == (1, 10)


def test_the_order_in_which_labelers_stand_changes_nothing() -> None:
    rows = np.random.default_rng(5).permuted(np.tile(np.arange(1, 6), (6, 1)), axis=1)

    for figure in (concordance_w, concordance_tau):
        assert figure(rows).value == pytest.approx(figure(rows[::-1]).value)
        assert figure(rows).low == pytest.approx(figure(rows[::-1]).low)


def test_two_labelers_have_a_figure_without_an_interval() -> None:
    found = concordance_w(orders(ORDER, SWAPPED))

    assert (found.value, found.low, found.high) == (pytest.approx(0.75), None, None)
    assert found.reason_no_interval == "An interval needs at least 3 labelers; here are 2."


def test_labelers_who_all_agree_have_no_interval_of_no_width() -> None:
    found = concordance_tau(orders(ORDER, ORDER, ORDER))

    assert (found.value, found.low) == (1, None)
    assert "no scatter" in found.reason_no_interval


def test_a_figure_that_hangs_on_one_labeler_has_no_interval() -> None:
    """Without the one who orders, nobody does."""
    found = concordance_w(orders([1, 1, 1], [1, 1, 1], ORDER))

    assert found.value is not None
    assert found.reason_no_interval == "Without one of the labelers the figure is not defined."


@pytest.mark.parametrize("rows", [np.empty((0, 3), dtype=np.int64), orders(ORDER)])
def test_fewer_than_two_labelers_have_no_figure(rows) -> None:
    for found in (concordance_w(rows), concordance_tau(rows)):
        assert found.value is None
        assert "No two labelers" in found.reason_undefined


def test_the_interval_holds_the_mean_tau_of_many_labelers_about_as_often_as_it_says() -> None:
    """Labelers who see one order through noise: over 150 prompts of eight of them each."""
    rng = np.random.default_rng(7)
    draw = lambda number: stats.rankdata(np.arange(5) + rng.normal(0, 2, (number, 5)), axis=1)  # noqa: E731
    truth = mean_tau_b(draw(120).astype(np.int64))

    found = [concordance_tau(draw(8).astype(np.int64)) for _ in range(150)]

    held = np.mean([one.low <= truth <= one.high for one in found if one.low is not None])
    assert 0.9 <= held <= 1
