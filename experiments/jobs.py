"""Stages run exactly as in production: a job file in, progress and a result file out."""

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.ml.job import Stage, run_stage
from training.ml.ppo import train_ppo
from training.ml.reward_model import train_reward_model
from training.ml.sampling import sample_completions
from training.ml.sft import train_sft

STAGES: dict[str, Stage] = {
    "sft": train_sft,
    "reward_model": train_reward_model,
    "ppo": train_ppo,
    "sampling": sample_completions,
}


COST = "processor_seconds.txt"
# Of the inputs of a job: a name alone does not say what it read.
DIGESTS = "input_sha256.json"
# Ends that an experiment may be about.
RAN_AWAY = ("kl_ceiling", "nan")


@dataclass(frozen=True)
class Ended:
    """What a job left behind."""

    work_dir: Path
    result: dict[str, Any]

    @property
    def succeeded(self) -> bool:
        return bool(self.result["outcome"] == "succeeded")

    @property
    def report(self) -> dict[str, Any]:
        return dict(self.result["report"])

    @property
    def model(self) -> Path:
        return self.work_dir / "output" / "model"

    def input(self, name: str) -> Path:
        """What the job was given under this name."""
        job = json.loads((self.work_dir / "job.json").read_text(encoding="utf-8"))
        return Path(job["inputs"][name])

    def progress(self) -> list[dict[str, float]]:
        """The metrics of every step."""
        return [row["metrics"] for row in read_rows(self.work_dir / "progress.jsonl")]

    def samples(self) -> list[dict[str, Any]]:
        return read_rows(self.work_dir / "output" / "samples.jsonl")


def run_job(
    work_dir: Path,
    stage: str,
    inputs: Mapping[str, Path],
    hyperparameters: Mapping[str, Any],
    *,
    seed: int,
    train: Stage | None = None,
) -> Ended:
    """Write the job file and run it to its end; the same as `python -m training.ml.STAGE job.json`.

    ``train`` stands in for the stage's own generator where somebody looks on between its steps.
    The same job on the same inputs is not run again.
    Raises: RuntimeError when it failed for any other reason than the policy running away.
    """
    described = {
        "stage": stage,
        "seed": seed,
        "hyperparameters": dict(hyperparameters),
        "work_dir": str(work_dir),
        "inputs": {name: str(place) for name, place in inputs.items()},
    }
    digests = {name: _digest(place) for name, place in inputs.items()}
    known = _ended(work_dir, described, digests)
    if known is not None:
        return known
    shutil.rmtree(work_dir, ignore_errors=True)
    work_dir.mkdir(parents=True)
    path = work_dir / "job.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    (work_dir / DIGESTS).write_text(json.dumps(digests), encoding="utf-8")
    began = time.process_time()
    with (work_dir / "log.txt").open("w", encoding="utf-8") as log, contextlib.redirect_stdout(log):
        run_stage(stage, train or STAGES[stage], [str(path)])
    (work_dir / COST).write_text(f"{time.process_time() - began:.3f}", encoding="utf-8")
    ended = _ended(work_dir, described, digests)
    if ended is None:
        raise RuntimeError(f"{work_dir}: {(work_dir / 'result.json').read_text(encoding='utf-8')}")
    return ended


def processor_seconds(folder: Path) -> dict[str, int]:
    """What the jobs in each part of an experiment's folder have used, whenever they were run."""
    spent: dict[str, float] = {}
    for cost in sorted(folder.rglob(COST)):
        part = cost.relative_to(folder).parts[0]
        spent[part] = spent.get(part, 0.0) + float(cost.read_text(encoding="utf-8"))
    return {part: round(seconds) for part, seconds in spent.items()}


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    # Only the newline ends a record: str.splitlines would also cut at U+2028.
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def _ended(
    work_dir: Path, described: Mapping[str, Any], digests: Mapping[str, str]
) -> Ended | None:
    """The job as it ended here; None where it has not, or not like this, or not by itself."""
    result = work_dir / "result.json"
    expected = {"job.json": described, DIGESTS: digests}
    if not result.exists() or any(_read(work_dir / name) != expected[name] for name in expected):
        return None
    found = json.loads(result.read_text(encoding="utf-8"))
    if found["outcome"] == "succeeded" or found["reason"] in RAN_AWAY:
        return Ended(work_dir, found)
    return None


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _digest(place: Path) -> str:
    file = place / "model.safetensors" if place.is_dir() else place
    return hashlib.sha256(file.read_bytes()).hexdigest()
