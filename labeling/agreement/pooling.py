"""The mean of what was said about models, over all sizes of one where there is little (R37)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from labeling.agreement.intervals import Ends, Figure
from labeling.agreement.sizes import models_behind, sizes_of
from labeling.agreement.win_rates import NEVER_SAID, Answers, answer_rows, means_by_prompt


@dataclass(frozen=True)
class Pooled:
    """A mean with its interval, and the models whose judgments it is over."""

    figure: Figure
    models: tuple[int, ...]


def pooled_means(
    said: Mapping[tuple[int, str], Answers],
    names: Mapping[int, str],
    *,
    ends: Callable[[str], Ends],
) -> dict[tuple[int, str], Pooled]:
    """(model, question) -> the mean of its answers, or of those of all its sizes together.

    ``said`` holds (prompt, answer) under (model, question), nothing where a model has none;
    ``names`` tells which models are sizes of one, ``ends`` the lowest and highest answer of each
    question.
    """
    sizes = sizes_of(names)
    behind = {
        (model, key): models_behind(
            model, sizes[model], {one: len(said.get((one, key), ())) for one in sizes[model]}
        )
        for model, key in said
    }
    # All sizes of a model share one mean.
    answers = {
        (of, key): np.concatenate([answer_rows(said.get((one, key), ())) for one in of])
        for (_, key), of in behind.items()
    }
    figures = means_by_prompt(
        answers, ends=lambda key: ends(key[1]), when_undefined=lambda _: NEVER_SAID
    )
    return {(model, key): Pooled(figures[of, key], of) for (model, key), of in behind.items()}
