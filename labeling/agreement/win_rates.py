"""How often a model is ranked above another, and the mean of what was said about it (R35, R37)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import Ends, Figure, Size, estimate, resample
from labeling.agreement.judgments import FloatArray

WIN_RATE_DEFINITION: Final = (
    "The share of tasks that rank the model above the baseline; a tie counts one half. Where a "
    "task shows several samples of a model or has several judges, their pairs are averaged first."
)
NEVER_COMPARED: Final = "No sealed ranking shows it beside the baseline yet."
NEVER_SAID: Final = "No sealed judgment answers this yet."

K = TypeVar("K")
# Prompt and answer of each; as an array, answers x 2.
Answers = Sequence[tuple[int, float]] | FloatArray


@dataclass(frozen=True)
class RankedSample:
    """One sample of one model within one labeler's ranking of one task."""

    ranking: object
    task: int
    prompt: int
    source: int
    rank: int


def scores_by_task(
    samples: Sequence[RankedSample], *, model: int, baseline: int
) -> list[tuple[int, float]]:
    """(prompt, score) of every task that shows both: 1 above the baseline, 0 below, a tie half."""
    ranks: dict[tuple[int, int, object], dict[int, list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for one in samples:
        if one.source in (model, baseline):
            ranks[one.prompt, one.task, one.ranking][one.source].append(one.rank)
    of_task: dict[tuple[int, int], list[float]] = defaultdict(list)
    for (prompt, task, _), by_source in ranks.items():
        if by_source[model] and by_source[baseline]:
            of_task[prompt, task].append(_score(by_source[model], by_source[baseline]))
    return [(prompt, float(np.mean(scores))) for (prompt, _), scores in of_task.items()]


def means_by_prompt(
    said: Mapping[K, Answers],
    *,
    ends: Callable[[K], Ends],
    when_undefined: Callable[[K], str],
) -> dict[K, Figure]:
    """The mean of the values under each key, given as (prompt, value), with its interval.

    ``ends`` are the lowest and the highest value under each key. One set of
    resamples of whole prompts serves all keys: a second costs a matrix product.
    """
    rows = {key: answer_rows(answers) for key, answers in said.items()}
    prompts = np.unique(np.concatenate([np.empty(0), *(of_key[:, 0] for of_key in rows.values())]))
    sums = {key: _sums(of_key, prompts) for key, of_key in rows.items()}
    place_of = {key: place for place, key in enumerate(key for key in rows if len(rows[key]))}
    resampled: list[FloatArray] = []

    def resamples_of(key: K) -> Quotient:
        if not resampled:
            resampled.append(resample(np.concatenate([sums[one] for one in place_of], axis=1)))
        place = place_of[key]
        return resampled[0][:, 2 * place], resampled[0][:, 2 * place + 1]

    return {
        key: estimate(
            (sums[key][:, 0].sum(), sums[key][:, 1].sum()),
            resamples=partial(resamples_of, key),
            size=_size(sums[key]),
            when_undefined=when_undefined(key),
            # A mean of one is a mean; how little it says shows in its n and its lack of interval.
            minimum_comparisons=1,
            ends=ends(key),
        )
        for key in said
    }


def _score(model_ranks: Sequence[int], baseline_ranks: Sequence[int]) -> float:
    """How often a sample of the model beats one of the baseline; 1 is the best rank."""
    mine, theirs = np.array(model_ranks)[:, None], np.array(baseline_ranks)[None, :]
    return float(np.mean((mine < theirs) + (mine == theirs) / 2))


def answer_rows(answers: Answers) -> FloatArray:
    """Shapes: answers x (prompt, answer)."""
    return np.asarray(answers, dtype=np.float64).reshape(-1, 2)


def _sums(rows: FloatArray, prompts: FloatArray) -> FloatArray:
    """Shapes: rows, answers x (prompt, value); the answer, prompts x (sum, number)."""
    place = np.searchsorted(prompts, rows[:, 0])
    sums = np.bincount(place, rows[:, 1], minlength=len(prompts))
    return np.stack([sums, np.bincount(place, minlength=len(prompts)).astype(float)], axis=1)


def _size(sums: FloatArray) -> Size:
    number = int(sums[:, 1].sum())
    return Size(
        num_counted=number,
        num_prompts=int(np.count_nonzero(sums[:, 1])),
        num_comparisons=number,
    )
