"""Models that differ in their size alone, told by their names, and when they are taken together.

Source: Ouyang et al. 2022, figure 4, whose shares are collapsed across model sizes where a dataset
is small (R37).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

POOLED_BELOW: Final = 100
# 1.3B, 6b, 135M: a number of millions or billions that stands by itself within the name.
SIZE: Final = re.compile(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?\s?[MB](?![A-Za-z0-9])", re.IGNORECASE)
POOLING_DEFINITION: Final = (
    f"Where a model has fewer than {POOLED_BELOW} judgments, a mean or share is over all sizes of "
    "it together, with the n and the interval of all: over the models here whose names differ only "
    "in a size such as 1.3B or 135M."
)


def sizes_of(names: Mapping[int, str]) -> dict[int, tuple[int, ...]]:
    """By model, those that are it in some size, itself included; a name without one size is alone.

    In the order of ``names``.
    """
    families: dict[str | int, list[int]] = defaultdict(list)
    for model, name in names.items():
        families[_family(name) or model].append(model)
    return {model: tuple(family) for family in families.values() for model in family}


def models_behind(
    model: int, family: Iterable[int], num_said: Mapping[int, int]
) -> tuple[int, ...]:
    """Whose judgments a figure of the model is over, given how many there are of each."""
    if num_said[model] >= POOLED_BELOW:
        return (model,)
    return tuple(one for one in family if one == model or num_said[one])


def _family(name: str) -> str | None:
    family, num_sizes = SIZE.subn("\0", name)
    return family.casefold() if num_sizes == 1 else None
