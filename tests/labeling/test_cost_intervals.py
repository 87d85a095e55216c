"""Minutes over what they made: the quotient, its interval, and when there is none."""

import math

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.costs import minutes_each
from labeling.agreement.intervals import NUM_RESAMPLES, SEED

NONE = "Nothing was timed."


def each(minutes: list[float], number: list[float]):
    prompt = np.arange(10, 10 + len(minutes))
    return minutes_each(np.array(minutes), np.array(number), prompt=prompt, when_undefined=NONE)


def test_all_minutes_are_over_all_that_they_made() -> None:
    """1 + 2 + 3 minutes made 6 + 4 + 0 pairs: what made nothing cost something too."""
    found = each([1, 2, 3], [6, 4, 0])

    assert found.value == pytest.approx(6 / 10)
    assert (found.num_counted, found.num_prompts, found.low) == (10, 3, None)
    assert found.reason_no_interval == "An interval needs at least 5 prompts; here are 3."


def test_the_interval_is_that_of_whole_prompts_drawn_again() -> None:
    minutes, number = np.array([1.0, 2, 1, 4, 1, 3]), np.array([6.0, 6, 4, 6, 2, 0])
    generator = np.random.default_rng(SEED)
    plain = []
    for _ in range(NUM_RESAMPLES):
        drawn = generator.integers(6, size=6)
        plain.append(minutes[drawn].sum() / max(number[drawn].sum(), 1e-12))

    found = each(minutes.tolist(), number.tolist())

    assert found.value == pytest.approx(12 / 24)
    # Of 6 prompts beyond sqrt(6/5) * 2.5706 deviations: 0.00243 of the resamples on each side.
    tail = stats.norm.sf(math.sqrt(6 / 5) * 2.5706)
    assert (found.low, found.high) == pytest.approx(
        tuple(np.quantile(plain, [tail, 1 - tail])), abs=1e-4
    )


def test_twice_the_time_is_twice_the_figure_and_its_interval() -> None:
    number = [6.0, 5, 4, 6, 3, 6, 6]
    once, twice = each([1, 2, 3, 1, 2, 3, 4], number), each([2, 4, 6, 2, 4, 6, 8], number)

    assert (twice.value, twice.low, twice.high) == pytest.approx(
        (2 * once.value, 2 * once.low, 2 * once.high)
    )


def test_prompts_that_all_cost_the_same_have_no_interval_of_no_width() -> None:
    found = each([1.0] * 6, [6.0] * 6)

    assert (found.value, found.low, found.high) == (pytest.approx(1 / 6), None, None)
    assert "the same value" in found.reason_no_interval


@pytest.mark.parametrize("minutes", [[], [2.0, 1.0]])
def test_what_made_nothing_has_no_figure(minutes: list[float]) -> None:
    found = each(minutes, [0.0] * len(minutes))

    assert (found.value, found.reason_undefined) == (None, NONE)


def test_very_many_prompts_are_drawn_in_groups() -> None:
    found = each([1.0, 3.0] * 1_500, [6.0] * 3_000)

    assert found.num_prompts == 3_000
    assert found.value == pytest.approx(1 / 3)
    assert found.low < found.value < found.high
