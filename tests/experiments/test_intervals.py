"""Intervals over a handful of seeds."""

import pytest

from experiments.intervals import mean, share


def test_the_mean_has_students_interval():
    """1, 2, 3: mean 2, deviation 1, t(0.975, 2) = 4.3027, half-width 4.3027 / sqrt(3) = 2.4841."""
    found = mean([1.0, 2.0, 3.0])

    assert (found.value, found.low, found.high) == pytest.approx((2.0, -0.4841, 4.4841), abs=1e-4)


def test_one_seed_has_no_interval():
    found = mean([0.7])

    assert (found.low, found.high) == (0.7, 0.7)


def test_none_of_eight_still_leaves_room_for_a_third():
    """Wilson: z = 1.96, 0 of 8 gives z^2 / (8 + z^2) = 3.8415 / 11.8415 = 0.3244 as upper end."""
    found = share(0, 8)

    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.3244, abs=1e-4)
    assert share(8, 8).low == pytest.approx(1 - 0.3244, abs=1e-4)
