"""Labelers whose preference is a Bradley-Terry model of a known utility."""

import math
import random
from collections.abc import Sequence


def ranks(utilities: Sequence[float], generator: random.Random, *, noise: float) -> list[int]:
    """One labeler's order of these completions, 1 is best.

    Any two are ordered rightly with probability 1 / (1 + exp(-gap / noise)); completions of
    exactly one utility are felt to be one, so they tie. Noise 0 is the truth itself.
    """
    # The difference of two Gumbel variables is logistic.
    felt = {value: value + noise * _gumbel(generator) for value in sorted(set(utilities))}
    order = sorted(set(utilities), key=lambda value: -felt[value])
    rank_of = {value: rank for rank, value in enumerate(order, start=1)}
    return [rank_of[value] for value in utilities]


def coin_ranks(count: int, generator: random.Random) -> list[int]:
    """The order of a labeler who does not read: a control from which nothing can be learned."""
    order = list(range(1, count + 1))
    generator.shuffle(order)
    return order


def _gumbel(generator: random.Random) -> float:
    return -math.log(-math.log(generator.uniform(1e-12, 1.0 - 1e-12)))
