"""How well rewards agree with labelers on comparisons they have not seen.

Legend: N completions, P pairs, C clusters of pairs, B bins. A pair is (preferred, other); ties are
no pairs.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.ml.seeding import derive_seed

NUM_RESAMPLES = 2000
CONFIDENCE_PERCENT = (2.5, 97.5)
NUM_CALIBRATION_BINS = 10

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Comparisons:
    """Labelers' strict preferences between completions of the same prompt.

    Shapes: pair_P2, indices of completions; prompt_of_pair_P, 0-based.
    """

    pair_P2: Integers
    prompt_of_pair_P: Integers

    def margins(self, score_N: Floats) -> Floats:
        return score_N[self.pair_P2[:, 0]] - score_N[self.pair_P2[:, 1]]

    def subset(self, kept_P: NDArray[np.bool_]) -> "Comparisons":
        return Comparisons(self.pair_P2[kept_P], self.prompt_of_pair_P[kept_P])

    def correct(self, score_N: Floats) -> Floats:
        """1 where the preferred completion scores higher, 0.5 where both score the same."""
        return np.heaviside(self.margins(score_N), 0.5)


def accuracy(comparisons: Comparisons, score_N: Floats, seed: int) -> dict[str, Any]:
    """Share of pairs ordered as the labelers did, with a 95% interval.

    Pairs of one prompt are not independent, so the bootstrap draws prompts, not pairs. With
    fewer than two prompts there is no interval, without pairs no value.
    """
    correct_P = comparisons.correct(score_N)
    low, high = cluster_interval(correct_P, comparisons.prompt_of_pair_P, seed)
    return {
        "value": float(correct_P.mean()) if len(correct_P) else None,
        "low": low,
        "high": high,
        **_size(comparisons),
    }


def accuracy_by(
    comparisons: Comparisons, score_N: Floats, label_P: NDArray[np.str_], seed: int
) -> dict[str, Any]:
    """The accuracy on the pairs of every label, by label: a labeler, a category, a K (R63).

    Each with the log loss and the calibration error on the same pairs, under their names.
    """
    figures = {}
    for label in np.unique(label_P):
        own = comparisons.subset(label_P == label)
        low, high = log_loss_interval(own, score_N, seed)
        surprise = {"value": log_loss(own, score_N), "low": low, "high": high}
        low, high = calibration_error_interval(own, score_N, seed)
        gap = {"value": calibration_error(own, score_N), "low": low, "high": high}
        figures[str(label)] = accuracy(own, score_N, seed) | {
            "log_loss": surprise,
            "calibration_error": gap,
        }
    return figures


def agreement_buckets(comparisons: Comparisons) -> NDArray[np.str_]:
    """How far the labelers of each pair's two completions agree on their order.

    ``single`` was ordered by one labeler, ``unanimous`` by several in the same way; elsewhere
    ``majority`` is the side of the larger camp and ``minority`` that of the smaller one, and
    ``split`` has camps of one size. Shapes: (P,).
    """
    if not len(comparisons.pair_P2):
        return np.array([], dtype=np.str_)
    low_P, high_P = comparisons.pair_P2.min(1), comparisons.pair_P2.max(1)
    _, unordered_P = np.unique(np.stack([low_P, high_P], 1), axis=0, return_inverse=True)
    _, ordered_P = np.unique(comparisons.pair_P2, axis=0, return_inverse=True)
    num_P = np.bincount(unordered_P)[unordered_P]
    share_P = np.bincount(ordered_P)[ordered_P] / num_P
    return np.select(
        [num_P == 1, share_P == 1, share_P > 0.5, share_P < 0.5],
        ["single", "unanimous", "majority", "minority"],
        default="split",
    )


def chance(comparisons: Comparisons, num_completions: int, seed: int) -> dict[str, Any]:
    """Where 95% of judges land who give every completion a random score: what luck reaches."""
    stream = np.random.default_rng(derive_seed(seed, "chance"))
    hits = [
        comparisons.correct(stream.random(num_completions)).mean()
        for _ in range(NUM_RESAMPLES if len(comparisons.pair_P2) else 0)
    ]
    low, high = np.percentile(hits, CONFIDENCE_PERCENT) if hits else (None, None)
    return {
        "value": 0.5 if hits else None,
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
        **_size(comparisons),
    }


def cluster_interval(
    value_P: Floats, cluster_P: Integers, seed: int
) -> tuple[float | None, float | None]:
    """A 95% percentile interval of the mean, resampling clusters with replacement."""
    _, cluster_P = np.unique(cluster_P, return_inverse=True)
    total_C = np.bincount(cluster_P, weights=value_P).astype(np.float64)
    return ratio_interval(total_C, np.bincount(cluster_P).astype(np.float64), seed)


def ratio_interval(
    total_C: Floats, count_C: Floats, seed: int
) -> tuple[float | None, float | None]:
    """A 95% percentile interval of sum(total) / sum(count), resampling units with replacement.

    With fewer than two units there is none.
    """
    if len(total_C) < 2:
        return None, None
    stream = np.random.default_rng(derive_seed(seed, "bootstrap"))
    drawn = stream.integers(len(total_C), size=(NUM_RESAMPLES, len(total_C)))
    means = total_C[drawn].sum(1) / count_C[drawn].sum(1)
    low, high = np.percentile(means, CONFIDENCE_PERCENT)
    return float(low), float(high)


def wilson_interval(share: float, num: int) -> tuple[float, float]:
    """A 95% score interval of a share of ``num`` units, each with a place of its own.

    Unlike a bootstrap it is not a point where all units agree. Where a unit may count half it is
    too wide, because half of a share varies less than all of it.
    Source: Wilson 1927.
    """
    z = 1.959964
    middle = (share + z * z / (2 * num)) / (1 + z * z / num)
    half = z / (1 + z * z / num) * math.sqrt(share * (1 - share) / num + (z / (2 * num)) ** 2)
    # The share itself is never outside, whatever rounding says.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def log_loss(comparisons: Comparisons, score_N: Floats) -> float | None:
    """Mean -log sigmoid(margin) over pairs; a coin scores 0.693. Units: nats."""
    margin_P = comparisons.margins(score_N)
    return float(np.logaddexp(0.0, -margin_P).mean()) if len(margin_P) else None


def log_loss_interval(
    comparisons: Comparisons, score_N: Floats, seed: int
) -> tuple[float | None, float | None]:
    """A 95% interval of the log loss, resampling prompts as for the accuracy. Units: nats."""
    loss_P = np.logaddexp(0.0, -comparisons.margins(score_N))
    return cluster_interval(loss_P, comparisons.prompt_of_pair_P, seed)


def calibration_error(comparisons: Comparisons, score_N: Floats) -> float | None:
    """Expected gap between how sure the model is of an order and how often it is right.

    Source: Guo et al. 2017, equation 3, with ten bins between one half and one.
    """
    curve = reliability(comparisons, score_N)
    gaps = [
        bucket["num_pairs"] * abs(bucket["accuracy"] - bucket["confidence"]) for bucket in curve
    ]
    return sum(gaps) / len(comparisons.pair_P2) if curve else None


def calibration_error_interval(
    comparisons: Comparisons, score_N: Floats, seed: int
) -> tuple[float | None, float | None]:
    """A 95% interval of the calibration error, resampling prompts as for the accuracy.

    Resamples repeat pairs, so they are a little worse calibrated than the pairs themselves; the
    interval holds the figure all the same. With fewer than two prompts there is none.
    """
    clusters, cluster_P = np.unique(comparisons.prompt_of_pair_P, return_inverse=True)
    if len(clusters) < 2:
        return None, None
    confidence_P, bin_P = _confidences(comparisons, score_N)
    gap_P = comparisons.correct(score_N) - confidence_P
    gap_CB = np.zeros((len(clusters), NUM_CALIBRATION_BINS))
    np.add.at(gap_CB, (cluster_P, bin_P), gap_P)
    num_pairs_C = np.bincount(cluster_P).astype(np.float64)
    stream = np.random.default_rng(derive_seed(seed, "bootstrap"))
    errors = []
    for _ in range(NUM_RESAMPLES):
        drawn = stream.integers(len(clusters), size=len(clusters))
        times_C = np.bincount(drawn, minlength=len(clusters)).astype(np.float64)
        errors.append(np.abs(times_C @ gap_CB).sum() / (times_C @ num_pairs_C))
    low, high = np.percentile(errors, CONFIDENCE_PERCENT)
    value = float(np.abs(gap_CB.sum(0)).sum() / len(gap_P))
    return min(value, float(low)), max(value, float(high))


def reliability(comparisons: Comparisons, score_N: Floats) -> list[dict[str, Any]]:
    """How often the model is right where it is how sure, in ten bins between one half and one.

    Confidence is sigmoid(|margin|), averaged within the bin; empty bins are left out. The interval
    of the accuracy takes pairs for independent.
    """
    confidence_P, bin_P = _confidences(comparisons, score_N)
    correct_P = comparisons.correct(score_N)
    curve = []
    for bucket in np.unique(bin_P):
        is_inside_P = bin_P == bucket
        right, num = float(correct_P[is_inside_P].mean()), int(is_inside_P.sum())
        low, high = wilson_interval(right, num)
        curve.append(
            {
                "confidence": float(confidence_P[is_inside_P].mean()),
                "accuracy": right,
                "accuracy_low": low,
                "accuracy_high": high,
                "num_pairs": num,
            }
        )
    return curve


def _confidences(comparisons: Comparisons, score_N: Floats) -> tuple[Floats, Integers]:
    """How sure the model is of each pair, and the bin that falls into. Shapes: (P,) both."""
    confidence_P = 1.0 / (1.0 + np.exp(-np.abs(comparisons.margins(score_N))))
    place_P = (confidence_P - 0.5) * 2 * NUM_CALIBRATION_BINS
    return confidence_P, np.minimum(place_P.astype(np.int64), NUM_CALIBRATION_BINS - 1)


def _size(comparisons: Comparisons) -> dict[str, int]:
    return {
        "num_pairs": len(comparisons.pair_P2),
        "num_prompts": len(np.unique(comparisons.prompt_of_pair_P)),
    }
