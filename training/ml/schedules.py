"""How the learning rate moves over a run."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """A linear warm-up, then cosine or linear to a fraction of the peak, or constant.

    Steps count from 0. The first warm-up step uses warmup_start, the last step the final fraction.
    """

    shape: str
    peak: float
    total_steps: int
    warmup_steps: int = 0
    warmup_start: float = 0.0
    final_fraction: float = 1.0

    def rate(self, step: int) -> float:
        if step < self.warmup_steps:
            done = step / self.warmup_steps
            return self.peak * (self.warmup_start + (1 - self.warmup_start) * done)
        remaining = self.total_steps - 1 - self.warmup_steps
        progress = min(1.0, (step - self.warmup_steps) / remaining) if remaining > 0 else 0.0
        return self.peak * self._fraction(progress)

    def _fraction(self, progress: float) -> float:
        if self.shape == "constant":
            return 1.0
        falling = 1 - progress
        if self.shape == "cosine":
            falling = 0.5 * (1 + math.cos(math.pi * progress))
        return self.final_fraction + (1 - self.final_fraction) * falling
