"""Flags labeler by labeler, on numbers worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.flags import beside_peers, chance_of_never, never_together
from labeling.agreement.ratings import NO_YES, Ratings


def answers(table: list[list[int | None]], units_per_prompt: int = 1) -> Ratings:
    """From labelers x completions, None being not asked."""
    rows = [
        (unit, labeler, value)
        for labeler, row in enumerate(table)
        for unit, value in enumerate(row)
        if value is not None
    ]
    unit, labeler, value = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    prompt = np.arange(len(table[0])) // units_per_prompt
    return Ratings(unit, labeler, labeler * 1_000 + prompt[unit], value, prompt, NO_YES)


def yes_at(places: Any, of: int = 20) -> list[int | None]:
    return [int(place in places) for place in range(of)]


def test_the_chance_that_two_never_flag_the_same_is_fishers() -> None:
    """3 and 4 of 20: C(17, 4) / C(20, 4) = 2380 / 4845."""
    assert chance_of_never(20, 3, 4) == pytest.approx(2380 / 4845)
    assert chance_of_never(20, 10, 10) == pytest.approx(1 / math.comb(20, 10))
    assert chance_of_never(20, 11, 10) == 0
    table = [[0, 40], [60, 400]]
    assert chance_of_never(500, 40, 60) == pytest.approx(stats.fisher_exact(table, "less").pvalue)


def test_two_who_never_flag_the_same_are_named_with_their_test() -> None:
    """Three and four of twenty, none together: 0.6 expected. Such a pair is no surprise."""
    [apart] = never_together(answers([yes_at(range(3)), yes_at(range(3, 7))]))

    assert (apart.a, apart.b, apart.num_shared) == (0, 1, 20)
    assert (apart.num_yes_a, apart.num_yes_b, apart.expected) == (3, 4, pytest.approx(0.6))
    assert (apart.p_value, apart.is_marked) == (pytest.approx(2380 / 4845), False)


def test_a_pair_whom_chance_seldom_keeps_apart_is_marked_and_comes_first() -> None:
    """The first and the second take halves of forty; the third one of each half."""
    first, second = yes_at(range(20), 40), yes_at(range(20, 40), 40)
    third = yes_at({0, 39}, 40)

    found = never_together(answers([first, second, third]))

    assert [(one.a, one.b, one.is_marked) for one in found] == [(0, 1, True)]
    assert found[0].p_value == pytest.approx(1 / math.comb(40, 20))


@pytest.mark.parametrize(
    "table",
    [
        # One completion is flagged by both.
        [yes_at(range(3)), yes_at(range(2, 7))],
        # One of them never flags anything.
        [yes_at(range(3)), yes_at(())],
        # Nineteen shared ones are too few.
        [yes_at(range(3), 19), yes_at(range(3, 7), 19)],
        # Nobody else was asked.
        [yes_at(range(3))],
        [[None]],
    ],
)
def test_who_met_or_shares_too_little_is_not_named(table: list[list[int | None]]) -> None:
    assert never_together(answers(table)) == []


def test_a_share_stands_beside_that_of_the_others_on_the_same_completions() -> None:
    """Amina flags 10 of 20; the two others 4 and 2 of the same 20, so that they flag 3 of 20.

    What she alone was asked, five more with yes, counts for nothing here.
    """
    alone: list[int | None] = [None] * 5
    table = [[*yes_at(range(10)), 1, 1, 1, 1, 1], [*yes_at(range(4)), *alone]]
    found = beside_peers(answers([*table, [*yes_at(range(2)), *alone]]))

    hers = found[0]
    assert (hers.own, hers.others, hers.num_answers) == (0.5, pytest.approx(0.15), 20)
    assert hers.difference.value == pytest.approx(0.35)
    assert hers.difference.low is not None
    assert hers.difference.low < 0.35 < (hers.difference.high or 0)
    assert hers.mark is not None
    assert (hers.mark.side, hers.difference.expected) == ("above", 0)


def test_a_share_of_too_few_rankings_is_not_told() -> None:
    """R42: nine answers make no difference, and no share of 100% beside it."""
    found = beside_peers(answers([[1] * 9, [0] * 9]))[0]

    assert (found.own, found.others, found.num_answers, found.mark) == (None, None, 9, None)
    assert found.difference.reason_undefined == (
        "Rankings answered by others too so far: 9. At least 10 are needed, 1 more than that."
    )


def test_answers_about_one_prompt_are_one_draw() -> None:
    """Twenty completions of five prompts say less than of twenty."""
    table = [yes_at(range(10)), yes_at(range(4))]
    apart = beside_peers(answers(table))[0].difference
    together = beside_peers(answers(table, units_per_prompt=2))[0].difference

    assert apart.value == together.value
    assert (together.standard_error or 0) > (apart.standard_error or 1)
