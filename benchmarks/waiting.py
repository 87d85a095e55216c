"""What a learning pass takes by how its threads wait for each other, alone and beside other work.

    python -m benchmarks.waiting [--busy N ...] [--rounds N] [--width N] [--layers N]

OpenMP reads how to wait when a process starts, so every way has a process of its own; they take
turns, one pass each, so that whatever else the machine does falls on all alike. `--busy 1` lets one
process beside them do nothing but work.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from benchmarks.learning_pass import random_answers, random_policy
from training.ml.language_modelling import answer_loss
from training.ml.networks import read_side_by_side

WAYS: Mapping[str, Mapping[str, str]] = {
    "as libgomp is": {},
    "asleep (`OMP_WAIT_POLICY=PASSIVE`)": {"OMP_WAIT_POLICY": "PASSIVE"},
    "a short spin (`GOMP_SPINCOUNT=10000`)": {"GOMP_SPINCOUNT": "10000"},
}
SETTINGS = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


def passes(width: int, num_layers: int) -> None:
    """A pass forth and back for every line on standard input, its seconds for an answer."""
    model, batch = random_policy(width, num_layers), random_answers()
    read_side_by_side(model)
    for _ in sys.stdin:
        began = time.perf_counter()
        answer_loss(model, batch, "fp32").backward()  # type: ignore[no-untyped-call]
        print(time.perf_counter() - began, flush=True)


class Way:
    """One process that makes a pass whenever it is its turn."""

    def __init__(self, environment: Mapping[str, str], *, width: int, num_layers: int) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.waiting", "--side", str(width), str(num_layers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**inherited, **environment},
        )
        self.turn()  # warms it up

    def turn(self) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate()


@contextmanager
def busy(count: int) -> Iterator[None]:
    command = [sys.executable, "-c", "while True: pass"]
    beside = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in beside:
            process.kill()
            process.wait()


def measured(ways: Mapping[str, Way], num_rounds: int) -> dict[str, float]:
    """The median seconds of a pass by way."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(num_rounds):
        for name, way in ways.items():
            seconds[name].append(way.turn())
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def table(counts: Sequence[int], figures: Sequence[Mapping[str, float]]) -> str:
    headings = [f"beside {count} busy" if count else "alone" for count in counts]
    lines = [f"| threads wait | {' | '.join(headings)} |", f"|---|{'--:|' * len(headings)}"]
    for name in WAYS:
        best = [min(found.values()) for found in figures]
        cells = [
            f"{found[name]:.2f} s ({found[name] / least:.2f})"
            for found, least in zip(figures, best, strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def compare(counts: Sequence[int], num_rounds: int, *, width: int, num_layers: int) -> None:
    ways = {
        name: Way(environment, width=width, num_layers=num_layers)
        for name, environment in WAYS.items()
    }
    figures = []
    for count in counts:
        with busy(count):
            figures.append(measured(ways, num_rounds))
    for way in ways.values():
        way.leave()
    print(table(counts, figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2], help="processes beside")
    parser.add_argument("--rounds", type=int, default=7, help="passes of each way")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--side", nargs=2, type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        passes(*chosen.side)
    else:
        compare(chosen.busy, chosen.rounds, width=chosen.width, num_layers=chosen.layers)


if __name__ == "__main__":
    main()
