"""Strengths, head to head and rank clusters, on textbook tables, SciPy and real rankings (R38)."""

import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from benchmarks.reference_judgments import (
    log_strengths_by_scipy,
    translated_models,
    wins_one_by_one,
)
from labeling.agreement.bradley_terry import (
    bradley_terry,
    clusters,
    is_connected,
    log_strengths,
    win_probability,
)
from labeling.agreement.contests import Contests, RankedModels, contests_of, head_to_head
from tests.reference_data import reference_data


def classic(name: str) -> Any:
    return json.loads(reference_data("classics.json").read_text())[name]


def fitted(wins: Any) -> Any:
    return log_strengths(np.array(wins, dtype=float)[None])[0]


def test_the_four_teams_of_the_textbook() -> None:
    table = classic("bradley_terry_4teams")

    assert np.exp(fitted(table["data"])).round(4).tolist() == table["expected"]


def test_the_baseball_season_of_the_textbook() -> None:
    table = classic("bradley_terry_baseball1987")

    strength = fitted(table["wins"])

    found = (strength - strength[-1]).round(3).tolist()
    assert found == table["expected_log_ability_rel_to_last"]


def test_the_citations_of_the_textbook() -> None:
    table = classic("bradley_terry_citations")

    strength = fitted(table["wins"])

    found = (strength - strength[0]).round(3).tolist()
    assert found == table["expected_log_ability_rel_to_first"]


def test_the_chance_of_winning_is_elos_expected_score() -> None:
    table = classic("elo_5games")
    per_point = np.log(10) / 400

    score = win_probability((table["rating"] - np.array(table["opponents"])) * per_point).sum()

    assert abs(score - table["expected"]["expected_score"]) < 0.001
    rating = table["rating"] + table["K"] * (table["score"] - score)
    assert round(float(rating), 1) == table["expected"]["new_rating"]


@pytest.mark.parametrize("seed", range(6))
def test_strengths_equal_a_general_optimisers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wins = rng.integers(1, 30, size=(7, 7)) * rng.random((7, 7)) * (1 - np.eye(7))

    assert fitted(wins) == pytest.approx(log_strengths_by_scipy(wins), abs=1e-5)


def test_a_stack_of_tables_is_fitted_as_one_by_one() -> None:
    rng = np.random.default_rng(9)
    wins = rng.integers(1, 9, size=(5, 4, 4)).astype(float)

    assert log_strengths(wins) == pytest.approx(np.stack([fitted(table) for table in wins]))


def contests_won(*won: tuple[int, int], num_models: int) -> Contests:
    """(who won, who lost), each of a prompt of its own."""
    winner, loser = np.array(won).T
    first, second = np.minimum(winner, loser), np.maximum(winner, loser)
    return Contests(np.arange(len(won)), first, second, (winner == first).astype(float), num_models)


# 1 and 2 beat each other: of them alone there are strengths.
BOTH_WAYS = ((1, 2), (1, 2), (1, 2), (2, 1))


def test_a_model_that_never_lost_has_no_strength_by_name_and_the_others_have_theirs() -> None:
    """Nothing ever beats model a, and d beats nothing; e and f were compared with each other."""
    assert not is_connected(np.array([[[0, 2, 0], [0, 0, 3], [0, 1, 0]]], dtype=float))[0]
    contests = contests_won((0, 1), (0, 1), *BOTH_WAYS, (2, 3), (4, 5), num_models=6)

    found = bradley_terry(contests, names=["a", "b", "c", "d", "e", "f"])

    b, c = found[:2]
    assert (b.model, c.model, b.num_contests) == (1, 2, 4)
    assert b.log_strength == pytest.approx(np.log(3) / 2)
    assert c.log_strength == pytest.approx(-np.log(3) / 2)
    assert (b.rank, c.rank) == (1, 2)
    reasons = {one.model: one.reason_undefined for one in found[2:]}
    assert [one.log_strength for one in found[2:]] == [None] * 4
    assert "a was never beaten or tied by a model that has a strength" in reasons[0]
    assert "d never beat or tied a model that has a strength" in reasons[3]
    assert "infinitely low" in reasons[3]
    assert "Nothing says whether e is stronger" in reasons[4]
    assert found[2].num_contests == 2


def test_of_two_groups_the_larger_has_strengths_and_of_two_alike_the_one_judged_more() -> None:
    three = ((0, 1), (1, 0), (0, 2), (2, 0))
    two = ((3, 4), (4, 3), (3, 4), (4, 3), (3, 4), (4, 3))

    assert defined(contests_won(*three, *two, num_models=5)) == {0, 1, 2}
    assert defined(contests_won((0, 1), (1, 0), *two, num_models=5)) == {3, 4}


def defined(contests: Contests) -> set[int]:
    return {one.model for one in bradley_terry(contests) if one.log_strength is not None}


def test_where_each_model_beat_only_the_next_none_has_a_strength_and_each_says_why() -> None:
    found = bradley_terry(contests_won((0, 1), (1, 2), num_models=4), names=["a", "b", "c", "d"])

    reasons = [one.reason_undefined or "" for one in found]
    assert {one.log_strength for one in found} == {None}
    assert "a was never beaten" in reasons[0]
    assert "No model that b beat has beaten it" in reasons[1]
    assert "c never beat" in reasons[2]
    assert "Nothing says whether d" in reasons[3]


def test_an_unbeaten_model_beside_others_leaves_them_their_intervals() -> None:
    """As if it had not been there."""
    judged = judged_models(8)
    unbeaten = Contests(
        prompt=np.concatenate([judged.prompt, [0, 1]]),
        first=np.concatenate([judged.first, [0, 1]]),
        second=np.concatenate([judged.second, [4, 4]]),
        score=np.concatenate([judged.score, [0.0, 0.0]]),
        num_models=5,
    )

    *others, last = bradley_terry(unbeaten)

    assert others == bradley_terry(judged)
    assert (last.model, last.log_strength, last.num_contests) == (4, None, 2)


@pytest.mark.parametrize(
    ("prompts", "reason"),
    [
        # The last prompt alone has model b win, and many resamples lack it.
        ((0, 1, 2, 3, 4, 5), "In more than 5% of the resamples of prompts some model never beats"),
        ((0, 1, 2, 2, 2, 2), "An interval needs at least 5 prompts; here are 3."),
        ((0, 0, 0, 0, 0, 0), "An interval needs at least 5 prompts; here is 1."),
    ],
)
def test_a_strength_without_an_interval_says_why(prompts: tuple[int, ...], reason: str) -> None:
    """R38: an interval, or the reason why there is none."""
    contests = contests_won((0, 1), (0, 1), (0, 1), (0, 1), (0, 1), (1, 0), num_models=2)

    found = bradley_terry(replace(contests, prompt=np.array(prompts)))

    assert [(one.low, one.high, one.rank_low) for one in found] == [(None, None, None)] * 2
    for one in found:
        assert reason in (one.reason_no_interval or "")
    assert [one.reason_no_interval for one in bradley_terry(judged_models(8))] == [None] * 4


def test_no_contest_is_said_too() -> None:
    none = np.zeros(0, dtype=np.int64)

    (only,) = bradley_terry(Contests(none, none, none, np.zeros(0), 1))

    assert only.reason_undefined == "No two models were compared yet."


def ranked(*rankings: tuple[int, int, list[tuple[int, int]]]) -> RankedModels:
    """(task, prompt, [(model, rank)])."""
    rows = [
        (number, task, prompt, model, rank)
        for number, (task, prompt, items) in enumerate(rankings)
        for model, rank in items
    ]
    return RankedModels(*np.array(rows, dtype=np.int64).T)


def test_samples_and_judges_of_a_task_are_averaged_to_one_contest() -> None:
    # Task 1, two judges: model 0 above model 1, and a tie: 3/4. Two samples of model 0 in task 2,
    # one above and one below model 1: 1/2.
    found = contests_of(
        ranked(
            (1, 10, [(0, 1), (1, 2)]),
            (1, 10, [(1, 1), (0, 1)]),
            (2, 11, [(0, 1), (1, 2), (0, 3)]),
        ),
        num_models=2,
    )

    assert found.prompt.tolist() == [10, 11]
    assert found.score.tolist() == [0.75, 0.5]


def test_head_to_head_adds_up_to_one_both_ways() -> None:
    rng = np.random.default_rng(2)
    rankings = [
        (n, n, [(model, int(rank)) for model, rank in enumerate(rng.integers(1, 4, size=4))])
        for n in range(80)
    ]

    found = head_to_head(contests_of(ranked(*rankings), num_models=4))

    for one, other in combinations(range(4), 2):
        figure, turned = found[one, other], found[other, one]
        assert figure.num_counted == turned.num_counted == 80
        assert figure.value is not None
        assert figure.value == pytest.approx(1 - (turned.value or 0))
        assert (figure.low, figure.high) == pytest.approx((1 - turned.high, 1 - turned.low))
    assert head_to_head(contests_of(ranked((1, 1, [(0, 1), (0, 2)])), num_models=4)) == {}


def test_models_whose_ranks_overlap_share_a_cluster() -> None:
    # The second and third overlap, the fourth joins them through the third.
    first, last = np.array([1, 2, 2, 3]), np.array([1, 3, 4, 4])

    assert clusters(first, last) == [1, 2, 2, 2]
    assert clusters(np.array([1, 2, 3]), np.array([1, 2, 3])) == [1, 2, 3]


WORTH = np.array([2.0, 0.0, 0.05, -2.0])


def judged_models(seed: int, num_prompts: int = 150) -> Contests:
    """Four models of known worth, ranked once a prompt as Plackett and Luce have it."""
    rng = np.random.default_rng(seed)
    rankings = []
    for n in range(num_prompts):
        order = (-(WORTH + rng.gumbel(size=4))).argsort().argsort() + 1
        rankings.append((n, n, list(enumerate(order.tolist()))))
    return contests_of(ranked(*rankings), num_models=4)


def test_clearly_different_models_fall_into_clusters_of_their_own() -> None:
    found = bradley_terry(judged_models(8))

    assert [strength.cluster for strength in found] == [1, 2, 2, 3]
    assert (found[0].model, found[3].model) == (0, 3)
    assert (found[1].rank_low, found[1].rank_high) == (2, 3)


def test_the_intervals_hold_the_known_worth_in_about_95_percent_of_studies() -> None:
    covered = [
        strength.low < WORTH[strength.model] - WORTH.mean() < strength.high
        for seed in range(30)
        for strength in bradley_terry(judged_models(seed))
    ]

    assert 0.9 <= np.mean(covered) <= 0.995


@pytest.mark.parametrize("language_pair", ["eng-ron", "eng-tur", "ron-eng", "tur-eng"])
def test_the_order_of_the_translation_systems(language_pair: str) -> None:
    """Against wins counted one by one and another optimiser."""
    columns, names = translated_models(reference_data("wmt16_rankings.jsonl.gz"), language_pair)

    found = bradley_terry(contests_of(columns, num_models=len(names)))

    expected = log_strengths_by_scipy(wins_one_by_one(columns, len(names)))
    assert [one.model for one in found] == np.argsort(-expected).tolist()
    assert [one.log_strength for one in found] == pytest.approx(
        np.sort(expected)[::-1].tolist(), abs=1e-4
    )
    assert all(one.rank_low <= one.rank <= one.rank_high for one in found)
