"""Seeds that depend on what is drawn, never on the order in which it happens."""

import hashlib
import json
import random
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

# Seeds travel through JSON into browsers, which hold whole numbers exactly up to 2**53.
SEED_BITS = 53
# What random.setstate expects to be told first.
PYTHON_STATE_VERSION = 3


def derive_seed(*parts: int | str) -> int:
    """A seed for one purpose: equal parts give equal seeds, on every machine and in any order."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - SEED_BITS)


def generator(*parts: int | str) -> torch.Generator:
    """A CPU generator of its own: drawing from it moves no other stream."""
    return torch.Generator().manual_seed(derive_seed(*parts))


def permutation(count: int, *parts: int | str) -> list[int]:
    order: list[int] = torch.randperm(count, generator=generator(*parts)).tolist()
    return order


def endless_order(count: int, first: int, num: int, *parts: int | str) -> list[int]:
    """Places first .. first + num of an endless stream over `count` things.

    Every full pass is shuffled anew; any place can be asked for without drawing those before.
    """
    drawn: list[int] = []
    while len(drawn) < num:
        cycle, offset = divmod(first + len(drawn), count)
        drawn += permutation(count, *parts, cycle)[offset : offset + num - len(drawn)]
    return drawn


def seed_everything(seed: int) -> None:
    """Seed the global streams, which dropout and libraries draw from."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def random_states() -> dict[str, Tensor]:
    """The positions of this process's global streams."""
    states = {"torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    _, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    states["numpy"] = torch.from_numpy(np.asarray(keys).astype(np.int64))
    states["numpy_place"] = torch.tensor([position, has_gauss, gauss], dtype=torch.float64)
    _, internal, kept = random.getstate()
    states["python"] = torch.tensor(internal, dtype=torch.int64)
    # A normal number that was drawn with its twin and waits to be asked for.
    states["python_kept"] = torch.tensor([] if kept is None else [kept], dtype=torch.float64)
    return states


def restore_random_states(states: Mapping[str, Tensor]) -> None:
    torch.set_rng_state(states["torch"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
    position, has_gauss, gauss = states["numpy_place"].tolist()
    keys = states["numpy"].numpy().astype(np.uint32)
    np.random.set_state(("MT19937", keys, int(position), int(has_gauss), gauss))
    kept = states["python_kept"].tolist()
    internal = tuple(states["python"].tolist())
    random.setstate((PYTHON_STATE_VERSION, internal, kept[0] if kept else None))
