"""A trainer that only counts and stores: what it resumes with shows whether a checkpoint was torn.

Its job, checkpoints, signals and stops are the real ones; the network is a counter whose tensors
follow from the step, so that any mixture of two steps is seen at once.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.training.ml.processes import CONTEXT
from training.ml import job as job_module
from training.ml.checkpointing import PARTIAL, Checkpoint, Search
from training.ml.job import Job, StepMetrics, run_stage

STAGE = "reward_model"
# Starting a process looks after ended ones too, and reads what another thread may be reading.
ONE_AT_A_TIME = threading.Lock()
NUM_TENSORS, TENSOR_NUMBERS = 4, 200_000
CONTEXT.set_forkserver_preload([__name__])


class Counter:
    """Stands where a stage has its engine: what it holds is decided by the step alone."""

    def __init__(self) -> None:
        self.updates = 0
        self.restored: Mapping[str, Tensor] = {}

    def tensors(self) -> dict[str, Tensor]:
        return {f"weight.{n}": self._expected(n) for n in range(NUM_TENSORS)}

    def restore(self, stored: Mapping[str, Tensor], updates: int) -> None:
        self.updates, self.restored = updates, stored

    @property
    def is_torn(self) -> bool:
        return any(
            not torch.equal(self.restored[f"weight.{n}"], self._expected(n))
            for n in range(NUM_TENSORS)
        )

    def _expected(self, place: int) -> Tensor:
        return torch.arange(TENSOR_NUMBERS, dtype=torch.float32) + 1000 * place + self.updates


def count(job: Job, line: Connection) -> Any:
    """Tells through the line what it resumed with, and when it begins and has finished storing."""
    counter = Counter()
    job.resume({"model": counter})
    leftovers = len(list((job.work_dir / "checkpoints").glob(f"{PARTIAL}*")))
    torn = bool(counter.restored) and (counter.is_torn or counter.updates != job.resumed_from_step)
    line.send(("resumed", job.resumed_from_step, {"is_torn": torn, "leftovers": leftovers}))
    while True:
        counter.updates += 1
        yield StepMetrics(counter.updates, 10**6, "train", {"loss": 1.0})
        line.send(("storing", counter.updates, {}))
        job.at_step_boundary(counter.updates, {"model": counter}, {})
        line.send(("stored", counter.updates, {}))


def run_counting(path: str, line: Connection) -> None:
    """In a process of its own."""
    # Two hundred logs, and tracebacks of the control, help nobody.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.exit(run_stage(STAGE, lambda job: count(job, line), [path]))


def run_counting_directly(path: str, line: Connection) -> None:
    """The control: files are written where they belong, and the newest folder is believed."""
    job_module.write_checkpoint = _write_directly
    job_module.find_checkpoint = lambda root: Search(_newest_folder(root))
    run_counting(path, line)


def start_counting(path: Path, target: Callable[..., None] = run_counting) -> Any:
    """The process and the line that it reports on."""
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=target, args=(str(path), there))
    with ONE_AT_A_TIME:
        process.start()
    there.close()
    return process, here


def wait_for_end(process: Any) -> int:
    """Its exit code; several threads may have processes of their own."""
    wait([process.sentinel])
    with ONE_AT_A_TIME:
        process.join()
    return int(process.exitcode)


def warm_up() -> None:
    """Start the process that all others are forked from, and let it import what they need."""
    process = CONTEXT.Process(target=int)
    process.start()
    process.join()


def write_counting_job(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    job = {
        "stage": STAGE,
        "seed": 1,
        "hyperparameters": {"checkpoint_every_steps": 1},
        "work_dir": str(folder),
        "inputs": {},
    }
    (folder / "job.json").write_text(json.dumps(job))
    return folder / "job.json"


def _write_directly(root: Path, step: int, *, world: Any, **content: Any) -> None:
    folder = root / f"step-{step:08d}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, tensors in {**content["own"], **content["shared"]}.items():
        save_file(dict(tensors), folder / f"{name}.safetensors")
    (folder / "values.json").write_text(json.dumps(content["values"]))


def _newest_folder(root: Path) -> Checkpoint | None:
    folders = sorted(root.glob("step-*"))
    if not folders:
        return None
    values = json.loads((folders[-1] / "values.json").read_text())
    return Checkpoint(folders[-1], int(folders[-1].name.removeprefix("step-")), values)
