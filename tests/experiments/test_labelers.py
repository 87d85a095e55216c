"""Simulated labelers answer as a Bradley-Terry model of the known utility says."""

import math
import random

import pytest

from experiments.labelers import coin_ranks, ranks


def share_preferring_first(utilities, noise, *, draws=4000):
    generator = random.Random(1)
    orders = [ranks(utilities, generator, noise=noise) for _ in range(draws)]
    return sum(order[0] < order[1] for order in orders) / draws


def test_without_noise_the_order_is_the_truth():
    assert ranks([0.5, 2.0, -1.0], random.Random(1), noise=0.0) == [2, 1, 3]


def test_completions_of_one_utility_tie_whatever_the_noise():
    generator = random.Random(1)

    for _ in range(50):
        first, middle, last = ranks([1.0, 0.3, 1.0], generator, noise=5.0)

        assert first == last
        assert {first, middle} == {1, 2}


@pytest.mark.parametrize(("gap", "noise"), [(1.0, 1.0), (1.0, 0.5), (0.2, 1.0)])
def test_a_pair_is_ordered_rightly_as_often_as_the_model_says(gap, noise):
    """RM12: sigmoid(1) = 0.731, sigmoid(2) = 0.881, sigmoid(0.2) = 0.550."""
    expected = 1 / (1 + math.exp(-gap / noise))

    # Four standard errors of 4000 draws are at most 0.032.
    assert share_preferring_first([gap, 0.0], noise) == pytest.approx(expected, abs=0.032)


def test_the_other_completions_of_a_ranking_do_not_change_what_a_pair_gets():
    """RM12: every pair of a K-wise ranking is a Bradley-Terry comparison."""
    crowd = [1.0, 0.0, 3.0, -2.0, 0.5, 0.9]

    assert share_preferring_first(crowd, 1.0) == pytest.approx(0.731, abs=0.032)


def test_who_tosses_coins_says_nothing_about_a_text():
    generator = random.Random(1)
    orders = [coin_ranks(3, generator) for _ in range(3000)]

    assert all(sorted(order) == [1, 2, 3] for order in orders)
    assert sum(order[0] == 1 for order in orders) / 3000 == pytest.approx(1 / 3, abs=0.035)
