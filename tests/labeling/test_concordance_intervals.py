"""How sure W, the mean tau-b and the agreement on one prompt are: a jackknife over its labelers."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.concordance import (
    concordance_share,
    concordance_tau,
    concordance_w,
    mean_tau_b,
)
from labeling.agreement.intervals import Figure
from labeling.preferences import pair_sign_columns

ORDER, SWAPPED = [1, 2, 3], [2, 1, 3]
# The reach of 95 % with four degrees of freedom, as tables have it.
T_OF_FOUR = 2.7764
TOO_FEW = "Too few labelers for a useful interval: 5 are needed."


def orders(*rows: list[int]):
    return np.array(rows, dtype=np.int64).reshape(len(rows), -1)


def share_of(ranks) -> Figure:
    """As the rows of two labelers on a prompt have it."""
    _, _, signs = pair_sign_columns(ranks)
    couples = np.array(list(combinations(range(len(ranks)), 2)), dtype=np.int64).reshape(-1, 2)
    apart = np.abs(signs[couples[:, 0]] - signs[couples[:, 1]])
    num_pairs = np.full(len(couples), float(signs.shape[1]))
    return concordance_share(couples, (1 - apart / 2).sum(axis=1), num_pairs)


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


def test_who_tied_everything_is_in_no_couple_that_the_mean_is_over() -> None:
    """R46. Of three labelers one couple counts; a sixth who tied everything changes nothing."""
    alike = concordance_tau(orders(ORDER, ORDER, [1, 1, 1]))
    six = concordance_tau(orders(ORDER, ORDER, ORDER, ORDER, SWAPPED, [1, 1, 1]))
    four = concordance_tau(orders(ORDER, ORDER, ORDER, SWAPPED, [1, 1, 1]))
    one = concordance_tau(orders(ORDER, [1, 1, 1]))

    assert (alike.value, alike.num_counted) == (1, 1)
    assert six == concordance_tau(orders(ORDER, ORDER, ORDER, ORDER, SWAPPED))
    assert (four.num_counted, four.reason_no_interval) == (6, TOO_FEW)
    assert (one.value, one.num_counted) == (None, 0)


def test_the_interval_of_the_share_of_same_answers_likewise() -> None:
    """R46. Six couples agree on all three pairs and four on two: 26 of 30.

    Without one of the four 15/18, without the fifth 1: 4 x (1/30)^2 + (4/30)^2 = 20/900, of which
    4/5 is (4/30)^2.
    """
    found = share_of(orders(ORDER, ORDER, ORDER, ORDER, SWAPPED))

    assert found.value == pytest.approx(26 / 30)
    assert found.low == pytest.approx(26 / 30 - T_OF_FOUR * 4 / 30, abs=1e-4)
    assert (found.high, found.num_counted, found.num_prompts) == (1, 30, 1)


def test_a_tie_against_a_preference_is_half_a_point_and_two_labelers_have_no_interval() -> None:
    """Of three pairs one is ordered alike, one tied by one of the two, one ordered otherwise."""
    found = share_of(orders([1, 2, 3], [1, 3, 1]))

    assert (found.value, found.num_counted, found.low) == (pytest.approx(1.5 / 3), 3, None)
    assert found.reason_no_interval == TOO_FEW


def test_a_share_that_hangs_on_one_labeler_has_no_interval() -> None:
    """The others never judged the same pair as each other."""
    met = np.array([[1, 2], [1, 3], [1, 4], [1, 5]], dtype=np.int64)

    found = concordance_share(met, np.array([1.0, 0.0, 1.0, 0.0]), np.ones(4))

    assert found.value == 0.5
    assert found.reason_no_interval == "Without one of the labelers the figure is not defined."


def test_a_prompt_that_nobody_else_judged_has_no_share() -> None:
    found = share_of(orders(ORDER))

    assert (found.value, found.num_counted) == (None, 0)
    assert "No two labelers" in found.reason_undefined


def test_the_order_in_which_labelers_stand_changes_nothing() -> None:
    rows = np.random.default_rng(5).permuted(np.tile(np.arange(1, 6), (6, 1)), axis=1)

    for figure in (concordance_w, concordance_tau):
        assert figure(rows).value == pytest.approx(figure(rows[::-1]).value)
        assert figure(rows).low == pytest.approx(figure(rows[::-1]).low)


def test_two_labelers_have_a_figure_without_an_interval() -> None:
    found = concordance_w(orders(ORDER, SWAPPED))

    assert (found.value, found.low, found.high) == (pytest.approx(0.75), None, None)
    assert found.reason_no_interval == TOO_FEW


@pytest.mark.parametrize("num_labelers", [3, 4])
def test_three_or_four_labelers_have_no_interval_that_spans_the_scale(num_labelers: int) -> None:
    """R46. Of one order through noise it would be from 0 to 1 of three, 0.64 wide of four."""
    rows = orders(ORDER, SWAPPED, [1, 3, 2], [2, 3, 1])[:num_labelers]

    for found in (concordance_w(rows), concordance_tau(rows), share_of(rows)):
        assert found.value is not None
        assert (found.low, found.high, found.reason_no_interval) == (None, None, TOO_FEW)


def test_labelers_who_all_agree_have_no_interval_of_no_width() -> None:
    found = concordance_tau(orders(*[ORDER] * 5))

    assert (found.value, found.low) == (1, None)
    assert "no scatter" in found.reason_no_interval


def test_a_figure_that_hangs_on_one_labeler_has_no_interval() -> None:
    """Without the one who orders, nobody does."""
    found = concordance_w(orders(*[[1, 1, 1]] * 4, ORDER))

    assert found.value is not None
    assert found.reason_no_interval == "Without one of the labelers the figure is not defined."


@pytest.mark.parametrize("rows", [np.empty((0, 3), dtype=np.int64), orders(ORDER)])
def test_fewer_than_two_labelers_have_no_figure(rows) -> None:
    for found in (concordance_w(rows), concordance_tau(rows)):
        assert found.value is None
        assert "No two labelers" in found.reason_undefined


@pytest.mark.parametrize("num_labelers", [5, 8])
def test_the_interval_holds_the_figure_of_many_labelers_about_as_often_as_it_says(
    num_labelers: int,
) -> None:
    """Labelers who see one order through noise: over 150 prompts of so many of them each."""
    rng = np.random.default_rng(7)
    draw = lambda number: stats.rankdata(np.arange(5) + rng.normal(0, 2, (number, 5)), axis=1)  # noqa: E731
    truths = [mean_tau_b(draw(120).astype(np.int64)), share_of(draw(120).astype(np.int64)).value]

    rankings = [draw(num_labelers).astype(np.int64) for _ in range(150)]

    for truth, figure in zip(truths, (concordance_tau, share_of), strict=True):
        found = [one for one in map(figure, rankings) if one.low is not None]
        held = np.mean([one.low <= truth <= one.high for one in found])
        assert 0.9 <= held <= 1
