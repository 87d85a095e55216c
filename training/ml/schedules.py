"""How the learning rate and the price of divergence move over a run."""

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


# Ziegler et al. 2019 let the error count for at most this much.
MAX_KL_ERROR = 0.2


def adapted_kl_coef(
    kl_coef: float, kl: float, *, target: float, num_episodes: int, horizon: int
) -> float:
    """The price of divergence after a batch that diverged by ``kl``, steering towards ``target``.

    Units: nats per answer. A target of 0 keeps the price.
    Source: Ziegler et al. 2019, section 2.2.
    """
    if target == 0:
        return kl_coef
    error = min(MAX_KL_ERROR, max(-MAX_KL_ERROR, kl / target - 1))
    return kl_coef * (1 + error * num_episodes / horizon)
