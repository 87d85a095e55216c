"""Alpha at every level, ratings, flags and rank correlations, against textbooks and libraries."""

import json
from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy import stats

from labeling.agreement.alpha import LEVELS, coincidences_by, krippendorff_quotient
from labeling.agreement.concordance import kendall_tau_b, kendall_w, mean_tau_b
from labeling.agreement.judgments import PairJudgments
from labeling.agreement.ratings import (
    LIKERT,
    NO_YES,
    Ratings,
    ac1_of,
    alpha_of,
    leniency,
    prevalence_of,
)
from labeling.agreement.statistics import STATISTICS
from labeling.agreement.sums import sums_by_prompt
from tests.reference_data import reference_data


def classic(name: str) -> Any:
    return json.loads(reference_data("classics.json").read_text())[name]


def as_ratings(table: Any, values: Any, units_per_prompt: int = 3) -> Ratings:
    """From labelers x units, None being missing."""
    rows = [
        (unit, labeler, value)
        for labeler, row in enumerate(table)
        for unit, value in enumerate(row)
        if value is not None
    ]
    unit, labeler, value = np.array(rows, dtype=np.int64).T
    prompt = np.arange(len(table[0])) // units_per_prompt
    ranking = labeler * len(table[0]) + prompt[unit]
    return Ratings(unit, labeler, ranking, value, prompt, np.asarray(values))


def random_table(seed: int, values: Any, shape: tuple[int, int] = (5, 40)) -> Any:
    rng = np.random.default_rng(seed)
    return [
        [None if rng.random() < 0.3 else int(rng.choice(values)) for _ in range(shape[1])]
        for _ in range(shape[0])
    ]


def nan_table(table: Any) -> Any:
    return np.array([[np.nan if v is None else v for v in row] for row in table], dtype=float)


@pytest.mark.parametrize("level", LEVELS)
def test_the_textbook_alphas_with_missing_values(level: Any) -> None:
    table = classic("krippendorff_2011")
    ratings = as_ratings(table["data"], np.arange(1, 6))

    by_unit = coincidences_by(*ratings.shared)
    numerator, denominator = krippendorff_quotient(by_unit.sum(axis=0), ratings.values, level=level)

    assert round(float(numerator / denominator), 4) == table["expected"][level]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(4))
def test_alpha_of_ratings_equals_the_krippendorff_package(level: Any, seed: int) -> None:
    table = random_table(seed, LIKERT)

    ours = alpha_of(as_ratings(table, LIKERT), level=level)

    theirs = krippendorff.alpha(
        reliability_data=nan_table(table),
        level_of_measurement=level,
        value_domain=LIKERT.tolist(),
    )
    assert ours.value == pytest.approx(theirs, abs=1e-12)
    assert ours.low is not None
    assert ours.low < theirs < (ours.high or 0)


@pytest.mark.parametrize("level", ["ordinal", "interval"])
@pytest.mark.parametrize("seed", range(3))
def test_alpha_of_pair_signs_equals_the_package_at_every_level(level: str, seed: int) -> None:
    table = random_table(seed, [-1, 0, 1])
    ratings = as_ratings(table, np.arange(-1, 2))
    judgments = PairJudgments(
        ratings.unit,
        ratings.labeler,
        ratings.value,
        ratings.prompt,
        np.ones(40, dtype=np.bool_),
        np.zeros(40, dtype=np.int64),
    )

    numerator, denominator = STATISTICS[f"alpha_{level}"].formula(sums_by_prompt(judgments).total())

    theirs = krippendorff.alpha(reliability_data=nan_table(table), level_of_measurement=level)
    assert float(numerator / denominator) == pytest.approx(theirs, abs=1e-12)


def test_tau_b_of_the_textbook_and_of_scipy() -> None:
    table = classic("kendall_tau_b_ties")

    tau = kendall_tau_b(np.array(table["x"]), np.array(table["y"]))

    assert tau is not None
    assert round(tau, 4) == table["expected"]["tau_b"]
    rng = np.random.default_rng(3)
    for _ in range(20):
        ranks, other = rng.integers(1, 5, size=(2, 7))
        assert kendall_tau_b(ranks, other) == pytest.approx(stats.kendalltau(ranks, other)[0])


def test_w_of_the_textbook_with_ties() -> None:
    table = classic("kendall_w_ties")
    data = np.array(table["data"])

    w = kendall_w(data)

    assert w is not None
    assert round(w, 4) == table["expected"]["kendall_W_tie_corrected"]
    # Friedman's chi-squared is m (k - 1) W.
    num_judges, num_items = data.shape
    assert round(w * num_judges * (num_items - 1), 4) == table["expected"]["friedman_chi2"]
    assert w * num_judges * (num_items - 1) == pytest.approx(
        stats.friedmanchisquare(*data.T).statistic
    )


def test_a_ranking_that_ties_everything_leaves_the_others_their_figure() -> None:
    """One such answer made a peer's whole study undefined."""
    ranks = np.array([[1, 2, 3, 4], [1, 2, 4, 3], [1, 1, 1, 1]])

    assert kendall_tau_b(ranks[0], ranks[2]) is None
    assert mean_tau_b(ranks) == pytest.approx(2 / 3)
    assert kendall_w(ranks[2:]) is None
    assert kendall_w(np.ones((3, 4), dtype=np.int64)) is None


def test_reversing_one_of_two_rankings_turns_the_sign_of_tau() -> None:
    ranks, other = np.array([1, 2, 2, 4, 3]), np.array([2, 1, 3, 4, 4])

    tau, reverse = kendall_tau_b(ranks, other), kendall_tau_b(ranks, -other)

    assert tau is not None
    assert reverse == pytest.approx(-tau)


def test_ac1_keeps_its_meaning_where_a_rare_flag_makes_kappa_collapse() -> None:
    # Of 100 texts two labelers both say no on 96 and differ on 4: pa = .96, q = .02.
    # pe = 2 x .02 x .98 = .0392, so AC1 = (.96 - .0392) / (1 - .0392) = .9584.
    first = [0] * 96 + [1, 1, 0, 0]
    second = [0] * 96 + [0, 0, 1, 1]
    ratings = as_ratings([first, second], NO_YES, units_per_prompt=1)

    ac1, alpha = ac1_of(ratings), alpha_of(ratings, level="nominal")

    assert ac1.value == pytest.approx(0.9584, abs=5e-5)
    assert alpha.value is not None
    assert alpha.value < 0
    assert prevalence_of(ratings).value == pytest.approx(0.02)
    assert prevalence_of(ratings).num_counted == 200


def test_the_chance_of_ac1_is_over_every_completion_that_anybody_answered() -> None:
    """Of 30 shared ones 28 are no and 2 differ; to 10 more one labeler alone says yes (Gwet)."""
    first, second = [0] * 28 + [1, 1] + [1] * 10, [0] * 28 + [0, 0] + [None] * 10

    ac1 = ac1_of(as_ratings([first, second], NO_YES, units_per_prompt=1))

    # q = (2 / 2 + 10) / 40 = .275, pe = 2 x .275 x .725 = .39875, pa = 28 / 30.
    assert ac1.value == pytest.approx((28 / 30 - 0.39875) / (1 - 0.39875))
    assert (ac1.num_prompts, ac1.num_counted) == (30, 60)
    assert ac1.low is not None


def test_a_flag_nobody_ever_sets_has_a_prevalence_and_no_alpha() -> None:
    ratings = as_ratings([[0] * 40, [0] * 40], NO_YES, units_per_prompt=1)

    assert prevalence_of(ratings).value == 0
    assert alpha_of(ratings, level="nominal").reason_undefined is not None
    # Everybody agrees, and that is more than chance would give: AC1 exists.
    assert ac1_of(ratings).value == 1


def test_without_a_shared_completion_there_is_no_agreement() -> None:
    ratings = as_ratings([[3, None], [None, 4]], LIKERT)

    assert "No two labelers" in (alpha_of(ratings, level="ordinal").reason_undefined or "")
    assert "No two labelers" in (ac1_of(ratings).reason_undefined or "")
    assert prevalence_of(ratings).value == 3.5


def test_leniency_is_the_distance_to_the_others_and_tested_against_none() -> None:
    rng = np.random.default_rng(5)
    base = rng.integers(2, 6, size=90)
    table = [(base + 1).tolist(), base.tolist(), base.tolist()]

    facts = leniency(as_ratings(table, LIKERT))

    # The first rates each completion one point above both others, who lie half a point below.
    assert facts[0].value == pytest.approx(1.0)
    assert facts[1].value == pytest.approx(-0.5)
    noisy = [
        (base + rng.integers(0, 3, size=90)).tolist(),
        base.tolist(),
        (base + rng.integers(-1, 2, size=90)).tolist(),
    ]
    tested = leniency(as_ratings(noisy, LIKERT))[0]
    assert tested.expected == 0
    assert tested.p_value is not None
    assert tested.p_value < 0.001


def test_a_value_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the values"):
        as_ratings([[8, 1]], LIKERT)
