"""One small real training whose end is known bit by bit, and what a fault may do to it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from labeling.models import User
from tests.training.processes import trainer_pids, wait_until
from training.artifact_store import publish
from training.ml.tiny_models import make_tiny
from training.ml.watchdog import birth_of
from training.models import Artifact, ModelVersion, Run, RunAttempt, RunLog, Snapshot
from training.runner.markers import PROCESS, RUN_ID, RUNNER, environment_of
from training.runner.work_folder import WorkFolder
from training.services.model_versions import Origin, register_base_model
from training.services.run_requests import RunRequest
from training.services.runs import request_run

STAGE = "reward_model"
SEED = 3
NUM_PROMPTS, BATCH_SIZE, EPOCHS = 12, 3, 60
STEPS = NUM_PROMPTS // BATCH_SIZE * EPOCHS
INTERVAL = 5
TEXTS = ["one two three four", "one two three", "one two", "one"]
HYPERPARAMETERS = {
    "batch_size": BATCH_SIZE,
    "epochs": EPOCHS,
    "checkpoint_every_steps": INTERVAL,
    "max_prompt_tokens": 32,
    "max_completion_tokens": 32,
}
# For faults after which nobody waits for the end: 1200 steps.
LONG = {"epochs": 100, "batch_size": 1}


def records() -> str:
    rows = [
        {
            "prompt_id": number,
            "prompt": f"Count to {number}.",
            "completions": [
                {"id": 10 * number + place, "text": text} for place, text in enumerate(TEXTS)
            ],
            "rankings": [{"labeler": "amina", "ranks": [1, 2, 3, 4]}],
            "split": "validation" if number >= NUM_PROMPTS else "train",
        }
        for number in range(NUM_PROMPTS + 2)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


@dataclass(frozen=True)
class Uninterrupted:
    """The same training, left alone: what every disturbed one must come to."""

    curve: list[tuple[int, dict[str, float]]]
    model_sha256: str


def train_uninterrupted(folder: Path) -> Uninterrupted:
    """By torchrun and the trainer alone; no runner, no database."""
    make_tiny(folder / "base", 1, width=48, num_layers=2, context=128)
    (folder / "records.jsonl").write_text(records())
    job = {
        "stage": STAGE,
        "seed": SEED,
        "hyperparameters": HYPERPARAMETERS,
        "work_dir": str(folder),
        "inputs": {"base_model": str(folder / "base"), "rankings": str(folder / "records.jsonl")},
    }
    (folder / "job.json").write_text(json.dumps(job))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    subprocess.run(
        [*torchrun, "--nproc-per-node=1", "-m", f"training.ml.{STAGE}", str(folder / "job.json")],
        cwd=settings.BASE_DIR,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"},
    )
    stored = publish(folder / "store", folder / "output" / "model")
    return Uninterrupted(curve=curve_of(folder / "progress.jsonl"), model_sha256=stored.sha256)


def curve_of(progress: Path) -> list[tuple[int, dict[str, float]]]:
    """The figures that the training itself decides, step by step; a repeated step must repeat."""
    steps: dict[int, dict[str, float]] = {}
    for line in progress.read_text().splitlines():
        row = json.loads(line)
        figures = {name: row["metrics"][name] for name in ("loss", "accuracy", "gradient_norm")}
        assert steps.setdefault(row["step"], figures) == figures, f"step {row['step']} differs"
    return sorted(steps.items())


def register_inputs(ada: User, source: Path, name: str = "tiny") -> tuple[ModelVersion, Snapshot]:
    """The inputs of the uninterrupted training, as an installation has them."""
    model = register_base_model(
        path=source / "base", name=name, origin=Origin(licence="none", source="a test")
    )
    folder = Path(settings.ARTIFACT_ROOT).parent / "snapshot"
    folder.mkdir(exist_ok=True)
    (folder / "records.jsonl").write_text(records())
    stored = publish(Path(settings.ARTIFACT_ROOT), folder)
    artifact, _ = Artifact.objects.get_or_create(
        sha256=stored.sha256,
        defaults={"kind": Artifact.Kind.SNAPSHOT, "num_bytes": stored.num_bytes},
    )
    snapshot = Snapshot.objects.create(
        name=f"rankings for {name}",
        kind=Snapshot.Kind.RM,
        query={},
        counts={},
        records_sha256="0" * 64,
        num_records=NUM_PROMPTS + 2,
        artifact=artifact,
        created_by=ada,
    )
    return model, snapshot


def request_training(ada: User, inputs: tuple[ModelVersion, Snapshot], **changes: Any) -> Run:
    model, snapshot = inputs
    request = RunRequest(
        stage=STAGE,
        inputs={"base_model": model.pk, "rankings": snapshot.pk},
        hyperparameters=HYPERPARAMETERS | changes,
        seed=SEED,
    )
    return request_run(by=ada, request=request)


def step_of(run: Run) -> int:
    """The newest step in the run's folder, however far the database is."""
    try:
        lines = WorkFolder.of(run.pk).progress.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return 0
    return int(json.loads(lines[-1])["step"]) if lines else 0


def wait_for_step(run: Run, step: int, *, seconds: float = 120.0) -> int:
    wait_until(lambda: step_of(run) >= step, seconds=seconds)
    return step_of(run)


def newest_checkpoint_step(run: Run) -> int:
    folders = (WorkFolder.of(run.pk).path / "checkpoints").glob("step-*")
    return max((int(folder.name.removeprefix("step-")) for folder in folders), default=0)


def state_of(run: Run) -> str:
    return str(Run.objects.values_list("state", flat=True).get(pk=run.pk))


def wait_for_end(run: Run, *, seconds: float = 180.0) -> Run:
    wait_until(lambda: state_of(run) in {"succeeded", "failed", "cancelled"}, seconds=seconds)
    run.refresh_from_db()
    return run


def story(run: Run) -> str:
    """What to print when a run did not end as it should."""
    run.refresh_from_db()
    events = run.events.values_list("from_state", "to_state", "actor", "detail")
    log = "".join(RunLog.objects.filter(run=run).values_list("text", flat=True))
    lines = [f"{run.state} {run.reason} {run.reason_detail}", *map(str, events), log[-2000:]]
    runner_log = WorkFolder.of(run.pk).runner_log
    return "\n".join([*lines, runner_log.read_text()[-2000:] if runner_log.exists() else ""])


def assert_bit_equal(run: Run, expected: Uninterrupted) -> None:
    """The weights and the curve of a disturbed run are those of the one that was left alone."""
    assert run.state == "succeeded", story(run)
    assert curve_of(WorkFolder.of(run.pk).progress) == expected.curve
    assert ModelVersion.objects.get(run=run).artifact_id == expected.model_sha256


def processes_of(run: Run, module: str) -> list[int]:
    """The processes of this run's trainer that run this module: torchrun, or a rank."""
    found = []
    for pid in trainer_pids(run.pk):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if module.encode() in command[:4]:
            found.append(pid)
    return found


def ranks_of(run: Run) -> list[int]:
    """The processes that torchrun started: those with a rank."""
    return [pid for pid in trainer_pids(run.pk) if "RANK" in environment_of(pid)]


def torchrun_of(run: Run) -> int:
    [agent] = processes_of(run, "torch.distributed.run")
    return agent


@contextmanager
def seconds_until(condition: Callable[[], Any], *, limit: float = 60.0) -> Iterator[list[float]]:
    """How long after the beginning of the block the condition held."""
    taken: list[float] = []
    started = time.monotonic()
    yield taken
    wait_until(condition, seconds=limit)
    taken.append(time.monotonic() - started)


def repeated_steps(run: Run) -> int:
    """How many steps were made a second time: what all faults together cost."""
    lines = WorkFolder.of(run.pk).progress.read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    return len(steps) - len(set(steps))


def wait_for_attempt(run: Run, number: int, *, seconds: float = 60.0) -> RunAttempt:
    """The attempt once its runner has said who it is."""
    found = run.attempts.filter(number=number, pid__isnull=False)
    wait_until(found.exists, seconds=seconds)
    return found.get()


def is_gone(pid: int) -> bool:
    return birth_of(pid) is None


def runners_of(run: Run) -> list[int]:
    """The living runners of this run, whichever attempt they carry."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if is_runner_of(environment_of(pid), run)]


def is_runner_of(found: dict[str, str], run: Run) -> bool:
    return found.get(RUN_ID) == str(run.pk) and found.get(PROCESS) == RUNNER
