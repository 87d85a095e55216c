"""Comparing a candidate with experts: partial credit, majorities and grades (R11)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.experts import (
    Score,
    flags_score,
    grade_score,
    majority,
    partial_credit,
    ranking_score,
    task_credit,
)

rank = st.integers(1, 9)
# An expert who ties everything orders no pair, so that there is nothing to be compared with.
expert_rankings = st.lists(rank, min_size=2, max_size=9).filter(lambda ranks: len(set(ranks)) > 1)


@pytest.mark.parametrize(
    ("ranks", "expert", "credit"),
    [
        # Pairs AB, AC, BC; the expert says A > B > C. One of the three the other way round.
        ([2, 1, 3], [1, 2, 3], 2 / 3),
        # A tie on one of the three pairs: (1/2 + 1 + 1) / 3.
        ([1, 1, 2], [1, 2, 3], 2.5 / 3),
        # All tied earns a half of every pair.
        ([1, 1, 1], [1, 2, 3], 0.5),
        # The expert ties B and C, so that pair does not count: AB and AC are right.
        ([1, 3, 2], [1, 2, 2], 1.0),
        # AB is right, AC is a tie: (1 + 1/2) / 2.
        ([1, 2, 1], [1, 2, 2], 0.75),
        # The size of a gap between ranks says nothing.
        ([1, 5, 9], [1, 2, 3], 1.0),
    ],
)
def test_partial_credit_by_hand(ranks: list[int], expert: list[int], credit: float) -> None:
    assert partial_credit(ranks, expert) == pytest.approx(credit)


def test_an_expert_who_ties_everything_gives_nothing_to_compare_with() -> None:
    assert partial_credit([1, 2, 3], [1, 1, 1]) is None


def test_rankings_of_different_lengths_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same completions"):
        partial_credit([1, 2], [1, 2, 3])


def test_several_experts_are_averaged_and_one_who_ties_all_is_left_out() -> None:
    # Against A > B > C: 2/3; against B > A > C, which is the candidate's own: 1.
    credit = task_credit([2, 1, 3], [[1, 2, 3], [2, 1, 3], [1, 1, 1]])

    assert credit == pytest.approx((2 / 3 + 1) / 2)


def test_every_task_weighs_the_same_whatever_its_number_of_pairs() -> None:
    # Six pairs all right, one pair wrong: (1 + 0) / 2, not 6 / 7.
    candidate = {1: [1, 2, 3, 4], 2: [1, 2]}
    experts = {1: [[1, 2, 3, 4]], 2: [[2, 1]]}

    assert ranking_score(candidate, experts) == Score(0.5, None, 2, 0)


def test_tasks_without_an_expert_are_left_out_and_counted_as_such() -> None:
    assert ranking_score({1: [1, 2], 2: [1, 2]}, {1: [[1, 2]]}) == Score(1.0, None, 1, 1)


@pytest.mark.parametrize(
    ("candidate", "experts", "reason"),
    [
        ({}, {1: [[1, 2]]}, "The candidate has ranked no task."),
        ({1: [1, 2]}, {}, "No expert has ranked these tasks."),
        ({1: [1, 2]}, {1: [[1, 1]]}, "The experts tie every pair of these tasks."),
    ],
)
def test_an_undefined_ranking_score_says_why(candidate, experts, reason) -> None:
    score = ranking_score(candidate, experts)

    assert (score.value, score.reason_undefined) == (None, reason)


@given(expert_rankings)
def test_an_experts_own_ranking_earns_everything_and_its_reverse_nothing(ranks: list[int]) -> None:
    assert partial_credit(ranks, ranks) == 1.0
    assert partial_credit([-rank for rank in ranks], ranks) == 0.0


@given(st.data(), expert_rankings)
def test_renaming_the_completions_changes_nothing(data: st.DataObject, expert: list[int]) -> None:
    ranks = data.draw(st.lists(rank, min_size=len(expert), max_size=len(expert)))
    order = data.draw(st.permutations(range(len(expert))))
    renamed = [ranks[place] for place in order], [expert[place] for place in order]

    assert partial_credit(*renamed) == pytest.approx(partial_credit(ranks, expert))


@given(st.data(), expert_rankings)
def test_a_ranking_and_its_reverse_share_the_credit(data: st.DataObject, expert: list[int]) -> None:
    ranks = data.draw(st.lists(rank, min_size=len(expert), max_size=len(expert)))
    reverse = [-rank for rank in ranks]
    earned = partial_credit(ranks, expert), partial_credit(reverse, expert)

    assert sum(earned) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], None),
        ([True], True),
        ([True, False], None),
        ([True, False, False], False),
        ([True, True, False, False], None),
    ],
)
def test_a_majority_is_more_than_half(answers: list[bool], said: bool | None) -> None:
    assert majority(answers) is said


def test_texts_on_which_experts_are_divided_are_left_out() -> None:
    # Item 1 agrees, 2 does not, 3 is divided, 4 has no expert: 1 of 2.
    candidate = {1: True, 2: True, 3: True, 4: False}
    experts = {1: [True, True, False], 2: [False], 3: [True, False]}

    assert flags_score(candidate, experts) == Score(0.5, None, 2, 2)


@pytest.mark.parametrize(
    ("candidate", "experts", "reason"),
    [
        ({}, {1: [True]}, "The candidate has flagged no text."),
        ({1: True}, {}, "No expert has flagged these texts."),
        ({1: True}, {1: [True, False]}, "The experts are evenly divided on every text."),
    ],
)
def test_an_undefined_share_of_flags_says_why(candidate, experts, reason) -> None:
    score = flags_score(candidate, experts)

    assert (score.value, score.reason_undefined) == (None, reason)


def test_graders_are_averaged_per_demonstration_and_those_per_labeler() -> None:
    # (7 + 5) / 2 = 6 and 4: (6 + 4) / 2 = 5, not 16 / 3.
    assert grade_score([[7, 5], [4]]) == Score(5.0, None, 2, 0)


def test_a_demonstration_without_a_grade_leaves_the_score_open() -> None:
    score = grade_score([[7], []])

    assert score.value is None
    assert score.reason_undefined == "1 of 2 demonstrations has no grade yet."
    assert grade_score([]).reason_undefined == "The candidate has written no demonstration."
