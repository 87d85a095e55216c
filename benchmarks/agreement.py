"""How long the agreement figures take, against counting comparisons one by one.

    python -m benchmarks.agreement

Prints two lines, in seconds of processor time: all figures with their intervals, all without, and
how that compares to a plain loop that works out one of them, timed on a fiftieth of the prompts;
and 240 rankings (80 prompts, three labelers, K = 6) as a peer works out its one figure, an alpha
whose distance is (1 - tau-b) / 2 between any two of the rankings, beside all of ours.
"""

import time
from itertools import combinations

import numpy as np
from scipy import stats

from labeling.agreement.judgments import PairJudgments, RankedItems
from labeling.agreement.report import Study
from labeling.agreement.statistics import STATISTICS
from labeling.agreement.sums import sums_by_prompt

NUM_PROMPTS = 33_000
PAIRS_PER_PROMPT = 15
NUM_LABELERS = 3
LOOP_SHARE = 50
FEW_PROMPTS, FEW_K = 80, 6


def judgments(num_prompts: int) -> PairJudgments:
    """Random answers to every pair of K = 6 completions of each prompt."""
    num_pairs = num_prompts * PAIRS_PER_PROMPT
    generator = np.random.default_rng(0)
    return PairJudgments(
        pair=np.tile(np.arange(num_pairs), NUM_LABELERS),
        labeler=np.repeat(np.arange(NUM_LABELERS), num_pairs),
        sign=generator.integers(-1, 2, size=NUM_LABELERS * num_pairs),
        prompt=np.arange(num_pairs) // PAIRS_PER_PROMPT,
        has_sides=np.zeros(num_pairs, dtype=np.bool_),
        longer=np.zeros(num_pairs, dtype=np.int64),
    )


def agreement_one_by_one(judged: PairJudgments) -> float:
    """The ternary agreement alone, comparison by comparison."""
    answers: dict[int, list[int]] = {}
    for pair, sign in zip(judged.pair.tolist(), judged.sign.tolist(), strict=True):
        answers.setdefault(pair, []).append(sign)
    same = [a == b for given in answers.values() for a, b in combinations(given, 2)]
    return sum(same) / len(same)


def rankings_of_few() -> tuple[np.ndarray, PairJudgments]:
    """The ranks, rankings x K, and the same as judgments; labelers see one order through noise."""
    generator = np.random.default_rng(1)
    seen = np.arange(FEW_K) + 2 * generator.standard_normal((FEW_PROMPTS * NUM_LABELERS, FEW_K))
    ranks = seen.argsort(axis=1).argsort(axis=1) + 1
    num_rankings = len(ranks)
    items = RankedItems(
        ranking=np.repeat(np.arange(num_rankings), FEW_K),
        position=np.tile(np.arange(FEW_K), num_rankings),
        rank=ranks.ravel(),
        length=np.zeros(ranks.size, dtype=np.int64),
        task=np.repeat(np.arange(FEW_PROMPTS), NUM_LABELERS),
        labeler=np.tile(np.arange(NUM_LABELERS), FEW_PROMPTS),
        prompt=np.arange(FEW_PROMPTS),
        has_sides=np.zeros(FEW_PROMPTS, dtype=np.bool_),
    )
    return ranks, items.pair_judgments()


def peers_alpha(ranks: np.ndarray) -> float:
    """1 - observed / expected distance, the expected one over any two rankings of the study."""
    distance = {
        (a, b): (1 - stats.kendalltau(ranks[a], ranks[b])[0]) / 2
        for a, b in combinations(range(len(ranks)), 2)
    }
    expected = sum(distance.values()) / len(distance)
    within = [value for (a, b), value in distance.items() if a // NUM_LABELERS == b // NUM_LABELERS]
    return 1 - sum(within) / len(within) / expected


def measure_few() -> None:
    ranks, judged = rankings_of_few()
    began = time.process_time()
    Study(judged).figures()
    ours = time.process_time() - began
    began = time.process_time()
    peers_alpha(ranks)
    theirs = time.process_time() - began
    print(
        f"{len(ranks)} rankings: the peer's way {theirs:.1f} s for one figure, ours {ours:.3f} s "
        f"for all with intervals; ratio {theirs / ours:.0f}"
    )


def main() -> None:
    measure_few()
    judged = judgments(NUM_PROMPTS)
    began = time.process_time()
    figures = Study(judged).figures()
    seconds = time.process_time() - began

    began = time.process_time()
    total = sums_by_prompt(judged).total()
    for statistic in STATISTICS.values():
        statistic.formula(total)
    bare_seconds = time.process_time() - began

    few = judgments(NUM_PROMPTS // LOOP_SHARE)
    began = time.process_time()
    looped = agreement_one_by_one(few)
    loop_seconds = (time.process_time() - began) * LOOP_SHARE

    assert abs(looped - (figures["ternary"].value or 0)) < 0.02
    print(
        f"{len(judged.pair):,} judgments: {len(figures)} figures with intervals {seconds:.2f} s, "
        f"without {bare_seconds:.2f} s; one figure in a plain loop {loop_seconds:.2f} s; "
        f"ratio {loop_seconds / bare_seconds:.1f}"
    )


if __name__ == "__main__":
    main()
