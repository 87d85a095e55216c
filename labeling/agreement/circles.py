"""Whether majorities can be put into an order: threes of completions that go round in a circle.

Source: Kendall and Babington Smith 1940, on circular triads; here of majorities, as Condorcet.
"""

from typing import Final

import numpy as np

from labeling.agreement.judgments import FloatArray, IntArray, PairJudgments

# Two labelers who order everything never make a circle: their majorities are where they agree.
MINIMUM_LABELERS: Final = 3
# Bounds the memory: so many cells of the tables of who beats whom at once.
CELLS_AT_ONCE: Final = 4_000_000


def threes_and_circles(
    judgments: PairJudgments, prompt: IntArray, num_prompts: int
) -> tuple[FloatArray, FloatArray]:
    """Of each prompt, the threes of completions whose every pair has a majority, and the circles
    among them.

    A pair has one where at least ``MINIMUM_LABELERS`` judged it and more of them prefer the one
    than the other, ties aside. Shapes: prompt, per pair, from 0; the answers, per prompt.
    """
    threes, circles = np.zeros(num_prompts), np.zeros(num_prompts)
    if judgments.items is None:
        return threes, circles
    counts = judgments.counts()
    way = np.sign(counts[:, 2] - counts[:, 0])
    decided = (counts.sum(axis=1) >= MINIMUM_LABELERS) & (way != 0)
    # Fewer pairs make no three, and most prompts have none.
    decided &= np.bincount(prompt[decided], minlength=num_prompts)[prompt] >= 3
    if not decided.any():
        return threes, circles
    of_pair, way = prompt[decided], way[decided]
    winner, loser, sizes = _places(judgments.items[decided], of_pair, way, num_prompts)
    for size in np.unique(sizes[sizes >= 3]).tolist():
        of_size = np.flatnonzero(sizes == size)
        step = max(1, CELLS_AT_ONCE // size**2)
        for some in (of_size[start : start + step] for start in range(0, len(of_size), step)):
            row_of = np.full(num_prompts, -1)
            row_of[some] = np.arange(len(some))
            row = row_of[of_pair]
            beats = np.zeros((len(some), size, size))
            beats[row[row >= 0], winner[row >= 0], loser[row >= 0]] = 1
            met = beats + beats.transpose(0, 2, 1)
            # Walks of three steps that end where they began: three for each circle, six for each
            # three that is walked either way round.
            circles[some] = _closed_walks(beats) / 3
            threes[some] = _closed_walks(met) / 6
    return threes, circles


def _closed_walks(steps: FloatArray) -> FloatArray:
    """Shapes: steps, prompts x completions x completions; the answer, prompts."""
    walks: FloatArray = ((steps @ steps) * steps.transpose(0, 2, 1)).sum(axis=(1, 2))
    return walks


def _places(
    items: IntArray, prompt: IntArray, way: FloatArray, num_prompts: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Where the winner and the loser of each pair stand among the completions of the prompt, and
    how many completions each prompt has.
    """
    different, index = np.unique(items.ravel(), return_inverse=True)
    place_of_item = index.reshape(-1, 2)
    prompt_of_item = np.zeros(len(different), dtype=np.int64)
    prompt_of_item[place_of_item] = prompt[:, None]
    sizes = np.bincount(prompt_of_item, minlength=num_prompts)
    order = np.argsort(prompt_of_item, kind="stable")
    place = np.empty(len(different), dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    place[order] = np.arange(len(different)) - starts[prompt_of_item[order]]
    first, second = place[place_of_item].T
    return np.where(way > 0, first, second), np.where(way > 0, second, first), sizes
