"""Every figure with a known answer, expected beside computed, from a folder of published data.

    python -m benchmarks.known_answers FOLDER [--write]

FOLDER holds classics.json (textbook tables), expected_agreement.json (published and independently
computed figures), ukp_kwise.jsonl, wmt16_rankings.jsonl.gz and raw/pandalm_testset_v1.json. Prints
the table; --write keeps it as benchmarks/results/known-answers.md. Ends with 1 where one differs.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference_judgments import (
    LANGUAGE_PAIRS,
    SIGN_OF_LABEL,
    log_strengths_by_scipy,
    pairwise_crowd,
    rankings_of_translations,
    three_annotators,
    translated_models,
    translation_rankings,
    wins_one_by_one,
)
from labeling.agreement.alpha import LEVELS, Quotient, coincidences_by, krippendorff_quotient
from labeling.agreement.bradley_terry import bradley_terry, log_strengths, win_probability
from labeling.agreement.concordance import kendall_tau_b, kendall_w
from labeling.agreement.contests import contests_of
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import PairJudgments
from labeling.agreement.people import couples, meetings_by_prompt
from labeling.agreement.report import Study
from labeling.agreement.statistics import STATISTICS, cohen_quotient, fleiss_quotient
from labeling.agreement.sums import Sums, share_of_same, sums_by_prompt

DOCUMENT = Path(__file__).resolve().parent / "results" / "known-answers.md"
INTRODUCTION = """# Known answers: expected beside computed

Written by `python -m benchmarks.known_answers FOLDER --write`: {alike} of {number} figures are
alike to the printed digit. FOLDER holds the published data, which is no part of this project.
`tests/labeling/test_agreement_reference.py` and `test_bradley_terry.py` read the same files, and
`tests/labeling/test_public_judgments.py` takes three of them through Postgres to the page.

Agreement of the translation shared tasks: every ranking is a rater, as published; agree of
comparable is pA, pE is chance over all judgments, kappa is (pA - pE) / (1 - pE). Nobody published
the strengths of their systems: these are held against SciPy's optimiser on the same likelihood.
A circle of three says how many threes of arguments the majorities put into no order at all (three
coins would in one case of four).
"""
FIGURES_OF_CROWD = {
    "ternary": ("pooled_pair_agreement", "a tie being an answer"),
    "ternary_by_pair": ("item_mean_agreement", "the same, every pair weighing the same"),
    "alpha_nominal": ("alpha_nominal", "Krippendorff's alpha, nominal"),
    "leave_one_out": ("leave_one_out_vs_mode", "one labeler against the others' mode"),
}
FIGURES_OF_ANNOTATORS = {
    "fleiss_kappa": ("fleiss_kappa", "Fleiss' kappa"),
    "alpha_nominal": ("krippendorff_alpha_nominal", "Krippendorff's alpha, nominal"),
    "ternary": ("pairwise_percent_agreement", "a tie being an answer"),
}
# The definitions of the translation shared tasks, by their names in expected_agreement.json.
PUBLISHED, ANY = "published_definition(ordered,any labeler)", "order_free_any"
DISTINCT, SAME = "order_free_distinct_labelers", "order_free_same_labeler"
WITHIN = ("everything", "labeler", "order")
DEFINITIONS = {
    PUBLISHED: "published: bound to the order shown",
    ANY: "not bound to the order",
    DISTINCT: "not bound, two labelers",
    SAME: "not bound, one labeler twice",
}
ON_THE_PAGE = {PUBLISHED: "ternary_order_bound", ANY: "ternary"}


@dataclass(frozen=True)
class Row:
    """One figure: where it comes from, what it is, and both its values as printed."""

    source: str
    figure: str
    expected: str
    computed: str

    @property
    def is_alike(self) -> bool:
        return self.expected == self.computed


def row(source: str, figure: str, expected: Any, computed: Any) -> Row:
    return Row(source, figure, printed(expected), printed(computed))


def printed(value: Any) -> str:
    """Lists by their members; a number as it is, since both sides have the printed digits."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {printed(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(printed(one) for one in value)
    return str(value)


def divided(quotient: Quotient, digits: int = 4) -> float:
    numerator, denominator = quotient
    return round(float(numerator / denominator), digits)


def value(figure: Figure) -> float | str:
    return figure.reason_undefined or "" if figure.value is None else round(figure.value, 4)


def textbook_agreement(classics: Any) -> Iterator[Row]:
    table = classics["krippendorff_2011"]
    observed = np.array(table["data"], dtype=float)
    values = np.unique(observed[~np.isnan(observed)])
    counts = np.stack([(observed == one).sum(axis=0) for one in values], 1).astype(np.float64)
    met = coincidences_by(np.zeros(len(counts), dtype=np.int64), counts)[0]
    for level in LEVELS:
        alpha = divided(krippendorff_quotient(met, values, level=level))
        yield row("Krippendorff 2011", f"alpha, {level}", table["expected"][level], alpha)
    for name, source in (("fleiss_1971", "Fleiss 1971"), ("fleiss_10x14", "10 items x 14 raters")):
        given = np.array(classics[name]["data"], dtype=np.float64)
        kappa = divided(fleiss_quotient(share_of_same(given).mean(), given.sum(axis=0)))
        yield row(source, "Fleiss' kappa", classics[name]["expected"]["fleiss_kappa"], kappa)
    table = classics["cohen_2x2"]
    kappa = divided(cohen_quotient(np.array(table["data"], dtype=np.float64)))
    yield row("2 x 2 table", "Cohen's kappa", table["expected"]["cohen_kappa"], kappa)
    table = classics["kendall_tau_b_ties"]
    tau = kendall_tau_b(np.array(table["x"]), np.array(table["y"]))
    yield row("Kendall, with ties", "tau-b", table["expected"]["tau_b"], round(tau or 0, 4))
    table = classics["kendall_w_ties"]
    judges = np.array(table["data"])
    w = kendall_w(judges) or 0
    wanted, (num_judges, num_items) = table["expected"], judges.shape
    rounding = "Hollander and Wolfe, 22 x 3"
    yield row(rounding, "Kendall's W", wanted["kendall_W_tie_corrected"], round(w, 4))
    chi2 = round(w * num_judges * (num_items - 1), 4)
    yield row(rounding, "Friedman's chi-squared, L (K - 1) W", wanted["friedman_chi2"], chi2)


def textbook_strengths(classics: Any) -> Iterator[Row]:
    def fitted(wins: Any) -> Any:
        return log_strengths(np.array(wins, dtype=float)[None])[0]

    table = classics["bradley_terry_4teams"]
    strengths = np.exp(fitted(table["data"])).round(4).tolist()
    yield row("four teams", "Bradley-Terry, geometric mean 1", table["expected"], strengths)
    table = classics["bradley_terry_baseball1987"]
    found = fitted(table["wins"])
    wanted = table["expected_log_ability_rel_to_last"]
    yield row(
        "baseball 1987",
        "Bradley-Terry, log, last team 0",
        [float(one) for one in wanted],
        (found - found[-1]).round(3).tolist(),
    )
    table = classics["bradley_terry_citations"]
    found = fitted(table["wins"])
    wanted = table["expected_log_ability_rel_to_first"]
    yield row(
        "citations",
        "Bradley-Terry, log, first journal 0",
        [float(one) for one in wanted],
        (found - found[0]).round(3).tolist(),
    )
    table = classics["elo_5games"]
    gaps = (table["rating"] - np.array(table["opponents"])) * np.log(10) / 400
    score = float(win_probability(gaps).sum())
    wanted = table["expected"]
    yield row("five games", "Elo, expected score", wanted["expected_score"], round(score, 4))
    rating = round(table["rating"] + table["K"] * (table["score"] - score), 1)
    yield row("five games", "Elo, new rating", wanted["new_rating"], rating)


def annotators(folder: Path, wanted: Any) -> Iterator[Row]:
    judged = three_annotators(folder / "raw" / "pandalm_testset_v1.json")
    figures = Study(judged).figures()
    source = "PandaLM test set"
    for one in couples(meetings_by_prompt(judged), labelers=[0, 1, 2]):
        name = f"{one.a + 1}-{one.b + 1}"
        kappa = value(one.kappa)
        label = f"Cohen's kappa, annotators {name}"
        yield row(source, label, wanted["cohen_kappa"][name], kappa)
        published = wanted["cohen_kappa_published"][name]
        yield row(source, f"{label}, as published", published, round(float(kappa), 2))
    for key, (name, label) in FIGURES_OF_ANNOTATORS.items():
        yield row(source, label, wanted[name], value(figures[key]))
    counts = judged.counts()
    majority = counts.argmax(axis=1)[counts.max(axis=1) >= 2]
    names = dict(enumerate(("2", "tie", "1")))
    found = {names[place]: int((majority == place).sum()) for place in names}
    yield row(source, "majorities", wanted["majority_counts"], found)
    unanimous = int((counts.max(axis=1) == 3).sum())
    yield row(source, "items all three judge alike", wanted["unanimous"], unanimous)


def crowd(folder: Path, wanted: Any) -> Iterator[Row]:
    source, file = "UKP, K-wise", folder / "ukp_kwise.jsonl"
    judged = pairwise_crowd(file, has_sides=True)
    figures = Study(judged).figures()
    yield row(source, "pairs", wanted["pairs"], len(judged.prompt))
    yield row(source, "judgments", wanted["labels"], len(judged.pair))
    yield row(source, "labelers", wanted["labelers"], len(np.unique(judged.labeler)))
    for key, (name, label) in FIGURES_OF_CROWD.items():
        yield row(source, label, wanted[name], value(figures[key]))
    circles = figures["circles"]
    by_label = {name: int((judged.sign == sign).sum()) for name, sign in SIGN_OF_LABEL.items()}
    yield row(source, "answers", wanted["label_counts"], by_label)
    longer = Study(pairwise_crowd(file, has_sides=False)).figures()["longer_text"]
    share, num_pairs = wanted["longer_wins_vs_plurality"]
    # The reference counts its one pair of equally long texts as a win; the page leaves it out.
    won = (longer.value or 0) * longer.num_counted + 1
    label = "longer text preferred, of decided pairs (with the one of equal length as a win)"
    found = [round(won / (longer.num_counted + 1), 4), longer.num_counted + 1]
    yield row(source, label, [share, num_pairs], found)
    label = "circles of three majorities, of the threes that have them"
    found = [round((circles.value or 0) * circles.num_counted), circles.num_counted]
    yield row(source, label, wanted["plurality_3cycles"], found)


def translations(folder: Path, wanted: Any) -> Iterator[Row]:
    file = folder / "wmt16_rankings.jsonl.gz"
    for language_pair in LANGUAGE_PAIRS:
        source, known = f"WMT16 {language_pair}", wanted[f"wmt16/{language_pair}"]
        judged = translation_rankings(file, language_pair)
        rankings = rankings_of_translations(file, language_pair)
        ties = float((judged.sign == 0).mean())
        chance = ties**2 + (1 - ties) ** 2 / 2
        found = {
            "pairs": len(judged.pair),
            "ties": int((judged.sign == 0).sum()),
            "pE": round(chance, 4),
            "labelers": len({one["labeler"] for one in rankings}),
        }
        yield row(source, "counts", {name: known[name] for name in found}, found)
        sums = {within: summed(file, language_pair, within) for within in WITHIN}
        page = Study(judged).summed
        for name, label in DEFINITIONS.items():
            computed = agreement(name, sums, chance)
            if name in ON_THE_PAGE:
                figure = page.figure(STATISTICS[ON_THE_PAGE[name]])
                computed["pA"] = float(value(figure))
            yield row(source, label, known[name], computed)


def summed(file: Path, language_pair: str, within: str) -> Sums:
    judged: PairJudgments = translation_rankings(file, language_pair, within=within)
    return sums_by_prompt(judged).total()


def agreement(name: str, sums: dict[str, Sums], chance: float) -> dict[str, float | int]:
    """Of the same counts: two labelers are what is left of any without one labeler twice."""
    within = {PUBLISHED: "order", SAME: "labeler"}.get(name, "everything")
    counted = [sums[within].same, sums[within].comparisons, sums[within].half_points]
    if name == DISTINCT:
        twice = sums["labeler"]
        less = (twice.same, twice.comparisons, twice.half_points)
        counted = [every - one for every, one in zip(counted, less, strict=True)]
    same, comparable, half = (float(one) for one in counted)
    share = same / comparable
    return {
        "agree": round(same),
        "comparable": round(comparable),
        "pA": round(share, 4),
        "kappa": round((share - chance) / (1 - chance), 4),
        "half_credit": round(half / comparable, 4),
    }


def orders(folder: Path) -> Iterator[Row]:
    """Nobody published these: expected is the same likelihood by SciPy, over wins added one by
    one."""
    for language_pair in LANGUAGE_PAIRS:
        ranked, names = translated_models(folder / "wmt16_rankings.jsonl.gz", language_pair)
        by_scipy = log_strengths_by_scipy(wins_one_by_one(ranked, len(names)))
        found = bradley_terry(contests_of(ranked, num_models=len(names)))
        yield row(
            f"WMT16 {language_pair}",
            "Bradley-Terry, log, strong to weak",
            [f"{short(names[one])} {by_scipy[one]:.3f}" for one in np.argsort(-by_scipy)],
            [f"{short(names[one.model])} {one.log_strength:.3f}" for one in found],
        )


def short(system: str) -> str:
    """`newstest2016.LIMSI.4423.en-ro` as LIMSI."""
    return system.split(".")[1]


def known_answers(folder: Path) -> list[tuple[str, list[Row]]]:
    """Every part of the table, in the order printed."""
    classics = json.loads((folder / "classics.json").read_text())
    wanted = json.loads((folder / "expected_agreement.json").read_text())
    return [
        ("Textbook tables", [*textbook_agreement(classics), *textbook_strengths(classics)]),
        ("Three annotators", list(annotators(folder, wanted["pandalm"]))),
        ("A crowd", list(crowd(folder, wanted["ukp_kwise_dev"]))),
        ("Translations, K-way with ties", list(translations(folder, wanted["wmt16"]))),
        ("Orders of the translation systems", list(orders(folder))),
    ]


def document(parts: Sequence[tuple[str, Sequence[Row]]]) -> str:
    rows = [one for _, part in parts for one in part]
    alike = sum(one.is_alike for one in rows)
    lines = INTRODUCTION.format(alike=alike, number=len(rows)).splitlines()
    for title, part in parts:
        lines += [
            "",
            f"## {title}",
            "",
            "| source | figure | expected | computed | |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {one.source} | {one.figure} | {one.expected} | {one.computed} | "
            f"{'alike' if one.is_alike else '**differs**'} |"
            for one in part
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the published data lie")
    parser.add_argument("--write", action="store_true", help=f"keep it as {DOCUMENT.name}")
    given = parser.parse_args()
    try:
        parts = known_answers(given.folder)
    except FileNotFoundError as error:
        parser.error(
            f"{error.filename} is missing; the first lines of this file say what FOLDER holds."
        )
    print(document(parts), end="")
    if given.write:
        DOCUMENT.write_text(document(parts))
    return 0 if all(one.is_alike for _, part in parts for one in part) else 1


if __name__ == "__main__":
    sys.exit(main())
