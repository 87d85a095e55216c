"""Real judgments with known figures, as the agreement code reads them, and other ways to a figure.

The tests and `python -m benchmarks.known_answers` read the same files through these. Every function
takes the path of its file; none of the files is part of this project.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize

from labeling.agreement.contests import RankedModels
from labeling.agreement.judgments import FloatArray, PairJudgments

LANGUAGE_PAIRS = ("eng-ron", "eng-tur", "ron-eng", "tur-eng")
SIGN_OF_LABEL = {"a": 1, "b": -1, "tie": 0}


def pairwise_crowd(file: Path, *, has_sides: bool) -> PairJudgments:
    """The convincing-arguments judgments (ukp_kwise.jsonl), sides as in the file."""
    pairs: dict[tuple[str, str, str], int] = {}
    prompts: dict[str, int] = {}
    labelers: dict[str, int] = {}
    items: dict[tuple[str, str], int] = {}
    rows, prompt_of_pair, longer, items_of_pair = [], [], [], []
    for task in crowd_tasks(file):
        prompt = prompts.setdefault(task["prompt"], len(prompts))
        length = {completion["id"]: len(completion["text"]) for completion in task["completions"]}
        for row in task["comparisons"]:
            key = (task["task_id"], row["a"], row["b"])
            if key not in pairs:
                pairs[key] = len(pairs)
                prompt_of_pair.append(prompt)
                longer.append(np.sign(length[row["a"]] - length[row["b"]]))
                both = [(task["task_id"], row[side]) for side in ("a", "b")]
                items_of_pair.append([items.setdefault(one, len(items)) for one in both])
            labeler = labelers.setdefault(row["labeler"], len(labelers))
            rows.append((pairs[key], labeler, SIGN_OF_LABEL[row["label"]]))
    pair, labeler_column, sign = np.array(rows, dtype=np.int64).T
    return PairJudgments(
        pair,
        labeler_column,
        sign,
        np.array(prompt_of_pair),
        np.full(len(pairs), has_sides),
        np.array(longer, dtype=np.int64),
        items=np.array(items_of_pair, dtype=np.int64),
    )


def crowd_tasks(file: Path) -> Iterator[Any]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def cycles_of_three(file: Path) -> tuple[int, int]:
    """Threes of one task's arguments that go round in a circle, of those with three majorities.

    A majority prefers one of two where more labelers chose it than the other, ties aside. Three
    coins would go round in one case of four.
    """
    num_cycles = num_decided = 0
    for task in crowd_tasks(file):
        more: dict[tuple[str, str], int] = {}
        for row in task["comparisons"]:
            sign = SIGN_OF_LABEL[row["label"]]
            for pair, way in (((row["a"], row["b"]), sign), ((row["b"], row["a"]), -sign)):
                more[pair] = more.get(pair, 0) + way
        for a, b, c in combinations([one["id"] for one in task["completions"]], 3):
            ways = [np.sign(more.get(pair, 0)) for pair in ((a, b), (b, c), (c, a))]
            num_decided += 0 not in ways
            num_cycles += abs(sum(ways)) == 3
    return num_cycles, num_decided


def three_annotators(file: Path) -> PairJudgments:
    """The two-way test set with three annotators (pandalm_testset_v1.json), sides as shown."""
    items = json.loads(file.read_text())
    prompts: dict[str, int] = {}
    prompt = [prompts.setdefault(it["instruction"] + it["input"], len(prompts)) for it in items]
    sign = [[{0: 0, 1: 1, 2: -1}[item[f"annotator{n}"]] for n in (1, 2, 3)] for item in items]
    return PairJudgments(
        np.repeat(np.arange(len(items)), 3),
        np.tile(np.arange(3), len(items)),
        np.array(sign, dtype=np.int64).ravel(),
        np.array(prompt),
        np.ones(len(items), dtype=np.bool_),
        np.zeros(len(items), dtype=np.int64),
    )


def rankings_of_translations(file: Path, language_pair: str) -> list[Any]:
    """wmt16_rankings.jsonl.gz."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [one for one in map(json.loads, lines) if one["lang_pair"] == language_pair]


def translation_rankings(
    file: Path, language_pair: str, *, within: str = "everything"
) -> PairJudgments:
    """K-way rankings of translations as pair judgments, every ranking a rater of its own.

    The same labeler may rank a segment again, so raters are told apart by the ranking's number.
    ``within`` compares only the rankings of one "labeler", or of one "order" shown.
    """
    pairs: dict[tuple[Any, ...], int] = {}
    rows, mirrored = [], []
    for number, ranking in enumerate(rankings_of_translations(file, language_pair)):
        items = [("+".join(sorted(item["systems"])), item["rank"]) for item in ranking["items"]]
        place = {name: n for n, (name, _) in enumerate(items)}
        for (name, rank), (other, other_rank) in combinations(sorted(items), 2):
            turned = place[name] > place[other]
            unit = (ranking["task_id"], name, other)
            apart = {"everything": (), "labeler": (ranking["labeler"],), "order": (turned,)}
            mirrored.append(turned)
            key = (*unit, *apart[within])
            rows.append((pairs.setdefault(key, len(pairs)), number, np.sign(other_rank - rank)))
    pair, labeler, sign = np.array(rows, dtype=np.int64).T
    none = np.zeros(len(pairs), dtype=np.int64)
    return PairJudgments(
        pair, labeler, sign, none, none.astype(np.bool_), none, np.array(mirrored, dtype=np.bool_)
    )


def translated_models(file: Path, language_pair: str) -> tuple[RankedModels, list[str]]:
    """Systems whose output was the same words are ranked alike, each in its own name."""
    rankings = rankings_of_translations(file, language_pair)
    names = sorted({name for one in rankings for item in one["items"] for name in item["systems"]})
    rows = [
        (number, number, int(one["segment"]), names.index(name), item["rank"])
        for number, one in enumerate(rankings)
        for item in one["items"]
        for name in item["systems"]
    ]
    return RankedModels(*np.array(rows, dtype=np.int64).T), names


def wins_one_by_one(ranked: RankedModels, num_models: int) -> FloatArray:
    """How often the row's model beat the column's, ties as halves, ranking by ranking."""
    wins = np.zeros((num_models, num_models))
    order = np.argsort(ranked.ranking, kind="stable")
    bounds = np.flatnonzero(np.diff(ranked.ranking[order])) + 1
    for rows in np.split(order, bounds):
        for one, other in combinations(rows, 2):
            first, second = ranked.model[one], ranked.model[other]
            score = (np.sign(ranked.rank[other] - ranked.rank[one]) + 1) / 2
            wins[first, second] += score
            wins[second, first] += 1 - score
    np.fill_diagonal(wins, 0)
    return wins


def log_strengths_by_scipy(wins: Any) -> FloatArray:
    """Bradley and Terry's likelihood through a general optimiser; mean 0."""

    def surprise(strength: Any) -> float:
        difference = strength[:, None] - strength[None, :]
        return float((wins * np.logaddexp(0, -difference)).sum() + strength.sum() ** 2)

    found = optimize.minimize(surprise, np.zeros(len(wins)), method="BFGS", tol=1e-10)
    strengths: FloatArray = found.x - found.x.mean()
    return strengths
