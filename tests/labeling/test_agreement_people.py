"""Figures of one labeler and of two, by hand (R19, R42)."""

import numpy as np
import pytest

from labeling.agreement.intervals import NO_SPREAD
from labeling.agreement.judgments import PairJudgments
from labeling.agreement.people import (
    Couple,
    against_others,
    agreement_with_others,
    couples,
    meetings_by_prompt,
)

AMINA, BO, CHEN, DORA = 3, 7, 8, 9


def kappas_of(judgments: PairJudgments, *, labelers: list[int]) -> list[Couple]:
    return couples(meetings_by_prompt(judgments), labelers=labelers)


def two_by_two(
    table: list[list[int]], *, has_sides: bool = True, num_prompts: int = 10
) -> PairJudgments:
    """Amina's answers by row and Bo's by column, over the answers first and second."""
    rows = []
    for row, amina in enumerate((1, -1)):
        for column, bo in enumerate((1, -1)):
            rows += [(amina, bo)] * table[row][column]
    answers = np.array(rows, dtype=np.int64)
    num_pairs = len(rows)
    return PairJudgments(
        pair=np.repeat(np.arange(num_pairs), 2),
        labeler=np.tile(np.array([BO, AMINA]), num_pairs),
        sign=answers[:, ::-1].ravel(),
        prompt=np.arange(num_pairs) % num_prompts,
        has_sides=np.full(num_pairs, has_sides),
        longer=np.zeros(num_pairs, dtype=np.int64),
    )


def test_cohens_kappa_of_the_textbook_table() -> None:
    # Observed (20 + 15) / 50 = 0.7; expected 0.5 x 0.6 + 0.5 x 0.4 = 0.5; kappa 0.4.
    (found,) = kappas_of(two_by_two([[20, 5], [10, 15]]), labelers=[AMINA, BO])

    assert (found.a, found.b) == (AMINA, BO)
    assert found.kappa.value == pytest.approx(0.4)
    assert found.kappa.num_counted == 50
    assert found.kappa.low is not None
    assert found.kappa.high is not None
    assert found.kappa.low < 0.4 < found.kappa.high


def test_cohens_kappa_is_of_the_table_and_its_mirror_where_order_is_arbitrary() -> None:
    # The sum of [[20, 5], [10, 15]] and its mirror [[15, 10], [5, 20]] has equal margins, so
    # expected is 0.5 and kappa (0.7 - 0.5) / 0.5 = 0.4; [[30, 0], [10, 10]] tells them apart:
    # observed 0.8, sided expected 0.6 x 0.8 + 0.4 x 0.2 = 0.56, mirrored 0.5.
    sided = kappas_of(two_by_two([[30, 0], [10, 10]]), labelers=[AMINA, BO])
    mirrored = kappas_of(two_by_two([[30, 0], [10, 10]], has_sides=False), labelers=[AMINA, BO])

    assert sided[0].kappa.value == pytest.approx((0.8 - 0.56) / 0.44)
    assert mirrored[0].kappa.value == pytest.approx(0.6)


def test_too_few_shared_pairs_or_a_single_answer_make_no_kappa() -> None:
    (few,) = kappas_of(two_by_two([[5, 1], [1, 5]]), labelers=[AMINA, BO])
    (flat,) = kappas_of(two_by_two([[30, 0], [0, 0]]), labelers=[AMINA, BO])

    assert few.kappa.reason_undefined == (
        "Comparisons between two labelers so far: 12. At least 20 are needed, 8 more than that."
    )
    assert flat.kappa.reason_undefined == "Both gave one and the same answer throughout."


def test_labelers_who_never_met_have_no_entry() -> None:
    assert kappas_of(two_by_two([[30, 0], [0, 10]]), labelers=[AMINA, DORA]) == []


def three_labelers(num_prompts: int) -> PairJudgments:
    """On each prompt: Amina first, Bo first, Chen second; and a second pair that Chen tied."""
    pair, labeler, sign = [], [], []
    for prompt in range(num_prompts):
        for who, answer in ((AMINA, 1), (BO, 1), (CHEN, -1)):
            pair.append(2 * prompt)
            labeler.append(who)
            sign.append(answer)
        for who, answer in ((AMINA, -1), (CHEN, 0)):
            pair.append(2 * prompt + 1)
            labeler.append(who)
            sign.append(answer)
    return PairJudgments(
        pair=np.array(pair),
        labeler=np.array(labeler),
        sign=np.array(sign),
        prompt=np.arange(2 * num_prompts) // 2,
        has_sides=np.zeros(2 * num_prompts, dtype=np.bool_),
        longer=np.zeros(2 * num_prompts, dtype=np.int64),
    )


def test_a_labelers_agreement_is_over_their_meetings_with_others() -> None:
    # Amina meets Bo (same) and Chen (opposed) on each prompt; the tied pair is dropped.
    figures = agreement_with_others(three_labelers(20), labelers=[AMINA, CHEN, DORA])

    assert figures[AMINA].value == 1 / 2
    assert figures[AMINA].num_counted == 40
    assert figures[CHEN].value == 0
    # Never alike on 20 prompts: 1 - 0.025^(1/20) = 0.168.
    assert (figures[CHEN].low, figures[CHEN].reason_no_interval) == (0, None)
    assert figures[CHEN].high == pytest.approx(0.168, abs=5e-4)
    assert figures[AMINA].reason_no_interval == NO_SPREAD
    assert figures[DORA].reason_undefined == (
        "Nobody else has ordered a pair that this labeler ordered. Comparisons between two "
        "labelers without a tie so far: 0. At least 20 are needed, 20 more than that."
    )


def test_a_labeler_with_few_meetings_has_no_figure() -> None:
    figures = agreement_with_others(three_labelers(5), labelers=[AMINA])

    assert figures[AMINA].reason_undefined == (
        "Comparisons between two labelers without a tie so far: 10. At least 20 are needed, 10 "
        "more than that."
    )


def test_prompts_on_which_nobody_ordered_anything_are_not_among_a_labelers_prompts() -> None:
    """Amina meets Bo and Chen on 24 prompts; on six of them all say tie."""
    labelers = (AMINA, BO, CHEN)
    judgments = PairJudgments(
        pair=np.repeat(np.arange(24), 3),
        labeler=np.tile(np.array(labelers), 24),
        sign=np.repeat(np.where(np.arange(24) < 6, 0, 1), 3),
        prompt=np.arange(24),
        has_sides=np.ones(24, dtype=np.bool_),
        longer=np.zeros(24, dtype=np.int64),
    )
    met = meetings_by_prompt(judgments)

    of_all = against_others(met, labelers=labelers)[AMINA]
    (first, *_) = couples(met, labelers=labelers)

    # Once each, although both others were met there.
    assert (of_all.agreement.num_counted, of_all.agreement.num_prompts) == (36, 18)
    # Six of the 24 prompts, each met with two others.
    ties = of_all.tie_share
    assert (ties.value, ties.num_counted, ties.num_prompts) == (1 / 4, 48, 24)
    assert ties.low < 1 / 4 < ties.high
    assert (first.agreement.num_counted, first.agreement.num_prompts) == (18, 18)
    assert (first.kappa.num_counted, first.kappa.num_prompts) == (24, 24)


def test_no_judgments_at_all_leave_everybody_undefined() -> None:
    none = np.empty(0, dtype=np.int64)
    nothing = PairJudgments(none, none, none, none, np.empty(0, dtype=np.bool_), none)

    assert agreement_with_others(nothing, labelers=[AMINA])[AMINA].value is None
    assert kappas_of(nothing, labelers=[AMINA, BO]) == []
