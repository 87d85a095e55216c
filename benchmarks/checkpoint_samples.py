"""What answering fixed prompts at every checkpoint costs a supervised run.

    python -m benchmarks.checkpoint_samples MODEL_FOLDER [CHECKPOINT_EVERY]

Trains on the story demonstrations with the settings of `./concord loop`, every fourth of them
held out, in this process. Prints the seconds of each round of answers, and their part of the run.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from simulation.settings import DEMONSTRATIONS_FILE, SFT
from training.ml.checkpoint_samples import CheckpointSamples
from training.ml.job import run_stage
from training.ml.sft import train_sft

HELD_OUT_EVERY = 4


class Timed:
    """Takes the place of a method and remembers how long each call that did something took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        plain = CheckpointSamples._rows_of

        def timed(samples: CheckpointSamples, step: int) -> list[dict[str, Any]]:
            began = time.perf_counter()
            rows = plain(samples, step)
            self.seconds.append(time.perf_counter() - began)
            return rows

        CheckpointSamples._rows_of = timed  # type: ignore[method-assign]


def write_job(folder: Path, model: Path, checkpoint_every: int) -> Path:
    rows = [json.loads(line) for line in DEMONSTRATIONS_FILE.read_text().splitlines()]
    records = folder / "demonstrations.jsonl"
    records.write_text(
        "".join(
            json.dumps(
                {
                    "prompt_id": place,
                    "prompt": row["prompt"],
                    "completion": row["text"],
                    "split": "train" if (place + 1) % HELD_OUT_EVERY else "validation",
                }
            )
            + "\n"
            for place, row in enumerate(rows)
        )
    )
    job = {
        "stage": "sft",
        "seed": 1,
        "hyperparameters": {**SFT, "checkpoint_every_steps": checkpoint_every},
        "work_dir": str(folder),
        "inputs": {"base_model": str(model), "demonstrations": str(records)},
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return path


def main() -> None:
    model = Path(sys.argv[1])
    checkpoint_every = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    timed = Timed()
    with tempfile.TemporaryDirectory() as name:
        path = write_job(Path(name), model, checkpoint_every)
        began = time.perf_counter()
        if run_stage("sft", train_sft, [str(path)]):
            raise SystemExit("the run failed")
        whole = time.perf_counter() - began
        lines = (path.parent / "samples.jsonl").read_text().splitlines()
    answers = [row for row in map(json.loads, lines) if "step" in row]
    spent = sum(timed.seconds)
    print(
        f"{len(timed.seconds)} rounds of answers, {len(answers)} in all: "
        f"{', '.join(f'{one:.1f} s' for one in timed.seconds)}"
    )
    print(f"{spent:.1f} of {whole:.1f} s of the run, {spent / whole:.1%}")


if __name__ == "__main__":
    main()
