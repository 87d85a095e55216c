"""One PPO iteration, split into rollout, score and update, beside TRL's last PPOTrainer.

    python -m benchmarks.ppo [--trl PYTHON] [--epochs N] [--iterations N] [--only SIDE ...]
                             [--threads N] [--precision fp32|bf16] [--quick]

PYTHON is that of an environment with benchmarks/requirements-trl-ppo.txt. Every side is a process
of its own, whose memory is its own; they take turns, one iteration each, so that whatever else the
machine does falls on all alike. The first iteration of a side warms it up and is not counted. With
`--threads 1` the seconds of the processor depend little on what else the machine does. Behind a
ratio of iterations stand the least and the most of any round.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.ppo_task import QUICK, Task, make_task

Line = dict[str, Any]
# Threads wait as those of a run do (benchmarks.waiting): little else then falls on the figures.
WAITING = {"GOMP_SPINCOUNT": "10000"}
# Nobody looks anything up, reports home, or warns of what the comparison is about.
SILENT = ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRL_EXPERIMENTAL_SILENCE")
THEIRS = "TRL 1.12.0"
TITLES = {
    "plain": "Concord",
    "value": "Concord, value pass kept (`max_tokens_kept`)",
    "both": "Concord, both passes kept",
    "at-once": "Concord, both passes kept, all answers at once",
    "whole-logits": "Concord, whole logits",
    "trl": THEIRS,
    "trl-8": "TRL 1.12.0, micro-batches of 8",
}
TIMES = ("total", "processor", "rollout", "score", "update")
SIZES = ("peak_mb", "added_mb")
HEADINGS = (
    "iteration, s",
    "of the processor, s",
    "rollout",
    "score",
    "update",
    "peak, MB",
    "over the loaded models, MB",
)


class Side:
    """One process that does an iteration whenever it is its turn."""

    def __init__(self, name: str, command: list[str], threads: int) -> None:
        self.name = name
        self.measured: list[Line] = []
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                **dict.fromkeys(SILENT, "1"),
                **WAITING,
                "OMP_NUM_THREADS": str(threads),
            },
        )
        self._listen()

    def iterate(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.measured.append(self._listen())

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def figures(self) -> Mapping[str, float]:
        """The median of every phase, and the most memory."""
        counted = self.measured[1:]
        found = {name: statistics.median(line[name] for line in counted) for name in TIMES}
        return found | {name: max(line[name] for line in counted) for name in SIZES}

    def _listen(self) -> Line:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            # Trainers print what they like; what is ours begins like this.
            if text.startswith('{"'):
                return dict(json.loads(text))
        raise RuntimeError(f"{self.name} ended before its turn")


def commands_of(folder: Path, task: Task, trl: str) -> dict[str, list[str]]:
    tokens = task.batch_size * (task.prompt_tokens + task.response_tokens)
    own = [sys.executable, "-m", "benchmarks.ppo_ours", str(folder)]
    settings: dict[str, dict[str, object]] = {
        "plain": {},
        "value": {"max_tokens_kept": tokens},
        "both": {"max_tokens_kept": 2 * tokens},
        "at-once": {"max_tokens_kept": 2 * tokens, "max_tokens_per_forward": tokens},
    }
    commands = {name: [*own, json.dumps(given)] for name, given in settings.items()}
    commands["whole-logits"] = [*own, "{}", "whole-logits"]
    if trl:
        theirs = [trl, "-m", "benchmarks.ppo_trl", str(folder)]
        commands |= {"trl": theirs, "trl-8": [*theirs, str(task.batch_size // 4)]}
    return commands


def sides_of(folder: Path, task: Task, trl: str, only: Sequence[str]) -> list[Side]:
    commands = commands_of(folder, task, trl)
    return [
        Side(TITLES[name], command, task.threads)
        for name, command in commands.items()
        if not only or name in only
    ]


def table(sides: list[Side]) -> str:
    figures = {side.name: side.figures() for side in sides}
    lines = [
        f"| | {' | '.join(HEADINGS)} |",
        f"|---|{'--:|' * len(HEADINGS)}",
    ]
    for name, found in figures.items():
        seconds = " | ".join(f"{found[column]:.2f}" for column in TIMES)
        lines.append(f"| {name} | {seconds} | {found['peak_mb']:.0f} | {found['added_mb']:.0f} |")
    if THEIRS not in figures:
        return "\n".join(lines)
    theirs = figures[THEIRS]
    for side, found in figures.items():
        if side.startswith("Concord"):
            ratios = [f"{theirs[column] / found[column]:.2f}" for column in (*TIMES, *SIZES)]
            spreads = [spread(sides, side, column) for column in TIMES[:2]]
            ratios[:2] = [f"{ratio} {seen}" for ratio, seen in zip(ratios, spreads, strict=False)]
            lines.append(f"| {THEIRS} / {side} | {' | '.join(ratios)} |")
    return "\n".join(lines)


def spread(sides: Sequence[Side], own: str, column: str) -> str:
    """The least and the most that TRL's figure was of one's own in the same round."""
    counted = {side.name: side.measured[1:] for side in sides}
    pairs = zip(counted[THEIRS], counted[own], strict=True)
    ratios = [theirs[column] / line[column] for theirs, line in pairs]
    return f"({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trl", default="", help="Python of an environment with TRL 1.12.0")
    parser.add_argument("--epochs", type=int, default=1, help="inner epochs")
    parser.add_argument("--iterations", type=int, default=3, help="counted iterations of each side")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--only", nargs="*", choices=TITLES, default=[], help="some sides alone")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    chosen = parser.parse_args()
    task = replace(
        QUICK if chosen.quick else Task(),
        epochs=chosen.epochs,
        threads=chosen.threads,
        precision=chosen.precision,
    )
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "task"
        make_task(folder, task)
        sides = sides_of(folder, task, chosen.trl, chosen.only)
        for _ in range(1 + chosen.iterations):
            for side in sides:
                side.iterate()
        for side in sides:
            side.leave()
    assert {line["tokens"] for side in sides for line in side.measured} == {task.response_tokens}
    print(f"{task}\n\n{table(sides)}")


if __name__ == "__main__":
    main()
