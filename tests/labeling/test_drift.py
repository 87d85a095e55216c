"""Drift of judges on comparisons that stay the same, and the trend of any figure (R44)."""

import numpy as np
import pytest

from labeling.agreement.drift import Period, anchor_drift, trend
from labeling.agreement.judgments import IntArray, PairJudgments, RankedItems

NUM_ANCHORS, NUM_WEEKS = 40, 8


def judged(share_of_week: list[float], seed: int = 1) -> tuple[PairJudgments, IntArray]:
    """Every anchor is judged once a week; by week, how often its better side is preferred."""
    rng = np.random.default_rng(seed)
    pair = np.tile(np.arange(NUM_ANCHORS), len(share_of_week))
    week = np.repeat(np.arange(len(share_of_week)), NUM_ANCHORS)
    share = np.array(share_of_week)[week]
    better = np.where(np.arange(NUM_ANCHORS) % 2, 1, -1)[pair]
    sign = np.where(rng.random(len(pair)) < share, better, -better)
    none = np.zeros(NUM_ANCHORS, dtype=np.int64)
    judgments = PairJudgments(pair, week, sign, np.arange(NUM_ANCHORS), none.astype(np.bool_), none)
    return judgments, week


def test_judges_who_do_not_change_stay_inside_their_band() -> None:
    """Over 60 studies of 8 weeks about 95 % of the weeks do; a band that holds all is too wide."""
    inside = [
        not point.is_outside for seed in range(60) for point in _drift([0.8] * NUM_WEEKS, seed)
    ]

    assert 0.92 <= np.mean(inside) <= 0.98


def _drift(share_of_week: list[float], seed: int = 1):
    judgments, week = judged(share_of_week, seed)
    return anchor_drift(judgments, period=week, ranking=alone(judgments))


def alone(judgments: PairJudgments) -> IntArray:
    """As if each judgment were a ranking of two."""
    return np.arange(len(judgments.pair))


def ranked(seed: int, *, num_completions: int, num_judges: int = 1) -> list[Period]:
    """Each of 40 prompts ranked by so many judges a week who never change, as Plackett and Luce."""
    rng = np.random.default_rng(seed)
    worth = np.random.default_rng(99).normal(size=(NUM_ANCHORS, num_completions))
    judges = NUM_WEEKS * num_judges
    prompt = np.tile(np.arange(NUM_ANCHORS), judges)
    shape = (len(prompt), num_completions)
    order = (-(worth[prompt] + rng.gumbel(size=shape))).argsort(axis=1).argsort(axis=1)
    items = RankedItems(
        ranking=np.repeat(np.arange(len(prompt)), num_completions),
        position=np.tile(np.arange(num_completions), len(prompt)),
        rank=order.ravel() + 1,
        length=np.zeros(order.size, dtype=np.int64),
        task=prompt,
        labeler=np.repeat(np.arange(judges), NUM_ANCHORS),
        prompt=np.arange(NUM_ANCHORS),
        has_sides=np.zeros(NUM_ANCHORS, dtype=np.bool_),
    )
    judgments, ranking = items.pair_judgments_of_rankings()
    return anchor_drift(judgments, period=ranking // (NUM_ANCHORS * num_judges), ranking=ranking)


@pytest.mark.parametrize(("num_completions", "num_judges"), [(2, 1), (5, 1), (5, 3), (9, 1)])
def test_the_pairs_of_one_ranking_do_not_narrow_the_band(
    num_completions: int, num_judges: int
) -> None:
    """R44. Counted one by one, the ten pairs of K = 5 leave one week in ten outside."""
    inside = [
        not point.is_outside
        for seed in range(40)
        for point in ranked(seed, num_completions=num_completions, num_judges=num_judges)
    ]

    assert 0.92 <= np.mean(inside) <= 0.98


def test_a_week_in_which_judges_turn_round_leaves_the_band() -> None:
    *before, last = _drift([0.85] * 12 + [0.3])

    assert last.is_outside
    assert last.value < last.low
    assert sum(point.is_outside for point in before) <= 2


def test_naming_the_sides_the_other_way_round_changes_no_point() -> None:
    judgments, week = judged([0.8, 0.6, 0.9])
    mirrored = np.where(judgments.pair % 3 == 0, -1, 1)
    turned = PairJudgments(
        judgments.pair,
        judgments.labeler,
        judgments.sign * mirrored,
        judgments.prompt,
        judgments.has_sides,
        judgments.longer,
    )

    found = anchor_drift(judgments, period=week, ranking=alone(judgments))
    assert anchor_drift(turned, period=week, ranking=alone(turned)) == found


def test_a_pair_judged_in_a_single_period_is_no_anchor() -> None:
    judgments, week = judged([0.8])

    assert anchor_drift(judgments, period=week, ranking=alone(judgments)) == []


def test_a_small_period_says_how_many_more_comparisons_it_needs() -> None:
    part, whole = np.ones(30), np.ones(30)
    period = np.array([1] * 25 + [2] * 5)

    first, second = trend(part, whole, period=period)

    assert first.value == 1
    assert (second.value, second.is_outside) == (None, False)
    assert second.reason_undefined == "Only 5 comparisons; 15 more are needed."


def test_the_trends_band_is_as_wide_as_prompts_scatter() -> None:
    # Comparisons of one prompt all say the same here: 20 of them weigh as one draw.
    rng = np.random.default_rng(4)
    whole = np.full(50, 20.0)
    part = whole * (rng.random(50) < 0.7)

    (point,) = trend(part, whole, period=np.zeros(50, dtype=np.int64))

    share = part.sum() / whole.sum()
    reach = 1.96 * np.sqrt(share * (1 - share) / 50)
    assert point.expected == share
    assert np.isclose(point.high - share, reach, rtol=0.01)


def test_no_comparison_makes_no_trend() -> None:
    none = np.zeros(0)

    assert trend(none, none, period=np.zeros(0, dtype=np.int64)) == []
