"""The same work on many seeds, in processes of one thread each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import torch

Made = TypeVar("Made")


def spread(
    work: Callable[..., Made], arguments: Sequence[tuple[Any, ...]], num_workers: int
) -> list[Made]:
    """What the work makes of each tuple of arguments, in their order."""
    if num_workers == 1:
        return [work(*given) for given in arguments]
    # Fork after torch has started threads of its own may hang.
    with ProcessPoolExecutor(
        num_workers, get_context("spawn"), torch.set_num_threads, (1,)
    ) as pool:
        return list(pool.map(work, *zip(*arguments, strict=True)))
