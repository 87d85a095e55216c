"""The same work on many seeds, in processes of one thread each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import torch
from transformers.utils import logging as transformers_logging

Made = TypeVar("Made")


def settle() -> None:
    """One thread, and no progress bars: a worker's neighbours need the other cores."""
    torch.set_num_threads(1)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def spread(
    work: Callable[..., Made], arguments: Sequence[tuple[Any, ...]], num_workers: int
) -> list[Made]:
    """What the work makes of each tuple of arguments, in their order."""
    if num_workers == 1:
        return [work(*given) for given in arguments]
    # Fork after torch has started threads of its own may hang.
    with ProcessPoolExecutor(num_workers, get_context("spawn"), settle) as pool:
        return list(pool.map(work, *zip(*arguments, strict=True)))
