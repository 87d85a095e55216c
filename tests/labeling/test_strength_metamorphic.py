"""Strengths, win rates and concordance under changes whose effect is known (R35, R38, R42)."""

import numpy as np
import pytest

from labeling.agreement.bradley_terry import bradley_terry
from labeling.agreement.concordance import kendall_tau_b, kendall_w, mean_tau_b
from labeling.agreement.contests import RankedModels, contests_of, head_to_head
from labeling.agreement.judgments import IntArray
from labeling.agreement.win_rates import RankedSample, scores_by_task

NUM_MODELS, NUM_TASKS = 4, 60
SEEDS = range(4)


def ranks_of_tasks(seed: int) -> IntArray:
    """A rank for each of the models, ties included. Shapes: tasks x models."""
    strength = np.array([0.0, 0.6, 1.2, 1.8])
    noise = np.random.default_rng(seed).normal(0, 1, size=(NUM_TASKS, NUM_MODELS))
    quality = np.round(strength + noise)
    ranks: IntArray = 1 + (quality[:, None, :] > quality[:, :, None]).sum(axis=2)
    return ranks


def columns(ranks: IntArray, *, order: IntArray | None = None, copies: int = 1) -> RankedModels:
    """One ranking of every task and copy; ``order`` says which model comes in which row."""
    shown = np.tile(np.arange(NUM_MODELS), (len(ranks), 1)) if order is None else order
    shown, ranks = np.tile(shown, (copies, 1)), np.tile(ranks, (copies, 1))
    ranking = np.repeat(np.arange(len(ranks)), NUM_MODELS)
    task = ranking % NUM_TASKS
    in_order = np.take_along_axis(ranks, shown, axis=1)
    return RankedModels(ranking, task, task, shown.ravel(), in_order.ravel())


def reversed_ranks(ranks: IntArray) -> IntArray:
    return ranks.max(axis=1, keepdims=True) + 1 - ranks


def strengths(ranked: RankedModels) -> list[float]:
    found = bradley_terry(contests_of(ranked, num_models=NUM_MODELS))
    by_model = sorted(found, key=lambda one: one.model)
    assert all(one.log_strength is not None for one in by_model)
    return [one.log_strength or 0.0 for one in by_model]


def rates(ranked: RankedModels) -> dict[tuple[int, int], float | None]:
    found = head_to_head(contests_of(ranked, num_models=NUM_MODELS))
    return {couple: figure.value for couple, figure in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_two_models_within_half_of_the_rankings_changes_nothing(seed: int) -> None:
    ranks = ranks_of_tasks(seed)
    order = np.tile(np.arange(NUM_MODELS), (NUM_TASKS, 1))
    order[::2] = order[::2, ::-1]

    assert strengths(columns(ranks, order=order)) == pytest.approx(strengths(columns(ranks)))
    assert rates(columns(ranks, order=order)) == pytest.approx(rates(columns(ranks)))


@pytest.mark.parametrize("seed", SEEDS)
def test_reversing_every_ranking_turns_strengths_and_win_rates_round(seed: int) -> None:
    ranks = ranks_of_tasks(seed)
    turned = columns(reversed_ranks(ranks))

    assert strengths(turned) == pytest.approx([-one for one in strengths(columns(ranks))])
    found = rates(columns(ranks))
    assert rates(turned) == pytest.approx({(a, b): found[b, a] for a, b in found})


@pytest.mark.parametrize("seed", SEEDS)
def test_renaming_the_models_renames_their_strengths(seed: int) -> None:
    ranks, names = ranks_of_tasks(seed), np.random.default_rng(seed).permutation(NUM_MODELS)
    renamed = np.zeros_like(ranks)
    renamed[:, names] = ranks

    found, before = strengths(columns(renamed)), strengths(columns(ranks))

    assert [found[name] for name in names] == pytest.approx(before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_judge_who_says_the_same_changes_nothing(seed: int) -> None:
    """Judges of one task are averaged, so doubling every labeler adds no contest."""
    ranks = ranks_of_tasks(seed)

    assert strengths(columns(ranks, copies=2)) == pytest.approx(strengths(columns(ranks)))
    assert rates(columns(ranks, copies=2)) == pytest.approx(rates(columns(ranks)))


def samples(ranks: IntArray, *, first_ranking: int = 0) -> list[RankedSample]:
    return [
        RankedSample(first_ranking + task, task, task, model, int(ranks[task, model]))
        for task in range(len(ranks))
        for model in range(NUM_MODELS)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_win_rates_against_a_baseline_follow_the_same_rules(seed: int) -> None:
    ranks = ranks_of_tasks(seed)
    before = scores_by_task(samples(ranks), model=3, baseline=0)
    complements = [(prompt, 1 - score) for prompt, score in before]

    # Rows the other way round, other names for the rankings, the roles and the ranks exchanged.
    rows_turned = scores_by_task(samples(ranks)[::-1], model=3, baseline=0)
    assert sorted(rows_turned) == before
    renamed = scores_by_task(samples(ranks, first_ranking=700), model=3, baseline=0)
    assert renamed == before
    assert scores_by_task(samples(ranks), model=0, baseline=3) == complements
    assert scores_by_task(samples(reversed_ranks(ranks)), model=3, baseline=0) == complements


@pytest.mark.parametrize("seed", SEEDS)
def test_concordance_does_not_hang_on_names_or_direction(seed: int) -> None:
    ranks = ranks_of_tasks(seed)[:5]
    rng = np.random.default_rng(seed)
    renamed, relabeled = rng.permutation(ranks), ranks[:, rng.permutation(NUM_MODELS)]

    for other in (renamed, relabeled, reversed_ranks(ranks)):
        assert kendall_w(other) == pytest.approx(kendall_w(ranks))
        assert mean_tau_b(other) == pytest.approx(mean_tau_b(ranks))


@pytest.mark.parametrize("seed", SEEDS)
def test_doubling_every_labeler_leaves_w_and_reversing_one_turns_tau_b(seed: int) -> None:
    ranks = ranks_of_tasks(seed)[:5]

    assert kendall_w(np.concatenate([ranks, ranks])) == pytest.approx(kendall_w(ranks))
    one, other = np.array([1, 2, 2, 3]), np.array([2, 1, 3, 4])
    turned = kendall_tau_b(one, 5 - other)
    # Concordant 4, discordant 1, tied in one 1: 3 over the root of 5 x 6.
    assert kendall_tau_b(one, other) == pytest.approx(3 / np.sqrt(30))
    assert turned == pytest.approx(-3 / np.sqrt(30))
