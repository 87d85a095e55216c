"""Accuracy, its interval, the baselines and calibration on numbers a hand can check (R63, RM12)."""

import math

import numpy as np
import pytest

from training.ml.evaluation import (
    NUM_RESAMPLES,
    Comparisons,
    accuracy,
    accuracy_by,
    agreement_buckets,
    calibration_error,
    calibration_error_interval,
    chance,
    log_loss,
    log_loss_interval,
    reliability,
)
from training.ml.seeding import derive_seed


def comparisons(pairs, prompts):
    return Comparisons(np.array(pairs).reshape(-1, 2).astype(int), np.array(prompts, dtype=int))


# Completions 0, 1, 2 belong to the first prompt, 3 and 4 to the second.
SCORES = np.array([2.0, 1.0, 1.0, 0.0, 3.0])
PAIRS = comparisons([(0, 1), (1, 2), (2, 0), (3, 4)], [0, 0, 0, 1])


def test_accuracy_counts_right_pairs_and_half_of_equal_scores():
    """R63, RM8: right, equal, wrong, wrong -> 1.5 of 4."""
    found = accuracy(PAIRS, SCORES, seed=1)

    assert found["value"] == pytest.approx(0.375)
    assert (found["num_pairs"], found["num_prompts"]) == (4, 2)


def test_the_interval_resamples_prompts_and_holds_the_value():
    """R63: prompts score 0.5 and 0; drawn twice with replacement they give 0 to 0.5."""
    found = accuracy(PAIRS, SCORES, seed=1)

    assert (found["low"], found["high"]) == (0.0, 0.5)
    assert accuracy(PAIRS, SCORES, seed=1) == found


def test_one_prompt_has_no_interval_and_no_pair_has_no_value():
    """R63: nothing is made up where nothing is held out."""
    single = accuracy(comparisons([(0, 1)], [0]), SCORES, seed=1)
    nothing = accuracy(comparisons([], []), SCORES, seed=1)

    assert (single["value"], single["low"], single["high"]) == (1.0, None, None)
    assert nothing["value"] is None
    assert log_loss(comparisons([], []), SCORES) is None
    assert calibration_error(comparisons([], []), SCORES) is None
    assert chance(comparisons([], []), 0, seed=1)["value"] is None


def test_each_labeler_has_an_accuracy_of_their_own():
    """R63: amina judged the first two pairs, otto the others."""
    found = accuracy_by(PAIRS, SCORES, np.array(["amina", "amina", "otto", "otto"]), seed=1)

    assert {name: figure["value"] for name, figure in found.items()} == {"amina": 0.75, "otto": 0.0}
    # Amina judged pairs of one prompt only: no interval is made up. Otto's lie on two.
    assert (found["amina"]["low"], found["amina"]["num_prompts"]) == (None, 1)
    assert (found["otto"]["high"], found["otto"]["num_prompts"]) == (0.0, 2)


def test_each_labeler_has_a_log_loss_with_an_interval_too():
    """R63: amina's margins 1 and 0 cost 0.313 and 0.693, otto's -1 and -3 cost 1.313 and 3.049."""
    found = accuracy_by(PAIRS, SCORES, np.array(["amina", "amina", "otto", "otto"]), seed=1)

    amina, otto = (found[name]["log_loss"] for name in ("amina", "otto"))
    assert amina["value"] == pytest.approx((0.313262 + 0.693147) / 2, abs=1e-6)
    assert (amina["low"], amina["high"]) == (None, None)
    assert otto["value"] == pytest.approx((1.313262 + 3.048587) / 2, abs=1e-6)
    # Two prompts, drawn twice: the same one may come both times.
    assert (otto["low"], otto["high"]) == pytest.approx((1.313262, 3.048587), abs=1e-6)
    whole = log_loss_interval(PAIRS, SCORES, seed=1)
    assert whole[0] < log_loss(PAIRS, SCORES) < whole[1]


def test_pairs_are_grouped_by_how_far_their_labelers_agree():
    """R63: one labeler, two alike, two against one, one against one."""
    judged = comparisons(
        [(0, 1), (2, 3), (2, 3), (4, 5), (4, 5), (5, 4), (6, 7), (7, 6)], [0, 1, 1, 2, 2, 2, 3, 3]
    )

    assert agreement_buckets(judged).tolist() == [
        "single", "unanimous", "unanimous", "majority", "majority", "minority", "split", "split"
    ]  # fmt: skip
    assert agreement_buckets(comparisons([], [])).tolist() == []


def test_the_reliability_curve_sets_being_right_beside_being_sure():
    """R63, RM12: margins 0, 0, -1, -3 are sure to .5, .5, .731, .953; right half, half, no, no."""
    judged = comparisons([(1, 2), (2, 1), (1, 0), (3, 4)], [0, 0, 0, 1])

    curve = reliability(judged, SCORES)

    assert [bucket["num_pairs"] for bucket in curve] == [2, 1, 1]
    assert [bucket["accuracy"] for bucket in curve] == [0.5, 0.0, 0.0]
    assert [bucket["confidence"] for bucket in curve] == pytest.approx([0.5, 0.731059, 0.952574])
    # Two pairs without a gap, two that were sure and wrong: (0.731 + 0.953) / 4.
    assert calibration_error(judged, SCORES) == pytest.approx(0.420908, abs=1e-6)


def test_each_bin_of_the_curve_has_an_interval_of_its_own():
    """R63: a share of 1 of 1 is 0.207 to 1 by Wilson; half of 2 is 0.095 to 0.905."""
    judged = comparisons([(1, 2), (2, 1), (0, 1)], [0, 0, 0])

    curve = reliability(judged, SCORES)

    found = [(bucket["accuracy_low"], bucket["accuracy_high"]) for bucket in curve]
    assert found[0] == pytest.approx((0.094529, 0.905471), abs=1e-5)
    assert found[1] == pytest.approx((0.206549, 1.0), abs=1e-5)


def test_the_calibration_error_has_an_interval_over_prompts():
    """R63, RM12: prompts err by 0.269 and 0.953 a pair; drawn twice with replacement, by as much
    or by their mean. One prompt makes no interval up."""
    judged = comparisons([(0, 1), (3, 4)], [0, 1])

    low, high = calibration_error_interval(judged, SCORES, seed=1)

    # 1 - sigmoid(1) and sigmoid(3), in different bins.
    assert (low, high) == pytest.approx((0.268941, 0.952574), abs=1e-6)
    assert low <= calibration_error(judged, SCORES) <= high
    assert calibration_error_interval(comparisons([(0, 1)], [0]), SCORES, seed=1) == (None, None)
    assert calibration_error_interval(comparisons([], []), SCORES, seed=1) == (None, None)


def test_the_interval_of_the_calibration_error_is_that_of_a_plain_bootstrap():
    """R63: the same draws, every resample built pair by pair."""
    stream = np.random.default_rng(3)
    score_N = stream.normal(size=40)
    pairs = [(2 * i, 2 * i + 1) for i in range(20)]
    prompts = [i // 3 for i in range(20)]
    judged = comparisons(pairs, prompts)

    low, high = calibration_error_interval(judged, score_N, seed=7)

    draws, errors = np.random.default_rng(derive_seed(7, "bootstrap")), []
    for _ in range(NUM_RESAMPLES):
        chosen = draws.integers(7, size=7)
        again = [pair for c in chosen for pair, p in zip(pairs, prompts, strict=True) if p == c]
        errors.append(calibration_error(comparisons(again, [0] * len(again)), score_N))
    assert (low, high) == pytest.approx(np.percentile(errors, (2.5, 97.5)).tolist(), abs=1e-9)


def test_each_labeler_has_a_calibration_error_too():
    """R63: Amina's pair is right at 0.731, Otto's wrong at 0.953."""
    judged = comparisons([(0, 1), (3, 4)], [0, 1])

    found = accuracy_by(judged, SCORES, np.array(["amina", "otto"]), seed=1)

    errors = {name: figure["calibration_error"] for name, figure in found.items()}
    assert errors["amina"]["value"] == pytest.approx(0.268941, abs=1e-6)
    assert errors["otto"]["value"] == pytest.approx(0.952574, abs=1e-6)
    assert (errors["otto"]["low"], errors["otto"]["high"]) == (None, None)


def test_log_loss_of_equal_scores_is_a_coins():
    """R63."""
    one_right = comparisons([(0, 1)], [0])

    assert log_loss(comparisons([(1, 2)], [0]), SCORES) == pytest.approx(math.log(2))
    # log(1 + e^-1)
    assert log_loss(one_right, SCORES) == pytest.approx(0.313262, abs=1e-6)


def test_chance_covers_a_half_and_narrows_with_more_pairs():
    """R63: 4 pairs leave luck wide, 200 do not."""
    pairs = comparisons([(2 * i, 2 * i + 1) for i in range(200)], range(200))

    few, many = chance(PAIRS, 5, seed=1), chance(pairs, 400, seed=1)

    assert few["low"] <= 0.25 < 0.75 <= few["high"]
    # Two deviations of 200 coins: 0.5 -+ 0.07.
    assert many["low"] == pytest.approx(0.43, abs=0.015)
    assert many["high"] == pytest.approx(0.57, abs=0.015)


def test_a_labeler_who_follows_bradley_terry_is_called_calibrated():
    """RM12: P(first preferred) = sigmoid(score gap) gives an error below 0.03; doubled, above."""
    stream = np.random.default_rng(5)
    score_N = stream.normal(size=20_000)
    left, right = np.arange(0, 20_000, 2), np.arange(1, 20_000, 2)
    prefers_left = stream.random(10_000) < 1 / (1 + np.exp(score_N[right] - score_N[left]))
    pair_P2 = np.where(prefers_left[:, None], np.c_[left, right], np.c_[right, left])
    judged = Comparisons(pair_P2, np.arange(10_000))

    assert calibration_error(judged, score_N) < 0.03
    assert calibration_error(judged, 2 * score_N) > 0.06
