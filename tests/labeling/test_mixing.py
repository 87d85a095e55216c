"""R85: several sources share the completions of a prompt by weight."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from labeling.mixing import allot

HALF = Fraction(1, 2)


def test_the_shares_of_a_prompt_are_rounded_to_whole_completions():
    # 9 * 3/4 = 6.75 of the first, 2.25 of the second. Sums from the offset: 0 -> 6.75 -> 9 passes
    # the whole numbers 1 to 6, then 7 to 9; from one half: 0.5 -> 7.25 -> 9.5 passes 1 to 7.
    assert allot([3, 1], 9, Fraction(0)) == [6, 3]
    assert allot([3, 1], 9, HALF) == [7, 2]
    assert allot([3, 1], 4, HALF) == [3, 1]


def test_weights_are_relative():
    assert allot([0.75, 0.25], 9, HALF) == allot([3, 1], 9, HALF) == allot([600, 200], 9, HALF)


def test_one_source_gives_everything():
    assert allot([0.1], 5, HALF) == [5]


@pytest.mark.parametrize("weights", [[0, 1, 2], [1, 0, 2], [1, 2, 0], [0, 0, 1]])
def test_a_source_without_weight_gives_nothing(weights):
    stream = random.Random(1)
    for _ in range(200):
        given = allot(weights, stream.randint(1, 9), Fraction(stream.random()))
        assert all(number == 0 for number, weight in zip(given, weights, strict=True) if not weight)


def test_whatever_the_weights_every_completion_is_given_once_and_shares_are_near():
    """Each number is the exact share rounded down or up; thirds do not lose one to rounding."""
    stream = random.Random(2)
    for _ in range(2_000):
        weights = [stream.choice([0.1, 1 / 3, 0.7, 2.5, 1e-9]) for _ in range(stream.randint(1, 9))]
        count = stream.randint(1, 256)

        given = allot(weights, count, Fraction(stream.random()))

        assert sum(given) == count
        for number, weight in zip(given, weights, strict=True):
            share = count * Fraction(weight) / sum(map(Fraction, weights))
            assert share - 1 < number < share + 1


def test_over_many_prompts_the_shares_are_exact():
    """Evenly spread offsets: 4 * 2/5 = 1.6 of 1000 prompts each is 1600, none lost to rounding."""
    totals = Counter()
    for step in range(1_000):
        for source, number in enumerate(allot([2, 2, 1], 4, Fraction(step, 1_000))):
            totals[source] += number

    assert totals == {0: 1_600, 1: 1_600, 2: 800}


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="above zero"):
        allot(weights, 4, HALF)
