"""Scores beside the limits that noisy labels set, on numbers worked out by hand."""

import math

import pytest

from experiments.judged import judged
from training.ml.records import RankedPrompt

# Four completions; three labelers. The truth is a > b > c = d.
UTILITY = {"a": 2.0, "b": 1.0, "c": 0.0, "d": 0.0}
RANKED = RankedPrompt(
    prompt_id="p",
    prompt="Say it.",
    completion_ids=("a", "b", "c", "d"),
    completions=("four", "three", "sixty six", "seven"),
    labelers=("1", "2"),
    # The first labeler follows the truth; the second puts b before a.
    rankings=((1, 2, 3, 3), (2, 1, 3, 3)),
    split="validation",
)


def reached(score_of, noise=1.0):
    return judged([RANKED], score_of, UTILITY, noise=noise)


def test_the_ceiling_is_what_the_truth_reaches_on_the_same_labels():
    """Each labeler makes 5 strict pairs of 6; the truth misses b over a, so 9 of 10."""
    found = reached({"a": 1.0, "b": 2.0, "c": 0.5, "d": -1.0})

    assert found["num_pairs"] == 10
    assert found["tied_share"] == pytest.approx(1 / 6)
    assert found["ceiling"] == pytest.approx(0.9)


def test_a_score_is_compared_with_the_labels_and_with_the_truth_behind_them():
    """The score has b over a as the second labeler: right on 9 labels, on 8 of 10 true orders."""
    found = reached({"a": 1.0, "b": 2.0, "c": 0.5, "d": -1.0})

    assert found["accuracy"] == pytest.approx(0.9)
    assert found["truth_accuracy"] == pytest.approx(0.8)


def test_a_score_that_says_nothing_is_right_half_the_time():
    found = reached(dict.fromkeys("abcd", 0.0))

    assert (found["accuracy"], found["truth_accuracy"]) == (0.5, 0.5)
    assert found["log_loss"] == pytest.approx(math.log(2))


def test_the_entropy_floor_is_the_log_loss_of_the_truth_at_its_noise():
    """Margins over noise 2: a-b .5 and -.5 once each, a-c and a-d 1 four times, b-c, b-d .5."""

    def lost(margin):
        return math.log1p(math.exp(-margin))

    expected = (lost(0.5) + lost(-0.5) + 4 * lost(1.0) + 4 * lost(0.5)) / 10

    assert reached(UTILITY, noise=2.0)["entropy_floor"] == pytest.approx(expected)


def test_the_longer_text_is_a_baseline():
    """Lengths 4, 5, 9, 5: of (a,b) (a,c) (a,d) (b,c) (b,d) twice, b over a is right once and
    b against d is a tie, half right, twice: 2 of 10.
    """
    assert reached(UTILITY)["length_accuracy"] == pytest.approx(0.2)
