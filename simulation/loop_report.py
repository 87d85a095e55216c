"""What one turn of the loop measured, as a table and as figures."""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

BOOTSTRAP_DRAWS = 2000


@dataclass(frozen=True)
class Preference:
    """A share with the number of comparisons behind it."""

    value: float
    num: int


@dataclass
class LoopReport:
    noise: float
    seed: int
    num_demonstrations: int = 0
    num_rankings: int = 0
    num_new_tasks: int = 0
    agreement_with_labels: float = 0.0
    accuracy_against_truth: Preference = Preference(0.0, 0)
    # Model name -> for each prompt, the true utility of each of its samples.
    true_preference: dict[str, list[list[float]]] = field(default_factory=dict)
    stages: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage and say when it is done."""
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        self.stages.append((name, seconds))
        ending = "\r" if sys.stdout.isatty() else ""
        print(f"{ending}{name}: {seconds:.1f} s            ", flush=True)

    def figures(self) -> dict[str, Any]:
        return {
            "noise": self.noise,
            "seed": self.seed,
            "labels": {"demonstrations": self.num_demonstrations, "rankings": self.num_rankings},
            "reward_model": {
                "accuracy_on_noisy_labels": round(self.agreement_with_labels, 4),
                "accuracy_against_truth": round(self.accuracy_against_truth.value, 4),
                "num_truth_pairs": self.accuracy_against_truth.num,
            },
            "true_preference": {
                name: dict(zip(("mean", "low", "high"), mean_interval(liked), strict=True))
                for name, liked in self.true_preference.items()
            },
            "new_tasks": self.num_new_tasks,
            "stages": [[name, round(seconds, 1)] for name, seconds in self.stages],
            "total_seconds": round(sum(seconds for _, seconds in self.stages), 1),
        }

    def table(self) -> str:
        figures = self.figures()
        reward_model = figures["reward_model"]
        labels = f"{self.num_demonstrations} demonstrations, {self.num_rankings} rankings"
        against_truth = (
            f"{reward_model['accuracy_against_truth']:.3f} "
            f"(n = {reward_model['num_truth_pairs']} held-out pairs)"
        )
        rows = [
            ("labels collected", labels),
            (
                "reward model on held-out noisy labels",
                f"{reward_model['accuracy_on_noisy_labels']:.3f}",
            ),
            ("reward model against the known preference", against_truth),
            *(
                (
                    f"true preference of {name} samples",
                    f"{liked['mean']:+.3f} [{liked['low']:+.3f}, {liked['high']:+.3f}]",
                )
                for name, liked in figures["true_preference"].items()
            ),
            ("new tasks sent back to labelers", str(self.num_new_tasks)),
            *((f"  {name}", f"{seconds:.1f} s") for name, seconds in self.stages),
            ("all stages", f"{figures['total_seconds']:.1f} s"),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def mean_interval(clusters: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """The mean over prompts' means with its 95 % cluster bootstrap interval, seeded."""
    means = [statistics.fmean(values) for values in clusters]
    generator = random.Random(0)
    draws = sorted(
        statistics.fmean(generator.choices(means, k=len(means))) for _ in range(BOOTSTRAP_DRAWS)
    )
    low, high = draws[int(0.025 * BOOTSTRAP_DRAWS)], draws[int(0.975 * BOOTSTRAP_DRAWS)]
    return round(statistics.fmean(means), 4), round(low, 4), round(high, 4)
