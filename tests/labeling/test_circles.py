"""Threes of completions that go round in a circle, counted by hand and one by one (R42)."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.reference_judgments import cycles_of_three, pairwise_crowd
from labeling.agreement.judgments import PairJudgments, RankedItems
from labeling.agreement.report import Study
from labeling.agreement.sums import sums_by_prompt
from tests.reference_data import reference_data


def ranked(*rankings: list[int], prompt: list[int] | None = None) -> PairJudgments:
    """Each row of ranks is a labeler's, of the completions of one prompt or of those named."""
    num_items = len(rankings[0])
    columns = np.array(rankings, dtype=np.int64)
    tasks = np.array(prompt or [0] * len(rankings), dtype=np.int64)
    return RankedItems(
        ranking=np.repeat(np.arange(len(rankings)), num_items),
        position=np.tile(np.arange(num_items), len(rankings)),
        rank=columns.ravel(),
        length=np.ones(columns.size, dtype=np.int64),
        task=tasks,
        labeler=np.arange(len(rankings)),
        prompt=np.arange(int(tasks.max()) + 1),
        has_sides=np.zeros(int(tasks.max()) + 1, dtype=np.bool_),
    ).pair_judgments()


def threes(judgments: PairJudgments) -> list[tuple[float, float]]:
    """The circles and the threes of each prompt."""
    sums = sums_by_prompt(judgments)
    return list(zip(sums.circles.tolist(), sums.threes.tolist(), strict=True))


# Each of the first three is preferred to the next by two of three labelers, all to the fourth.
AROUND = ([1, 2, 3, 4], [3, 1, 2, 4], [2, 3, 1, 4])


def test_three_majorities_that_go_round_are_a_circle_whichever_way() -> None:
    """R42, by hand: of the four threes of four one goes round; the others hold the last."""
    assert threes(ranked(*AROUND)) == [(1, 4)]
    turned = [[5 - rank for rank in ranks] for ranks in AROUND]
    assert threes(ranked(*turned)) == [(1, 4)]
    assert threes(ranked([1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1])) == [(0, 4)]


def test_a_pair_that_is_tied_or_that_two_labelers_judged_is_in_no_three() -> None:
    # Two for and two against on the first pair, so only threes without it are left.
    assert threes(ranked([1, 2, 3, 4], [2, 1, 3, 4], [1, 2, 3, 4], [2, 1, 3, 4])) == [(0, 2)]
    assert threes(ranked(*AROUND[:2])) == [(0, 0)]
    assert threes(ranked([1, 1, 1], [1, 1, 1], [1, 1, 1])) == [(0, 0)]


def test_threes_are_counted_prompt_by_prompt_and_without_completions_not_at_all() -> None:
    both = ranked(*AROUND, *[[1, 2, 3, 4]] * 3, prompt=[0] * 3 + [1] * 3)

    assert threes(both) == [(1, 4), (0, 4)]
    assert threes(replace(both, items=None)) == [(0, 0), (0, 0)]
    figure = Study(replace(both, items=None)).figures()["circles"]
    assert figure.value is None
    assert "There can be none" in str(figure.reason_undefined)


@pytest.mark.parametrize("seed", range(6))
def test_circles_are_those_that_are_found_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rankings = [rng.integers(1, 8, size=7).tolist() for _ in range(5)]
    way = np.sign(sum(np.sign(np.subtract.outer(row, row)) for row in rankings))

    found = [(way[a, b], way[b, c], way[c, a]) for a, b, c in itertools.combinations(range(7), 3)]

    decided = [ways for ways in found if 0 not in ways]
    circles = [ways for ways in decided if abs(sum(ways)) == 3]
    assert threes(ranked(*rankings)) == [(len(circles), len(decided))]


def test_the_crowds_circles_are_those_that_are_found_task_by_task() -> None:
    """116 of 2,295, as published."""
    file = reference_data("ukp_kwise.jsonl")

    total = sums_by_prompt(pairwise_crowd(file, has_sides=True)).total()

    assert (total.circles, total.threes) == cycles_of_three(file) == (116, 2295)
