"""Strengths of models from who beat whom, with intervals and clusters of ranks.

Newton's method on a stack of win tables at once, because an interval needs a thousand fits; what a
single fit gives is tested against textbook tables and against SciPy's optimiser.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.contests import Contests
from labeling.agreement.intervals import (
    CONFIDENCE_PERCENT,
    MINIMUM_PROMPTS,
    resample,
    tail_of,
    too_few_prompts,
)
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray

DEFINITION: Final = (
    "Bradley and Terry's strengths: model i beats model j with probability s_i / (s_i + s_j). "
    "Fitted by maximum likelihood to all contests of two models within a task, a tie being half a "
    "win for each; shown as logarithms whose mean is 0. Only models that all beat each other, if "
    "only by way of others, have them: of several such groups the largest."
)
CLUSTER_DEFINITION: Final = (
    "The ranks that a model takes in 95% of the resamples of prompts, in more where there are few "
    "prompts. Models whose ranges of ranks overlap, directly or through others between them, share "
    "a cluster: the judgments do not tell them apart."
)
NO_CONTEST: Final = "No two models were compared yet."
TOO_FEW_CONNECTED: Final = (
    f"In more than {100 - CONFIDENCE_PERCENT}% of the resamples of prompts some model never beats "
    "the others or is never beaten. Judge more tasks that show them together."
)
MAXIMUM_STEPS: Final = 100
CONVERGED: Final = 1e-9
# A longer step of Newton's method may leave the region in which it is one uphill.
LONGEST_STEP: Final = 1.0


@dataclass(frozen=True)
class Strength:
    """One model; ``log_strength`` is None with the reason where there is none, ``low`` too.

    ``rank`` is 1 for the strongest; ``cluster`` counts from 1.
    """

    model: int
    log_strength: float | None
    num_contests: int
    reason_undefined: str | None = None
    low: float | None = None
    high: float | None = None
    reason_no_interval: str | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    cluster: int | None = None


def bradley_terry(contests: Contests, *, names: Sequence[str] | None = None) -> list[Strength]:
    """The models from strong to weak, with intervals by resampling whole prompts.

    Of the largest group whose models all beat each other, if only by way of others; behind them the
    other models, undefined with the reason: their strengths would be infinite, or nothing leads to
    them. ``names`` are what the models are called there.
    """
    by_prompt = contests.wins_by_prompt()
    wins = by_prompt.sum(axis=0)
    group = largest_group(wins)
    found = [] if len(group) < 2 else _strengths(group, by_prompt[:, group[:, None], group])
    called = names or [f"Model {model + 1}" for model in range(contests.num_models)]
    num_contests = np.rint((wins + wins.T).sum(axis=1)).astype(int)
    return found + [
        Strength(model, None, int(num_contests[model]), reason_undefined=reason)
        for model, reason in _why_not(wins, group, called).items()
    ]


def largest_group(wins: FloatArray) -> IntArray:
    """The models, ascending, of which each beat each other, if only by way of others.

    Of several as large the one with the most contests. Shapes: wins, M x M.
    """
    reaches = reach(wins[None])[0]
    together = reaches & reaches.T
    num_contests = (together * (wins + wins.T)).sum(axis=1)
    of_group = together @ num_contests
    best = np.lexsort((of_group, together.sum(axis=1)))[-1:]
    return np.flatnonzero(together[best].any(axis=0))


def _strengths(group: IntArray, by_prompt: FloatArray) -> list[Strength]:
    """Of the models of a group, from strong to weak. Shapes: by_prompt, prompts x group x group."""
    wins = by_prompt.sum(axis=0)
    num_contests = np.rint((wins + wins.T).sum(axis=1)).astype(int)
    strength = log_strengths(wins[None])[0]
    order = np.argsort(-strength, kind="stable")
    met = by_prompt.any(axis=(1, 2))
    num_prompts = int(met.sum())
    resampled = _resampled(by_prompt[met])
    if isinstance(resampled, str):
        return [
            Strength(
                model=int(group[one]),
                log_strength=float(strength[one]),
                num_contests=int(num_contests[one]),
                reason_no_interval=resampled,
                rank=n + 1,
            )
            for n, one in enumerate(order)
        ]
    tail = tail_of(num_prompts)
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    ranks = (resampled[:, None, :] > resampled[:, :, None]).sum(axis=2) + 1
    first, last = np.quantile(ranks, [tail, 1 - tail], axis=0, method="nearest").astype(int)
    cluster = clusters(first[order], last[order])
    return [
        Strength(
            model=int(group[one]),
            log_strength=float(strength[one]),
            num_contests=int(num_contests[one]),
            low=float(low[one]),
            high=float(high[one]),
            rank=n + 1,
            rank_low=int(first[one]),
            rank_high=int(last[one]),
            cluster=cluster[n],
        )
        for n, one in enumerate(order)
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
    connected: BoolArray = np.asarray(reach(wins).all(axis=(-1, -2)))
    return connected


def reach(wins: FloatArray) -> BoolArray:
    """Whether the row's model has beaten the column's, or one that has, and so on; each itself.

    Shapes: both tables x M x M.
    """
    reaches: FloatArray = (wins > 0) + np.eye(wins.shape[-1])
    for _ in range(max(1, int(np.ceil(np.log2(wins.shape[-1]))))):
        reaches = np.sign(reaches @ reaches)
    found: BoolArray = reaches > 0
    return found


def clusters(first: IntArray, last: IntArray) -> list[int]:
    """The cluster of each model, given its range of ranks, from strong to weak."""
    found, current, worst = [], 0, 0
    for n in range(len(first)):
        if int(first[n:].min()) > worst:
            current += 1
        worst = max(worst, int(last[n]))
        found.append(current)
    return found


def _resampled(by_prompt: FloatArray) -> FloatArray | str:
    """Strengths of the resampled studies, or why too few of those have any."""
    num_prompts, size, _ = by_prompt.shape
    if num_prompts < MINIMUM_PROMPTS:
        return too_few_prompts(num_prompts)
    wins = resample(by_prompt.reshape(num_prompts, -1)).reshape(-1, size, size)
    connected = is_connected(wins)
    if connected.mean() < CONFIDENCE_PERCENT / 100:
        return TOO_FEW_CONNECTED
    return log_strengths(wins[connected])


def _why_not(wins: FloatArray, group: IntArray, names: Sequence[str]) -> dict[int, str]:
    """Of each model outside the group why it has no strength; a group of one model is none."""
    if not wins.any():
        return dict.fromkeys(range(len(wins)), NO_CONTEST)
    reaches = reach(wins[None])[0]
    is_in = np.isin(np.arange(len(wins)), group) & (len(group) > 1)
    found = {}
    for model in np.flatnonzero(~is_in).tolist():
        others = is_in if is_in.any() else np.arange(len(wins)) != model
        found[model] = _why_outside(
            names[model],
            among="a model that has a strength" if is_in.any() else "another model",
            is_above=bool(reaches[model, others].any()),
            is_below=bool(reaches[others, model].any()),
        )
    return found


def _why_outside(name: str, *, among: str, is_above: bool, is_below: bool) -> str:
    """``is_above``: it beat one of the others, if only by way of others; ``is_below``: one it."""
    more = "Judge more tasks that show them together."
    if is_above and is_below:
        return (
            f"No model that {name} beat has beaten it, not even by way of others, so its strength "
            f"has no bounds. {more}"
        )
    if is_above:
        return (
            f"{name} was never beaten or tied by {among}, not even by way of others, so its "
            f"strength would be infinite. {more}"
        )
    if is_below:
        return (
            f"{name} never beat or tied {among}, not even by way of others, so its strength would "
            f"be infinitely low. {more}"
        )
    return f"Nothing says whether {name} is stronger or weaker than {among}. {more}"
