"""Whose rankings a figure is over: people or everyone, of one pool or of both."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from labeling.agreement.judgments import BoolArray


@dataclass(frozen=True)
class Audience:
    """``pool`` None is both; simulated labelers are no people and count only when asked for."""

    pool: Literal["training", "held_out"] | None
    includes_simulated: bool

    @property
    def bit(self) -> int:
        return 1 << AUDIENCES.index(self)

    def of(self, *, is_held_out: BoolArray, is_simulated: BoolArray) -> BoolArray:
        """Which labelers belong to it."""
        chosen = np.ones(len(is_held_out), dtype=np.bool_)
        if self.pool is not None:
            chosen &= is_held_out == (self.pool == "held_out")
        return chosen if self.includes_simulated else chosen & ~is_simulated


# The first holds all others, which is how a prompt is recognised as stored.
AUDIENCES: Final = (
    Audience(None, includes_simulated=True),
    Audience("training", includes_simulated=True),
    Audience("held_out", includes_simulated=True),
    Audience(None, includes_simulated=False),
    Audience("training", includes_simulated=False),
    Audience("held_out", includes_simulated=False),
)
EVERYONE: Final = AUDIENCES[0]
