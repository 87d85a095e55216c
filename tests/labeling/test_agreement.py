"""The agreement figures on judgments small enough to count by hand (R42)."""

from dataclasses import replace

import numpy as np
import pytest

from labeling.agreement.intervals import NO_SPREAD, Figure
from labeling.agreement.judgments import PairJudgments
from labeling.agreement.report import Study
from labeling.agreement.statistics import STATISTICS
from labeling.agreement.sums import sums_by_prompt

AMINA, BO, CHEN = 0, 1, 2
FIRST, TIE, SECOND = 1, 0, -1


def judged(
    *answers: tuple[int, int, int],
    prompt: list[int] | None = None,
    has_sides: bool = False,
    longer: list[int] | None = None,
) -> PairJudgments:
    """Judgments from (pair, labeler, answer) rows; by default all pairs are of one prompt."""
    columns = np.array(answers, dtype=np.int64).reshape(-1, 3).T
    num_pairs = int(columns[0].max(initial=-1)) + 1
    return PairJudgments(
        pair=columns[0],
        labeler=columns[1],
        sign=columns[2],
        prompt=np.array(prompt or [0] * num_pairs, dtype=np.int64),
        has_sides=np.full(num_pairs, has_sides),
        longer=np.array(longer or [0] * num_pairs, dtype=np.int64),
    )


def value(key: str, judgments: PairJudgments) -> float:
    """A statistic's bare value, however few judgments there are."""
    numerator, denominator = STATISTICS[key].formula(sums_by_prompt(judgments).total())
    return float(numerator / denominator)


# Three labelers on the first pair, Amina and Bo alone on the other two.
SMALL = [
    (0, AMINA, FIRST), (0, BO, FIRST), (0, CHEN, TIE),
    (1, AMINA, FIRST), (1, BO, SECOND),
    (2, AMINA, TIE), (2, BO, TIE),
]  # fmt: skip


def test_strict_agreement_drops_every_comparison_with_a_tie() -> None:
    # Without ties: Amina and Bo meet on pair 0 (same) and on pair 1 (opposed).
    assert value("strict", judged(*SMALL)) == 1 / 2


def test_ternary_agreement_counts_a_tie_as_an_answer() -> None:
    # 3 + 1 + 1 comparisons; the same answer once on pair 0 and once on pair 2.
    assert value("ternary", judged(*SMALL)) == 2 / 5


def test_agreement_by_pair_weighs_every_pair_the_same() -> None:
    # The pairs' own shares are 1/3, 0 and 1.
    assert value("ternary_by_pair", judged(*SMALL)) == pytest.approx(4 / 9)


def test_half_credit_gives_half_a_point_for_a_tie_against_a_preference() -> None:
    # Pair 0: 1 + 1/2 + 1/2. Pair 1: 0. Pair 2: 1. Together 3 of 5.
    assert value("half_credit", judged(*SMALL)) == 3 / 5


def test_leave_one_out_shares_the_point_between_equally_common_answers() -> None:
    # Pair 0: the others of Amina said {first, tie}, so first earns 1/2; Bo the same; the others
    # of Chen both said first, so tie earns 0. Pair 1: 0 and 0. Pair 2: 1 and 1. 3 of 7.
    assert value("leave_one_out", judged(*SMALL)) == pytest.approx(3 / 7)


def test_alpha_on_sided_pairs_keeps_first_and_second_apart() -> None:
    # Coincidences: pair 0 gives 2 x 1 / (3 - 1) = 1, pair 1 gives 0, pair 2 gives 2; 3 of 7, so
    # 4 are disagreements. Expected: (49 - (3² + 3² + 1²)) / 6 = 5. Alpha = 1 - 4/5.
    assert value("alpha_nominal", judged(*SMALL, has_sides=True)) == pytest.approx(1 / 5)


def test_alpha_on_arbitrary_order_counts_each_judgment_half_in_each_direction() -> None:
    # Answers first 2, second 2, tie 3. Expected: (49 - 17) / 6. Alpha = 1 - 4 x 6 / 32.
    assert value("alpha_nominal", judged(*SMALL)) == pytest.approx(1 / 4)


def test_fleiss_kappa_by_hand() -> None:
    # Two labelers, three pairs: same, same, different. Observed 2/3. Answers first 3, second 1,
    # tie 2: expected (9 + 1 + 4) / 36 = 7/18. Kappa = (2/3 - 7/18) / (1 - 7/18) = 5/11.
    rows = [(0, AMINA, 1), (0, BO, 1), (1, AMINA, 0), (1, BO, 0), (2, AMINA, 1), (2, BO, -1)]

    assert value("fleiss_kappa", judged(*rows, has_sides=True)) == pytest.approx(5 / 11)


def test_the_share_of_ties_is_of_judgments() -> None:
    assert value("tie_share", judged(*SMALL)) == pytest.approx(3 / 7)


def test_the_longer_text_baseline_looks_at_decided_pairs_of_unequal_length() -> None:
    # Pair 0 is decided for the first, which is longer; pair 1 is split; pair 2 is tied; pair 3 is
    # decided for the second, which is shorter; pair 4 is decided but equally long.
    rows = [*SMALL, (3, AMINA, -1), (3, BO, -1), (4, AMINA, 1), (4, BO, 1)]

    assert value("longer_text", judged(*rows, longer=[1, 1, 1, 1, 0])) == 1 / 2


def test_a_pair_judged_by_one_labeler_changes_nothing() -> None:
    lonely = judged(*SMALL, (3, CHEN, SECOND))

    for key in ("strict", "ternary", "half_credit", "alpha_nominal", "tie_share", "leave_one_out"):
        assert value(key, lonely) == value(key, judged(*SMALL))


def many(judgments: list[tuple[int, int, int]], times: int) -> PairJudgments:
    """The same judgments on ``times`` prompts."""
    num_pairs = max(row[0] for row in judgments) + 1
    rows = [
        (pair + copy * num_pairs, labeler, answer)
        for copy in range(times)
        for pair, labeler, answer in judgments
    ]
    return judged(*rows, prompt=[copy for copy in range(times) for _ in range(num_pairs)])


def test_chance_depends_on_the_share_of_ties() -> None:
    # Ties 3 of 7: ternary p² + (1-p)²/2 = 9/49 + 8/49, half credit (1 + 9/49) / 2.
    figures = Study(many(SMALL, 10)).figures()

    assert figures["strict"].chance == 0.5
    assert figures["ternary"].chance == pytest.approx(17 / 49)
    assert figures["half_credit"].chance == pytest.approx(29 / 49)
    assert figures["alpha_nominal"].chance == 0


def test_identical_prompts_have_no_interval_rather_than_one_without_width() -> None:
    figure = Study(many(SMALL, 10)).figures()["ternary"]

    assert (figure.value, figure.low, figure.high) == (2 / 5, None, None)
    assert figure.reason_no_interval == NO_SPREAD
    assert (figure.num_counted, figure.num_prompts) == (50, 10)


def test_an_interval_holds_the_figure_and_is_the_same_every_time() -> None:
    rng = np.random.default_rng(7)
    rows = [
        (pair, labeler, int(rng.integers(-1, 2))) for pair in range(200) for labeler in range(3)
    ]
    judgments = judged(*rows, prompt=[pair // 4 for pair in range(200)])

    once, again = Study(judgments).figures()["ternary"], Study(judgments).figures()["ternary"]

    assert once.low is not None
    assert once.high is not None
    assert once.value is not None
    assert once.low < once.value < once.high
    assert (once.low, once.high) == (again.low, again.high)


def test_the_interval_widens_when_prompts_hang_together() -> None:
    """The bootstrap is by prompt: forty unanimous or split prompts are forty observations."""
    rng = np.random.default_rng(3)
    agreeing = rng.random(40) < 0.6
    rows = []
    for pair in range(400):
        second_answer = 1 if agreeing[pair // 10] else -1
        rows += [(pair, AMINA, 1), (pair, BO, second_answer)]

    clustered = Study(judged(*rows, prompt=[pair // 10 for pair in range(400)])).figures()["strict"]
    scattered = Study(judged(*rows, prompt=list(range(400)))).figures()["strict"]

    assert clustered.value == scattered.value
    assert width(clustered) > 2.5 * width(scattered)


def width(figure: Figure) -> float:
    assert figure.high is not None
    assert figure.low is not None
    return figure.high - figure.low


def test_few_comparisons_make_no_figure_and_say_how_many_are_missing() -> None:
    figure = Study(many(SMALL, 3)).figures()["ternary"]

    assert figure.value is None
    assert figure.reason_undefined == (
        "Comparisons between two labelers so far: 15. At least 20 are needed, 5 more than that."
    )
    assert figure.low is None


def one_strict_among_ties(num_prompts: int = 20) -> PairJudgments:
    """Amina and Bo meet once on each prompt; only on the first do both prefer something."""
    rows = [(pair, labeler, TIE) for pair in range(1, num_prompts) for labeler in (AMINA, BO)]
    both_prefer = [(0, AMINA, FIRST), (0, BO, FIRST)]
    return judged(*both_prefer, *rows, prompt=list(range(num_prompts)))


def test_a_figure_is_judged_by_its_own_denominator() -> None:
    """Twenty comparisons, nineteen of ties: one strict comparison must not print 100 %."""
    figures = Study(one_strict_among_ties()).figures()

    assert figures["ternary"].value == 1
    assert (figures["ternary"].num_counted, figures["ternary"].num_prompts) == (20, 20)
    strict = figures["strict"]
    assert (strict.value, strict.num_counted, strict.num_prompts) == (None, 1, 1)
    assert strict.reason_undefined == (
        "Comparisons between two labelers without a tie so far: 1. At least 20 are needed, 19 more "
        "than that."
    )


def test_prompts_that_add_nothing_to_a_figure_are_not_among_its_prompts() -> None:
    # Four prompts of five strict comparisons each, and thirty prompts of ties.
    strict_rows = [(pair, labeler, FIRST) for pair in range(20) for labeler in (AMINA, BO)]
    tied_rows = [(pair, labeler, TIE) for pair in range(20, 50) for labeler in (AMINA, BO)]
    prompts = [pair // 5 for pair in range(20)] + list(range(4, 34))

    figures = Study(judged(*strict_rows, *tied_rows, prompt=prompts)).figures()

    assert (figures["strict"].value, figures["strict"].num_prompts) == (1, 4)
    assert figures["strict"].reason_no_interval == (
        "An interval needs at least 5 prompts; here are 4."
    )
    assert figures["ternary"].num_prompts == 34
    # Enough prompts, and all of them agree in all: the exact bound, 0.025^(1/34) = 0.8972.
    assert figures["ternary"].low == pytest.approx(0.8972, abs=5e-5)
    assert (figures["ternary"].high, figures["ternary"].reason_no_interval) == (1.0, None)
    # What is beyond chance is no share, and has no such bound.
    assert (figures["alpha_nominal"].value, figures["alpha_nominal"].low) == (1, None)
    assert figures["alpha_nominal"].reason_no_interval == NO_SPREAD


def test_the_figure_bound_to_the_order_is_judged_by_who_saw_the_same_order() -> None:
    # Thirty comparisons; on three pairs Bo saw the two completions as Amina did.
    rows = [(pair, labeler, FIRST) for pair in range(30) for labeler in (AMINA, BO)]
    plain = judged(*rows, prompt=list(range(30)))
    mirrored = np.array([labeler == BO and pair > 2 for pair, labeler, _ in rows])

    bound = Study(replace(plain, is_mirrored=mirrored)).figures()["ternary_order_bound"]

    assert (bound.value, bound.num_counted, bound.num_prompts) == (None, 3, 3)
    assert bound.reason_undefined == (
        "Comparisons between two labelers who saw the same order so far: 3. At least 20 are "
        "needed, 17 more than that."
    )


def test_the_figure_bound_to_the_order_by_hand() -> None:
    """Only labelers who saw the two completions in the same order meet."""
    # Pair 0: Amina and Chen saw c1, c2 and agree; Bo saw c2, c1 and says otherwise: 1 of 1 instead
    # of 1 of 3. Pair 1: Bo and Chen saw c2, c1 and differ: 0 of 1. Pair 2: nobody saw it alike.
    rows = [
        (0, AMINA, FIRST), (0, BO, SECOND), (0, CHEN, FIRST),
        (1, AMINA, FIRST), (1, BO, FIRST), (1, CHEN, TIE),
        (2, AMINA, TIE), (2, BO, TIE),
    ]  # fmt: skip
    turned = np.array([False, True, False, False, True, True, False, True])
    bound = replace(judged(*rows), is_mirrored=turned)

    assert value("ternary_order_bound", bound) == 1 / 2
    assert value("ternary", bound) == 3 / 7
    # Who saw which order changes no other figure, and without it all saw the same one.
    for key in ("strict", "ternary", "half_credit", "alpha_nominal", "leave_one_out"):
        assert value(key, bound) == value(key, judged(*rows))
    assert value("ternary_order_bound", judged(*rows)) == 3 / 7


def test_pairs_that_weigh_the_same_are_counted_in_pairs() -> None:
    # Seven labelers of one pair meet 21 times, which is still one pair.
    figures = Study(judged(*((0, labeler, FIRST) for labeler in range(7)))).figures()

    assert figures["ternary"].value == 1
    assert figures["ternary_by_pair"].reason_undefined == (
        "Pairs of completions that several labelers judged so far: 1. At least 20 are needed, 19 "
        "more than that."
    )


def test_few_prompts_make_a_figure_without_an_interval() -> None:
    figure = Study(many(SMALL, 4)).figures()["ternary"]

    assert figure.value == 2 / 5
    assert (figure.low, figure.high) == (None, None)
    assert figure.reason_no_interval == "An interval needs at least 5 prompts; here are 4."


def test_nobody_meeting_anybody_is_undefined_and_not_a_number() -> None:
    for judgments in (judged(), judged((0, AMINA, 1), (1, BO, 1))):
        for figure in Study(judgments).figures().values():
            assert figure.value is None
            assert figure.reason_undefined is not None
            assert figure.reason_undefined.startswith(
                "No two labelers have judged the same pair of completions. "
            )
            assert figure.reason_undefined.endswith(
                " so far: 0. At least 20 are needed, 20 more than that."
            )


def test_all_tied_answers_leave_chance_corrected_figures_undefined() -> None:
    """One all-tied answer must never poison a figure, and unanimity is not called 1."""
    figures = Study(many([(0, AMINA, TIE), (0, BO, TIE)], 30)).figures()

    assert figures["ternary"].value == 1
    assert figures["strict"].value is None
    assert figures["alpha_nominal"].value is None
    assert figures["alpha_nominal"].reason_undefined == (
        "Every judgment is the same answer, so chance alone explains the agreement."
    )
    assert figures["fleiss_kappa"].value is None


def test_fleiss_kappa_refuses_uneven_numbers_of_labelers() -> None:
    figure = Study(many(SMALL, 10)).figures()["fleiss_kappa"]

    assert figure.value is None
    assert figure.reason_undefined is not None
    assert "here are 2 to 3" in figure.reason_undefined


def test_a_higher_minimum_overlap_leaves_out_pairs_with_fewer_labelers() -> None:
    # Only pair 0 has three labelers: 1 of its 3 comparisons is the same answer.
    figures = Study(many(SMALL, 10), min_overlap=3).figures()

    assert figures["ternary"].value == pytest.approx(1 / 3)
    assert figures["fleiss_kappa"].value is not None


def test_a_figure_cannot_have_both_a_value_and_an_excuse() -> None:
    with pytest.raises(ValueError, match="value or the reason"):
        Figure(value=0.5, reason_undefined="no", num_counted=1, num_prompts=1)
    with pytest.raises(ValueError, match="value or the reason"):
        Figure(value=None, reason_undefined=None, num_counted=1, num_prompts=1)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, AMINA, 1), (0, AMINA, -1)], "same pair twice"),
        ([(0, AMINA, 2)], "sign is"),
    ],
)
def test_impossible_judgments_are_refused(rows: list[tuple[int, int, int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judged(*rows)


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    one, two = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)

    with pytest.raises(ValueError, match="per judgment"):
        PairJudgments(one, two, two, one, np.zeros(1, dtype=np.bool_), one)
    with pytest.raises(ValueError, match="per pair"):
        PairJudgments(one, one, one, one, np.zeros(2, dtype=np.bool_), one)
    with pytest.raises(ValueError, match="not there"):
        PairJudgments(one + 1, one, one, one, np.zeros(1, dtype=np.bool_), one)
