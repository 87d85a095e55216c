"""How long the agreement figures take, against counting comparisons one by one.

    python -m benchmarks.agreement

Prints one line, in seconds of processor time: all figures with their intervals, all without, and
how that compares to a plain loop that works out one of them (timed on a fiftieth of the prompts).
"""

import time
from itertools import combinations

import numpy as np

from labeling.agreement.judgments import PairJudgments
from labeling.agreement.report import Study
from labeling.agreement.statistics import STATISTICS
from labeling.agreement.sums import sums_by_prompt

NUM_PROMPTS = 33_000
PAIRS_PER_PROMPT = 15
NUM_LABELERS = 3
LOOP_SHARE = 50


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


def main() -> None:
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
