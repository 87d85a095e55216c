"""Agreement against published and textbook figures, and against another implementation (R42)."""

import json
import time
from dataclasses import replace
from typing import Any

import krippendorff
import numpy as np
import pytest

from benchmarks import reference_judgments
from labeling.agreement.alpha import Quotient
from labeling.agreement.judgments import NUM_SIGNS, FloatArray, PairJudgments
from labeling.agreement.people import couples, meetings_by_prompt
from labeling.agreement.report import Study
from labeling.agreement.statistics import (
    STATISTICS,
    alpha_quotient,
    cohen_quotient,
    fleiss_quotient,
)
from labeling.agreement.sums import coincidences, share_of_same, sums_by_prompt
from tests.labeling.plain_shared_tasks import agreement_of_rankings
from tests.reference_data import reference_data


def divided(quotient: Quotient) -> float:
    numerator, denominator = quotient
    return float(numerator / denominator)


def alpha_of(counts: FloatArray) -> float:
    pairable = counts[counts.sum(axis=1) > 1]
    return divided(alpha_quotient(np.asarray(coincidences(pairable).sum()), pairable.sum(axis=0)))


def expected(name: str) -> Any:
    return json.loads(reference_data("expected_agreement.json").read_text())[name]


def classic(name: str) -> Any:
    return json.loads(reference_data("classics.json").read_text())[name]


def counted(values: list[list[int | None]]) -> FloatArray:
    """How often each value was given to each unit. Shapes: observers x units in, units x values."""
    observed = np.array([[np.nan if v is None else v for v in row] for row in values], dtype=float)
    categories = np.unique(observed[~np.isnan(observed)])
    return np.stack([(observed == category).sum(axis=0) for category in categories], 1).astype(
        np.float64
    )


def random_counts(seed: int) -> tuple[list[list[int | None]], FloatArray]:
    rng = np.random.default_rng(seed)
    values: list[list[int | None]] = [
        [None if rng.random() < 0.3 else int(rng.integers(-1, 2)) for _ in range(25)]
        for _ in range(5)
    ]
    return values, counted(values)


@pytest.mark.parametrize("seed", range(12))
def test_alpha_equals_the_krippendorff_package(seed: int) -> None:
    values, counts = random_counts(seed)
    table = np.array([[np.nan if v is None else v for v in row] for row in values], dtype=float)

    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")

    assert alpha_of(counts) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_alpha_on_pair_signs_equals_the_krippendorff_package(seed: int) -> None:
    """The road through PairJudgments and sums by prompt ends at the same number."""
    values, _ = random_counts(seed)
    rows = [
        (unit, observer, value)
        for observer, row in enumerate(values)
        for unit, value in enumerate(row)
        if value is not None
    ]
    pair, labeler, sign = np.array(rows, dtype=np.int64).T
    judgments = PairJudgments(
        pair, labeler, sign, np.arange(25) // 4, np.ones(25, bool), np.zeros(25, np.int64)
    )
    table = np.array([[np.nan if v is None else v for v in row] for row in values], dtype=float)

    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")

    ours = divided(STATISTICS["alpha_nominal"].formula(sums_by_prompt(judgments).total()))
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_the_textbook_alpha_with_missing_values() -> None:
    table = classic("krippendorff_2011")

    assert round(alpha_of(counted(table["data"])), 4) == table["expected"]["nominal"]


@pytest.mark.parametrize("name", ["fleiss_1971", "fleiss_10x14"])
def test_the_textbook_fleiss_kappas(name: str) -> None:
    table = classic(name)
    counts = np.array(table["data"], dtype=np.float64)

    kappa = divided(fleiss_quotient(share_of_same(counts).mean(), counts.sum(axis=0)))

    assert round(kappa, 4) == table["expected"]["fleiss_kappa"]


def test_the_textbook_cohen_kappa() -> None:
    table = classic("cohen_2x2")

    kappa = divided(cohen_quotient(np.array(table["data"], dtype=np.float64)))

    assert round(kappa, 4) == table["expected"]["cohen_kappa"]


def pairwise_crowd(*, has_sides: bool) -> PairJudgments:
    return reference_judgments.pairwise_crowd(
        reference_data("ukp_kwise.jsonl"), has_sides=has_sides
    )


@pytest.mark.parametrize("has_sides", [True, False])
def test_the_crowds_figures_are_reproduced(has_sides: bool) -> None:
    reference = expected("ukp_kwise_dev")
    judgments = pairwise_crowd(has_sides=has_sides)

    figures = Study(judgments).figures()

    assert len(judgments.prompt) == reference["pairs"]
    assert len(judgments.pair) == reference["labels"]
    assert len(np.unique(judgments.labeler)) == reference["labelers"]
    assert rounded(figures["ternary"].value) == reference["pooled_pair_agreement"]
    assert rounded(figures["ternary_by_pair"].value) == reference["item_mean_agreement"]
    assert rounded(figures["alpha_nominal"].value) == reference["alpha_nominal"]
    assert rounded(figures["leave_one_out"].value) == reference["leave_one_out_vs_mode"]
    assert figures["fleiss_kappa"].reason_undefined is not None


def rounded(value: float | None) -> float:
    assert value is not None
    return round(value, 4)


def test_the_crowds_label_counts_are_reproduced() -> None:
    sign = pairwise_crowd(has_sides=True).sign

    counts = {"a": (sign == 1).sum(), "b": (sign == -1).sum(), "tie": (sign == 0).sum()}

    assert counts == expected("ukp_kwise_dev")["label_counts"]


def test_the_crowds_preference_for_longer_text_is_reproduced() -> None:
    """The reference counts one pair of equally long texts as a win; we leave it out."""
    share, num_pairs = expected("ukp_kwise_dev")["longer_wins_vs_plurality"]

    figure = Study(pairwise_crowd(has_sides=False)).figures()["longer_text"]

    assert figure.num_counted == num_pairs - 1
    assert figure.value is not None
    assert round((figure.value * figure.num_counted + 1) / num_pairs, 4) == share


def three_annotators() -> PairJudgments:
    return reference_judgments.three_annotators(reference_data("raw/pandalm_testset_v1.json"))


def test_the_three_annotators_figures_are_reproduced() -> None:
    reference = expected("pandalm")
    judgments = three_annotators()

    figures = Study(judgments).figures()
    kappas = couples(meetings_by_prompt(judgments), labelers=[0, 1, 2])

    assert rounded(figures["ternary"].value) == reference["pairwise_percent_agreement"]
    assert rounded(figures["fleiss_kappa"].value) == reference["fleiss_kappa"]
    assert rounded(figures["alpha_nominal"].value) == reference["krippendorff_alpha_nominal"]
    assert {
        f"{kappa.a + 1}-{kappa.b + 1}": rounded(kappa.kappa.value) for kappa in kappas
    } == reference["cohen_kappa"]


def test_the_three_annotators_majorities_are_reproduced() -> None:
    reference = expected("pandalm")
    counts = three_annotators().counts()

    majority = counts.argmax(axis=1)[counts.max(axis=1) >= 2]

    assert int((counts.max(axis=1) == 3).sum()) == reference["unanimous"]
    assert reference["majority_counts"] == {
        "2": int((majority == 0).sum()),
        "tie": int((majority == 1).sum()),
        "1": int((majority == 2).sum()),
    }


def translation_rankings(language_pair: str, *, within: str = "everything") -> PairJudgments:
    return reference_judgments.translation_rankings(
        reference_data("wmt16_rankings.jsonl.gz"), language_pair, within=within
    )


@pytest.mark.parametrize("language_pair", ["eng-ron", "eng-tur", "ron-eng", "tur-eng"])
@pytest.mark.parametrize(
    ("within", "name"),
    [("everything", "order_free_any"), ("labeler", "order_free_same_labeler")],
)
def test_agreement_of_k_way_rankings_with_ties_is_reproduced(
    language_pair: str, within: str, name: str
) -> None:
    reference = expected("wmt16")[f"wmt16/{language_pair}"]
    judgments = translation_rankings(language_pair, within=within)

    total = sums_by_prompt(judgments).total()

    assert len(judgments.pair) == reference["pairs"]
    assert int((judgments.sign == 0).sum()) == reference["ties"]
    assert int(total.comparisons) == reference[name]["comparable"]
    assert int(total.same) == reference[name]["agree"]
    assert round(divided(STATISTICS["ternary"].formula(total)), 4) == reference[name]["pA"]
    half_credit = round(divided(STATISTICS["half_credit"].formula(total)), 4)
    assert half_credit == reference[name]["half_credit"]


@pytest.mark.parametrize("language_pair", ["eng-ron", "eng-tur", "ron-eng", "tur-eng"])
def test_agreement_between_two_labelers_is_what_is_left_of_any(language_pair: str) -> None:
    reference = expected("wmt16")[f"wmt16/{language_pair}"]["order_free_distinct_labelers"]
    of_any = sums_by_prompt(translation_rankings(language_pair)).total()
    of_same = sums_by_prompt(translation_rankings(language_pair, within="labeler")).total()

    assert int(of_any.comparisons - of_same.comparisons) == reference["comparable"]
    assert int(of_any.same - of_same.same) == reference["agree"]


@pytest.mark.parametrize("language_pair", ["eng-ron", "eng-tur", "ron-eng", "tur-eng"])
@pytest.mark.parametrize("name", ["published_definition(ordered,any labeler)", "order_free_any"])
def test_the_translation_tasks_kappas_are_reproduced_under_both_definitions(
    language_pair: str, name: str
) -> None:
    """Chance is over all judgments, those that nobody else made included."""
    reference = expected("wmt16")[f"wmt16/{language_pair}"]
    judgments = translation_rankings(language_pair)

    found = agreement_of_rankings(judgments, bound_to_order="ordered" in name)

    assert rounded(found.chance) == reference["pE"]
    assert (found.num_same, found.num_comparable) == (
        reference[name]["agree"],
        reference[name]["comparable"],
    )
    assert rounded(found.agreement) == reference[name]["pA"]
    assert rounded(found.kappa) == reference[name]["kappa"]
    assert rounded(found.half_credit) == reference[name]["half_credit"]


@pytest.mark.parametrize("language_pair", ["eng-ron", "eng-tur", "ron-eng", "tur-eng"])
@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ternary_order_bound", "published_definition(ordered,any labeler)"),
        ("ternary", "order_free_any"),
    ],
)
def test_the_pages_own_figures_are_the_translation_tasks_under_both_definitions(
    language_pair: str, key: str, name: str
) -> None:
    """R42: every ranking a rater, as published. The kappa takes its chance from all judgments."""
    reference = expected("wmt16")[f"wmt16/{language_pair}"]
    judgments = translation_rankings(language_pair)

    summed = Study(judgments).summed
    figure = summed.figure(STATISTICS[key])

    assert (figure.num_counted, rounded(figure.value)) == (
        reference[name]["comparable"],
        reference[name]["pA"],
    )
    same, _ = STATISTICS[key].formula(summed.total)
    assert int(same) == reference[name]["agree"]
    chance_of = STATISTICS[key].chance
    assert figure.value is not None
    assert chance_of is not None
    chance = chance_of(
        replace(
            summed.total,
            tied=np.asarray(float((judgments.sign == 0).sum())),
            judgments=np.asarray(float(len(judgments.sign))),
        )
    )
    assert rounded(chance) == reference["pE"]
    assert rounded((figure.value - chance) / (1 - chance)) == reference[name]["kappa"]


def test_a_million_and_a_half_judgments_take_about_a_second() -> None:
    """33,000 prompts, three labelers, K = 6; the peers' pure Python needs 15 s for 240 rankings."""
    rng = np.random.default_rng(0)
    num_pairs = 33_000 * 15
    judgments = PairJudgments(
        pair=np.tile(np.arange(num_pairs), 3),
        labeler=np.repeat(np.arange(3), num_pairs),
        sign=rng.integers(-1, 2, size=3 * num_pairs),
        prompt=np.arange(num_pairs) // 15,
        has_sides=np.zeros(num_pairs, dtype=np.bool_),
        longer=np.zeros(num_pairs, dtype=np.int64),
    )
    assert judgments.counts().shape == (num_pairs, NUM_SIGNS)

    started = time.process_time()
    figures = Study(judgments).figures()

    # Three times what it takes on an idle laptop core: a bound that only an algorithm can miss.
    assert time.process_time() - started < 4
    assert figures["ternary"].low is not None
