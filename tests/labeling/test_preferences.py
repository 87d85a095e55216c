"""Ranks to pairs on hand-worked orders (R28, R29)."""

from hypothesis import given
from hypothesis import strategies as st

from labeling.preferences import dense_ranks, pair_counts, pair_signs, preference_pairs

RANKS = st.lists(st.one_of(st.none(), st.integers(1, 9)), max_size=9)


def test_a_strict_order_of_nine_gives_thirty_six_pairs():
    """R29."""
    pairs = preference_pairs([1, 2, 3, 4, 5, 6, 7, 8, 9])

    # C(9, 2) = 36, and the smaller position is the better one in every pair.
    assert len(pairs) == 36
    assert all(preferred < other for preferred, other in pairs)


def test_an_order_with_everything_tied_gives_no_pair():
    """R29."""
    assert preference_pairs([1] * 9) == []
    assert pair_counts([1] * 9)[1] == 36


def test_a_gap_in_the_ranks_changes_nothing():
    """R28."""
    assert dense_ranks([1, 3, 3]) == dense_ranks([1, 2, 2]) == [1, 2, 2]
    assert preference_pairs([1, 3, 3]) == preference_pairs([1, 2, 2]) == [(0, 1), (0, 2)]


def test_the_preferred_completion_comes_first_in_its_pair():
    # Third is best, first and second tie behind it, fourth is last: 6 pairs less 1 tie.
    ranks = [2, 2, 1, 3]

    assert sorted(preference_pairs(ranks)) == [(0, 3), (1, 3), (2, 0), (2, 1), (2, 3)]
    assert pair_counts(ranks)[1] == 1
    assert list(pair_signs(ranks)) == [
        (0, 1, 0),
        (0, 2, -1),
        (0, 3, 1),
        (1, 2, -1),
        (1, 3, 1),
        (2, 3, 1),
    ]


def test_a_completion_that_was_not_judged_is_in_no_pair():
    ranks = [2, None, 1]

    assert preference_pairs(ranks) == [(2, 0)]
    assert dense_ranks([5, None, 3]) == [2, None, 1]


def test_nothing_judged_gives_nothing():
    assert preference_pairs([]) == preference_pairs([None, None]) == preference_pairs([1]) == []


@given(RANKS)
def test_normalising_twice_is_normalising_once(ranks):
    dense = dense_ranks(ranks)

    assert dense_ranks(dense) == dense
    judged = {rank for rank in dense if rank is not None}
    assert judged == set(range(1, len(judged) + 1))


@given(RANKS)
def test_normalising_keeps_every_pair(ranks):
    assert preference_pairs(dense_ranks(ranks)) == preference_pairs(ranks)


@given(RANKS)
def test_pairs_and_ties_add_up_to_all_judged_pairs(ranks):
    num_judged = sum(rank is not None for rank in ranks)

    total = len(preference_pairs(ranks)) + pair_counts(ranks)[1]

    assert total == num_judged * (num_judged - 1) // 2


@given(RANKS)
def test_turning_the_order_round_turns_every_pair_round(ranks):
    reversed_ranks = [None if rank is None else 10 - rank for rank in ranks]

    turned = {(other, preferred) for preferred, other in preference_pairs(ranks)}

    assert set(preference_pairs(reversed_ranks)) == turned
