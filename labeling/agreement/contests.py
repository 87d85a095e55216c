"""Models against each other: every two models of every ranking, as columns (R35, R38)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import SHARE, Figure, Size, estimate, resample
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.preferences import pair_sign_columns

HEAD_TO_HEAD_DEFINITION: Final = (
    "Of the tasks that show both models, the share that ranks the first above the second; a tie "
    "counts one half. Where a task shows several samples of a model or has several judges, their "
    "pairs are averaged first."
)
NEVER_MET: Final = "No sealed ranking shows both."


@dataclass(frozen=True, eq=False)
class RankedModels:
    """Rankings as columns, one entry per ranked completion; 1 is the best rank.

    ``model`` numbers what wrote the completions from 0. A completion that several models wrote
    word for word stands once for each of them, at the same rank.
    """

    ranking: IntArray
    task: IntArray
    prompt: IntArray
    model: IntArray
    rank: IntArray


@dataclass(frozen=True, eq=False)
class Contests:
    """One entry per task and two of its models, ``first`` < ``second``.

    ``score`` is 1 where the first was ranked above the second, 0 below, a half for a tie, and the
    mean of these where the task shows several samples of a model or has several judges.
    """

    prompt: IntArray
    first: IntArray
    second: IntArray
    score: FloatArray
    num_models: int

    def wins_by_prompt(self) -> FloatArray:
        """How often the row's model beat the column's. Shapes: prompts x models x models."""
        prompts, prompt = np.unique(self.prompt, return_inverse=True)
        size = self.num_models
        cells = len(prompts) * size * size
        won = (prompt * size + self.first) * size + self.second
        lost = (prompt * size + self.second) * size + self.first
        wins = np.bincount(won, self.score, cells) + np.bincount(lost, 1 - self.score, cells)
        by_prompt: FloatArray = wins.reshape(-1, size, size).astype(np.float64)
        return by_prompt


def contests_of(ranked: RankedModels, *, num_models: int) -> Contests:
    """Every two models that a task ranks. Two samples of one model are no contest."""
    sizes = np.bincount(ranked.ranking)
    parts = [_contests_of_size(int(k), sizes, ranked) for k in np.unique(sizes[sizes > 1])]
    columns = (
        np.concatenate([np.empty(0, dtype=np.int64), *column])
        for column in (zip(*parts, strict=True) if parts else [()] * 5)
    )
    task, prompt, first, second, sign = columns
    key = (task * num_models + first) * num_models + second
    _, start, place = np.unique(key, return_index=True, return_inverse=True)
    score = np.bincount(place, (sign + 1) / 2) / np.maximum(np.bincount(place), 1)
    return Contests(prompt[start], first[start], second[start], score, num_models)


def _contests_of_size(k: int, sizes: IntArray, ranked: RankedModels) -> tuple[IntArray, ...]:
    items = np.flatnonzero(sizes[ranked.ranking] == k)
    rows = items[np.argsort(ranked.ranking[items], kind="stable")].reshape(-1, k)
    one, other, sign = pair_sign_columns(ranked.rank[rows])
    model, other_model = ranked.model[rows][:, one], ranked.model[rows][:, other]
    is_contest = model != other_model
    turned = model > other_model
    task, prompt = (
        np.broadcast_to(column[rows[:, :1]], sign.shape) for column in (ranked.task, ranked.prompt)
    )
    return (
        task[is_contest],
        prompt[is_contest],
        np.minimum(model, other_model)[is_contest],
        np.maximum(model, other_model)[is_contest],
        np.where(turned, -sign, sign)[is_contest],
    )


def head_to_head(contests: Contests) -> dict[tuple[int, int], Figure]:
    """The win rate of every model against every other, both ways round (R38)."""
    numbers, couple = np.unique(
        contests.first * contests.num_models + contests.second, return_inverse=True
    )
    met = [divmod(number, contests.num_models) for number in numbers.tolist()]
    prompts, prompt = np.unique(contests.prompt, return_inverse=True)
    cells = prompt * len(met) + couple
    num_cells = len(prompts) * len(met)
    wins = np.bincount(cells, contests.score, minlength=num_cells).reshape(-1, max(1, len(met)))
    tasks = np.bincount(cells, minlength=num_cells).reshape(-1, max(1, len(met))).astype(float)
    resampled = resample(np.concatenate([wins, tasks], axis=1)) if met else np.zeros((0, 0))
    found = {}
    for n, (first, second) in enumerate(met):
        size = Size(int(tasks[:, n].sum()), int((tasks[:, n] > 0).sum()), int(tasks[:, n].sum()))
        of_pair = (wins[:, n].sum(), tasks[:, n].sum())
        again = (resampled[:, n], resampled[:, len(met) + n])
        found[first, second] = _win_rate(of_pair, again, size)
        found[second, first] = _win_rate(_turned(of_pair), _turned(again), size)
    return found


def _turned(quotient: Quotient) -> Quotient:
    won, of = quotient
    return of - won, of


def _win_rate(quotient: Quotient, resampled: Quotient, size: Size) -> Figure:
    return estimate(
        quotient,
        resamples=lambda: resampled,
        size=size,
        when_undefined=NEVER_MET,
        chance=0.5,
        ends=SHARE,
        minimum_comparisons=1,
    )
