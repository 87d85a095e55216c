"""Pure facts about how somebody ranks, on numbers worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.habits import (
    JudgedItems,
    contradictions,
    first_is_best,
    length_correlations,
    same_order,
    ties,
    two_sided,
)


def items(ranks, ratings=None, lengths=None) -> JudgedItems:
    rank = np.array(ranks, dtype=np.int64)
    return JudgedItems(
        rank=rank,
        rating=np.array(ratings if ratings is not None else 8 - rank, dtype=float),
        length=np.array(lengths if lengths is not None else rank, dtype=np.int64),
    )


def test_ties_are_counted_in_pairs():
    # 1 2 2 3: of six pairs one is tied; 1 1 1 1: all six.
    found = ties(items([[1, 2, 2, 3], [1, 1, 1, 1]]))

    assert (found.part.tolist(), found.whole.tolist()) == ([1, 6], [6, 6])


def test_a_contradiction_is_a_better_rating_ranked_worse():
    # Ratings 7 5 5 against ranks 2 1 3: (1, 2) is opposite, (1, 3) is not, (2, 3) is rated alike.
    found = contradictions(items([[2, 1, 3]], ratings=[[7, 5, 5]]))

    assert (found.part.tolist(), found.whole.tolist()) == ([1], [2])


def test_what_was_not_rated_contradicts_nothing():
    found = contradictions(items([[2, 1]], ratings=[[np.nan, 5]]))

    assert found.whole.tolist() == [0]


def test_several_best_completions_say_nothing_about_position():
    found = first_is_best(items([[1, 2, 3], [2, 1, 3], [1, 1, 2]]))

    assert (found.part.tolist(), found.whole.tolist()) == ([1, 0, 0], [1, 1, 0])


def test_longer_is_better_is_a_correlation_of_one():
    """Compared with SciPy's own, ties included."""
    ranks, lengths = [[1, 2, 3, 4], [1, 2, 2, 3]], [[40, 30, 20, 10], [5, 9, 9, 1]]

    found = length_correlations(items(ranks, lengths=lengths))

    expected = [
        stats.spearmanr(-np.array(rank), length).statistic
        for rank, length in zip(ranks, lengths, strict=True)
    ]
    assert found.part.tolist() == pytest.approx(expected)
    assert found.part[0] == pytest.approx(1.0)


def test_rankings_without_an_order_have_no_correlation():
    found = length_correlations(items([[1, 1, 1], [1, 2, 3]], lengths=[[1, 2, 3], [7, 7, 7]]))

    assert found.whole.tolist() == [0, 0]


def test_two_rankings_agree_on_the_pairs_that_both_order():
    # Pairs (1,2) same, (1,3) same, (2,3) tied before: two of two.
    assert same_order(np.array([1, 2, 3]), np.array([1, 2, 2])) == (2, 2)
    assert same_order(np.array([1, 2, 3]), np.array([3, 2, 1])) == (0, 3)


@pytest.mark.parametrize("num_successes", [0, 3, 10, 25])
def test_the_test_of_equal_k_is_the_exact_binomial_one(num_successes):
    expected = stats.binomtest(num_successes, 25, 0.25).pvalue

    assert two_sided(num_successes, np.full(25, 4)) == pytest.approx(expected)


def test_the_test_of_mixed_k_sums_to_one_and_does_not_overflow():
    # Of K = 4 and K = 5, one draw each: none 3/4 * 4/5 = .6, one .35, both .05.
    assert two_sided(2, np.array([4, 5])) == pytest.approx(0.05)
    assert two_sided(1, np.array([4, 5])) == pytest.approx(0.40)
    assert 0 <= two_sided(5_000, np.full(20_000, 4)) <= 1
