"""The two files of the researcher's journey, and what the pages must say of them.

The real ones where they are (tests/reference_data.py): of WMT16's rankings those of English to
Romanian, and the whole test set of PandaLM. Their figures are the published ones, or are counted
here as the pages' definitions have it. Elsewhere a few rows of the same shapes, made up so that
the figures can be worked out by hand.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from tests.reference_data import reference_folder

SYSTEMS: Final = ("jhu", "online-A", "online-B", "rbmt", "uedin")
MODELS: Final = ("bloom-7b", "llama-7b", "opt-7b")
LANG_PAIR: Final = "eng-ron"
STRICT: Final = "Pairwise agreement, ties dropped"
TERNARY: Final = "Pairwise agreement, a tie being an answer"
# Begins what one prompt of PandaLM asks about, which thereby waits for a person and trains nothing.
TELEPHONE: Final = "Call us at 650-636-4884"
# Which side each answer of PandaLM's annotators is for.
SIGN_OF_ANSWER: Final[Mapping[int, int]] = {0: 0, 1: 1, 2: -1}


@dataclass(frozen=True)
class Contest:
    """One model over another: the share of their tasks, a tie being a half, and how many."""

    model: str
    other: str
    share: float
    num_tasks: int
    num_rankings: int


@dataclass(frozen=True)
class Published:
    """``agreement`` of the rankings: (value, comparisons, prompts) by the name of the tile.

    ``kappas`` are Cohen's, of every two annotators of the votes. ``contested`` begins the prompt
    that divides them most, with as many orders and completions. Each annotator has ``num_votes``;
    ``num_trained`` tasks with ``num_pairs`` strict votes are free to train on.
    """

    rankings: Path
    lang_pair: str
    votes: Path
    agreement: Mapping[str, tuple[float, int, int]]
    kappas: tuple[float, ...]
    contested: tuple[str, int, int]
    contest: Contest
    num_votes: int
    num_trained: int
    num_pairs: int


def published_files(folder: Path) -> Published:
    real = reference_folder()
    rankings = real / "wmt16_rankings.jsonl.gz"
    votes = real / "raw/pandalm_testset_v1.json"
    known = real / "expected_agreement.json"
    if all(path.exists() for path in (rankings, votes, known)):
        return real_ones(rankings, votes, json.loads(known.read_text()))
    return made_up(folder)


def real_ones(rankings: Path, votes: Path, known: Mapping[str, Any]) -> Published:
    items = json.loads(votes.read_text())
    free = [item for item in items if not item["input"].startswith(TELEPHONE)]
    check_against_printed(rankings, known["wmt16"][f"wmt16/{LANG_PAIR}"])
    return Published(
        rankings=rankings,
        lang_pair=LANG_PAIR,
        votes=votes,
        agreement=agreement_of_last(rankings),
        kappas=tuple(known["pandalm"]["cohen_kappa"][pair] for pair in ("1-2", "1-3", "2-3")),
        contested=("The given text must be classified as offensive or not offensive.", 12, 5),
        contest=contest_of(items, "llama-7b", "bloom-7b"),
        num_votes=len(items),
        num_trained=len(free),
        num_pairs=num_strict(free),
    )


def judged_pairs(rankings: Path) -> Iterator[tuple[tuple[str, str, str], str, int]]:
    """((segment, first, second), labeler, sign) of every two outputs of a ranking."""
    with gzip.open(rankings, "rt") as lines:
        rows = [row for row in map(json.loads, lines) if row["lang_pair"] == LANG_PAIR]
    for row in rows:
        for one, other in combinations(row["items"], 2):
            (first, rank), (second, theirs) = sorted(
                ("+".join(sorted(item["systems"])), item["rank"]) for item in (one, other)
            )
            sign = (rank > theirs) - (rank < theirs)
            yield (row["segment"], first, second), row["labeler"], sign


def check_against_printed(rankings: Path, printed: Mapping[str, Any]) -> None:
    """What is counted here comes to the printed digit where it counts as those who printed it."""
    said = defaultdict(list)
    for pair, labeler, sign in judged_pairs(rankings):
        said[pair].append((labeler, sign))
    couples = [both for judged in said.values() for both in combinations(judged, 2)]
    apart = [one[1] == other[1] for one, other in couples if one[0] != other[0]]
    reference = printed["order_free_distinct_labelers"]
    assert (sum(apart), len(apart)) == (reference["agree"], reference["comparable"])
    assert round(sum(apart) / len(apart), 4) == reference["pA"]


def agreement_of_last(rankings: Path) -> dict[str, tuple[float, int, int]]:
    """As the page counts: of what one labeler said twice of a pair the last."""
    last = {(pair, labeler): sign for pair, labeler, sign in judged_pairs(rankings)}
    said = defaultdict(list)
    for (pair, _), sign in last.items():
        said[pair].append(sign)
    couples = [(pair[0], *both) for pair, signs in said.items() for both in combinations(signs, 2)]
    strict = [one for one in couples if one[1] and one[2]]
    return {
        name: (
            sum(one == other for _, one, other in counted) / len(counted),
            len(counted),
            len({segment for segment, _, _ in counted}),
        )
        for name, counted in ((STRICT, strict), (TERNARY, couples))
    }


def answers_of(item: Mapping[str, Any]) -> list[int]:
    return [SIGN_OF_ANSWER[item[f"annotator{place}"]] for place in (1, 2, 3)]


def num_strict(items: list[dict[str, Any]]) -> int:
    return sum(sign != 0 for item in items for sign in answers_of(item))


def contest_of(items: list[dict[str, Any]], model: str, other: str) -> Contest:
    scores = []
    for item in items:
        sides = item["cmp_key"].split("_")
        if {model, other} == set(sides):
            towards = 1 if sides[0] == model else -1
            scores += [(1 + towards * sign) / 2 for sign in answers_of(item)]
    return Contest(model, other, sum(scores) / len(scores), len(scores) // 3, len(scores))


def made_up(folder: Path) -> Published:
    """Two people rank five systems on twenty segments: alike on sixteen, reversed on four.

    Three annotators judge thirty duels alike, but for the third, who dissents on every fifth, and
    for the first duel, on which all three differ.
    """
    rankings, votes = folder / "wmt16.jsonl", folder / "pandalm.json"
    rows = [
        wmt_ranking(segment, labeler, is_reversed=labeler == "mo" and segment < 4)
        for segment in range(20)
        for labeler in ("jo", "mo")
    ]
    rankings.write_text("\n".join(json.dumps(row) for row in rows))
    items = [duel(number) for number in range(30)]
    votes.write_text(json.dumps(items))
    return Published(
        rankings=rankings,
        lang_pair="",
        votes=votes,
        agreement={STRICT: (0.8, 200, 20), TERNARY: (0.8, 200, 20)},
        # The first of them says the same throughout, which is no more than chance.
        kappas=(0.0, 0.0, 19 / 199),
        contested=("Task 0: shorten the sentence.", 3, 2),
        # Ten duels: one is worth a half, one two thirds, eight are won outright.
        contest=Contest(MODELS[0], MODELS[1], 9.1666 / 10, 10, 30),
        num_votes=len(items),
        num_trained=len(items),
        num_pairs=num_strict(items),
    )


def wmt_ranking(segment: int, labeler: str, *, is_reversed: bool) -> dict[str, Any]:
    ranks = (5, 4, 3, 2, 1) if is_reversed else (1, 2, 3, 4, 5)
    return {
        "task_id": f"tur-eng/{segment}",
        "ranking_id": f"tur-eng/{segment}/{labeler}",
        "lang_pair": "tur-eng",
        "segment": segment,
        "labeler": labeler,
        "duration_s": 40.5,
        "items": [
            {"systems": [name], "rank": rank} for name, rank in zip(SYSTEMS, ranks, strict=True)
        ],
    }


def duel(number: int) -> dict[str, Any]:
    first, second = MODELS[number % 3], MODELS[(number + 1) % 3]
    answers = (1, 2, 0) if number == 0 else (1, 1, 2 if number % 5 == 0 else 1)
    return {
        "idx": number,
        "motivation_app": f"App {number}",
        "cmp_key": f"{first}_{second}",
        "instruction": f"Task {number}: shorten the sentence.",
        "input": f"The ferry number {number} leaves when the tide allows it, and not before.",
        "response1": f"Ferry {number} leaves with the tide.",
        "response2": f"There is a ferry {number}.",
        **{f"annotator{place}": answer for place, answer in enumerate(answers, start=1)},
    }
