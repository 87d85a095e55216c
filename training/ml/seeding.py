"""Seeds that depend on what is drawn, never on the order in which it happens."""

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

# Seeds travel through JSON into browsers, which hold whole numbers exactly up to 2**53.
SEED_BITS = 53


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


def random_states() -> tuple[dict[str, Tensor], dict[str, list[Any]]]:
    """The global streams' positions, as tensors and as values that JSON keeps exactly."""
    tensors = {"torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["cuda"] = torch.cuda.get_rng_state()
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    tensors["numpy"] = torch.from_numpy(np.asarray(keys).astype(np.int64))
    version, internal, gauss = random.getstate()
    tensors["python"] = torch.tensor(internal, dtype=torch.int64)
    values = {
        "numpy": [str(name), int(position), int(has_gauss), float(cached)],
        "python": [version, gauss],
    }
    return tensors, values


def restore_random_states(tensors: Mapping[str, Tensor], values: Mapping[str, list[Any]]) -> None:
    torch.set_rng_state(tensors["torch"])
    if "cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["cuda"])
    name, position, has_gauss, cached = values["numpy"]
    keys = tensors["numpy"].numpy().astype(np.uint32)
    np.random.set_state((name, keys, position, has_gauss, cached))
    version, gauss = values["python"]
    random.setstate((version, tuple(tensors["python"].tolist()), gauss))
