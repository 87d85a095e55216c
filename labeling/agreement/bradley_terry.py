"""Strengths of models from who beat whom, with intervals and clusters of ranks.

Newton's method on a stack of win tables at once, because an interval needs a thousand fits; what a
single fit gives is tested against textbook tables and against SciPy's optimiser.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.contests import Contests
from labeling.agreement.intervals import CONFIDENCE_PERCENT, MINIMUM_PROMPTS, resample
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray

DEFINITION: Final = (
    "Bradley and Terry's strengths: model i beats model j with probability s_i / (s_i + s_j). "
    "Fitted by maximum likelihood to all contests of two models within a task, a tie being half a "
    "win for each; shown as logarithms whose mean is 0."
)
CLUSTER_DEFINITION: Final = (
    "The ranks that a model takes in 95% of the resamples of prompts. Models whose ranges of "
    "ranks overlap, directly or through others between them, share a cluster: the judgments do "
    "not tell them apart."
)
MAXIMUM_STEPS: Final = 100
CONVERGED: Final = 1e-9
# A longer step of Newton's method may leave the region in which it is one uphill.
LONGEST_STEP: Final = 1.0


@dataclass(frozen=True)
class Strength:
    """One model; ``log_strength`` is None with the reason where there is none.

    ``rank`` is 1 for the strongest; ``cluster`` counts from 1.
    """

    model: int
    log_strength: float | None
    num_contests: int
    reason_undefined: str | None = None
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    cluster: int | None = None


def bradley_terry(contests: Contests) -> list[Strength]:
    """The models from strong to weak, with intervals by resampling whole prompts.

    All are undefined, with the reason, where some models never lost to or never met the others:
    their strengths would be infinite.
    """
    by_prompt = contests.wins_by_prompt()
    wins = by_prompt.sum(axis=0)
    num_contests = (wins + wins.T).sum(axis=1)
    if not len(by_prompt) or not is_connected(wins[None])[0]:
        reason = _why_not(wins)
        return [
            Strength(model, None, round(float(num_contests[model])), reason_undefined=reason)
            for model in range(contests.num_models)
        ]
    strength = log_strengths(wins[None])[0]
    order = np.argsort(-strength, kind="stable")
    resampled = _resampled(by_prompt)
    if resampled is None:
        return [
            Strength(
                int(model), float(strength[model]), round(float(num_contests[model])), rank=n + 1
            )
            for n, model in enumerate(order)
        ]
    tail = (100 - CONFIDENCE_PERCENT) / 2
    low, high = np.percentile(resampled, [tail, 100 - tail], axis=0)
    ranks = (resampled[:, None, :] > resampled[:, :, None]).sum(axis=2) + 1
    first, last = np.percentile(ranks, [tail, 100 - tail], axis=0, method="nearest").astype(int)
    cluster = clusters(first[order], last[order])
    return [
        Strength(
            model=int(model),
            log_strength=float(strength[model]),
            num_contests=round(float(num_contests[model])),
            low=float(low[model]),
            high=float(high[model]),
            rank=n + 1,
            rank_low=int(first[model]),
            rank_high=int(last[model]),
            cluster=cluster[n],
        )
        for n, model in enumerate(order)
    ]


def log_strengths(wins: FloatArray) -> FloatArray:
    """The maximum-likelihood logarithms of the strengths, their mean 0.

    Shapes: wins, tables x M x M, how often the row's model beat the column's, every table
    connected; the answer, tables x M.
    Raises: ValueError when a table does not converge, which a connected one does.
    """
    num_models = wins.shape[-1]
    met = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1)
    strength = np.zeros(wins.shape[:-1])
    # Strengths can be shifted together; this keeps the matrix invertible and their mean at 0.
    fixed_mean = np.full((num_models, num_models), 1 / num_models)
    for _ in range(MAXIMUM_STEPS):
        chance = win_probability(strength[..., :, None] - strength[..., None, :])
        gradient = won - (met * chance).sum(axis=-1)
        weight = met * chance * (1 - chance)
        curvature = -weight + fixed_mean
        diagonal = np.arange(num_models)
        curvature[..., diagonal, diagonal] += weight.sum(axis=-1)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        longest = np.abs(step).max(axis=-1, keepdims=True)
        strength += step * np.minimum(1, LONGEST_STEP / np.maximum(longest, CONVERGED))
        if longest.max() < CONVERGED:
            return strength
    raise ValueError("the strengths of a win table did not converge")


def win_probability(difference: FloatArray) -> FloatArray:
    """How likely the stronger wins, from the difference of two log strengths.

    The expected score of Elo is the same with differences counted in 400 / ln 10.
    """
    probability: FloatArray = 1 / (1 + np.exp(-difference))
    return probability


def is_connected(wins: FloatArray) -> BoolArray:
    """Whether every model has beaten every other, if only by way of others.

    Source: Ford 1957: exactly then the likelihood has a maximum. Shapes: tables x M x M; tables.
    """
    reaches: FloatArray = (wins > 0) + np.eye(wins.shape[-1])
    for _ in range(max(1, int(np.ceil(np.log2(wins.shape[-1]))))):
        reaches = np.sign(reaches @ reaches)
    connected: BoolArray = np.asarray((reaches > 0).all(axis=(-1, -2)))
    return connected


def clusters(first: IntArray, last: IntArray) -> list[int]:
    """The cluster of each model, given its range of ranks, from strong to weak."""
    found, current, worst = [], 0, 0
    for n in range(len(first)):
        if int(first[n:].min()) > worst:
            current += 1
        worst = max(worst, int(last[n]))
        found.append(current)
    return found


def _resampled(by_prompt: FloatArray) -> FloatArray | None:
    """Strengths of the resampled studies; None where too many of those have no strengths."""
    num_prompts, size, _ = by_prompt.shape
    if num_prompts < MINIMUM_PROMPTS:
        return None
    wins = resample(by_prompt.reshape(num_prompts, -1)).reshape(-1, size, size)
    connected = is_connected(wins)
    if connected.mean() < CONFIDENCE_PERCENT / 100:
        return None
    return log_strengths(wins[connected])


def _why_not(wins: FloatArray) -> str:
    if not wins.any():
        return "No two models were compared yet."
    return (
        "Some models won every contest with the others, or never met them; their strength would "
        "be infinite. Judge more tasks that show them together."
    )
