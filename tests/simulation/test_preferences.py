"""The known preference of simulated labelers, on numbers small enough to work out by hand."""

import random

import pytest

from simulation.preferences import (
    NoisyPreference,
    length_penalty,
    likert,
    repetition,
    tiers,
    topic_overlap,
    utility,
    warmth,
    words_of,
)


def test_warmth_counts_warm_minus_cold_words_per_ten() -> None:
    # Two warm words, one cold: a balance of 1 in 10 words.
    words = words_of("The happy dog was sad, then his friend came to")

    assert len(words) == 10
    assert warmth(words) == 1.0


def test_warmth_is_bounded_so_that_a_list_of_warm_words_cannot_win_for_ever() -> None:
    assert warmth(["happy"] * 50) == 2.0


def test_repetition_is_the_share_of_runs_seen_before() -> None:
    # a b c a b c gives the runs abc, bca, cab, abc: one of four was there before.
    assert repetition(["a", "b", "c", "a", "b", "c"]) == pytest.approx(0.25)
    assert repetition(["a", "b"]) == 0.0


def test_topic_overlap_ignores_words_that_carry_no_topic() -> None:
    # Of "red kite flew", only "kite" is taken up.
    assert topic_overlap("The red kite flew", ["kite"]) == pytest.approx(1 / 3)


def test_length_is_free_inside_the_band() -> None:
    assert length_penalty(0) == 1.0
    assert length_penalty(15) == 0.0
    assert length_penalty(120) == 0.0
    assert length_penalty(180) == pytest.approx(0.5)
    assert length_penalty(1000) == 1.0


def test_utility_adds_up_its_parts() -> None:
    # 16 words, one of them warm: 10/16; finished; one of the two topic words, "cat" and "sleeps".
    text = "The cat saw a happy bird on the green tree and it ran to the house."

    expected = 1.2 * (10 / 16) + 0.6 + 0.8 * 0.5
    assert len(words_of(text)) == 16
    assert utility("The cat sleeps", text) == pytest.approx(expected)


def test_steps_smaller_than_the_gap_are_ties_and_ranks_are_dense() -> None:
    # Sorted: 3.0, 2.95 (tie), 1.0, 0.2.
    assert tiers([1.0, 3.0, 0.2, 2.95], tie_gap=0.1) == (2, 1, 3, 1)
    assert tiers([1.0, 1.0, 1.0, 1.0], tie_gap=0.1) == (1, 1, 1, 1)


def test_ratings_stay_between_one_and_seven() -> None:
    assert [likert(value) for value in (-9.0, 1.0, 2.0, 9.0)] == [1, 4, 5, 7]


def test_without_noise_the_order_is_the_truth() -> None:
    texts = ["He was sad.", "She was happy and kind and they played together with her friend."]

    judgment = NoisyPreference(noise=0.0).judge("A day", texts, random.Random(0))

    assert judgment.ranks == (2, 1)


def test_noise_orders_a_pair_as_bradley_terry_says() -> None:
    """A gap of g is seen rightly with probability 1 / (1 + exp(-g / noise))."""
    texts = ["It was day.", "It was day. They smiled."]
    gap = utility("x", texts[1]) - utility("x", texts[0])
    preference = NoisyPreference(noise=gap, tie_gap=0.0)
    generator = random.Random(7)

    seen = [preference.judge("x", texts, generator).ranks == (2, 1) for _ in range(4000)]

    # 1 / (1 + e^-1) = 0.7311; the standard error of 4,000 draws is 0.007.
    assert sum(seen) / len(seen) == pytest.approx(0.7311, abs=0.025)
