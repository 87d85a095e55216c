"""Scores against known utilities: accuracy, calibration and log loss beside their limits.

A limit is what the utility itself reaches on the same noisy labels: no score does better but by
luck. Legend: N completions, P pairs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.ml import evaluation
from training.ml.records import RankedPrompt

Floats = NDArray[np.float64]


def comparisons_of(rankings: Sequence[RankedPrompt]) -> evaluation.Comparisons:
    """Every labeler's strict pairs over all completions in their order."""
    pairs, prompt_of_pair, first = [], [], 0
    for number, ranked in enumerate(rankings):
        own = ranked.comparisons()
        pairs += [(first + preferred, first + other) for preferred, other in own]
        prompt_of_pair += [number] * len(own)
        first += len(ranked.completions)
    return evaluation.Comparisons(
        np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(prompt_of_pair, dtype=np.int64)
    )


def judged(
    rankings: Sequence[RankedPrompt],
    score_of: Mapping[str, float],
    utility_of: Mapping[str, float],
    *,
    noise: float,
) -> dict[str, Any]:
    """What the scores reach on these labels, what the truth reaches, and how they agree."""
    comparisons = comparisons_of(rankings)
    identifiers = [identifier for ranked in rankings for identifier in ranked.completion_ids]
    score_N = np.array([score_of[identifier] for identifier in identifiers])
    utility_N = np.array([utility_of[identifier] for identifier in identifiers]) / noise
    length_N = np.array([float(len(text)) for ranked in rankings for text in ranked.completions])
    return {
        "num_pairs": len(comparisons.pair_P2),
        "accuracy": _accuracy(comparisons, score_N),
        "truth_accuracy": agreement_with_truth(comparisons, score_N, utility_N),
        "ceiling": _accuracy(comparisons, utility_N),
        "length_accuracy": _accuracy(comparisons, length_N),
        "log_loss": evaluation.log_loss(comparisons, score_N),
        "entropy_floor": evaluation.log_loss(comparisons, utility_N),
        "calibration_error": evaluation.calibration_error(comparisons, score_N),
        "calibration_floor": evaluation.calibration_error(comparisons, utility_N),
        "reliability": evaluation.reliability(comparisons, score_N),
        "tied_share": tied_share(rankings),
    }


def agreement_with_truth(
    comparisons: evaluation.Comparisons, score_N: Floats, utility_N: Floats
) -> float:
    """Share of the pairs that the score orders as the utility does, whatever the labelers said."""
    truth_P = np.sign(comparisons.margins(utility_N))
    return float(np.heaviside(comparisons.margins(score_N) * truth_P, 0.5).mean())


def tied_share(rankings: Sequence[RankedPrompt]) -> float:
    """The share of judged pairs that are ties, which no loss sees."""
    judged_pairs = sum(ranked.num_judged_pairs() for ranked in rankings)
    return 1.0 - sum(len(ranked.comparisons()) for ranked in rankings) / judged_pairs


def _accuracy(comparisons: evaluation.Comparisons, score_N: Floats) -> float:
    return float(comparisons.correct(score_N).mean())
