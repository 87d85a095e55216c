"""What every stage shares around its loop: the job file, progress, stopping, the result.

A stage is a generator: it yields `StepMetrics` after every step and returns its report.
"""

import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import torch
from transformers.utils import logging as transformers_logging

from training.ml import hyperparameters
from training.ml.checkpointing import (
    Checkpoint,
    find_checkpoint,
    forget_partial,
    forget_unfinished,
    note_write,
    write_checkpoint,
    write_durably,
)
from training.ml.drafts import append_lines
from training.ml.engine import Engine
from training.ml.errors import (
    BadInput,
    KlCeilingExceeded,
    NonFinite,
    SamplerMismatch,
    StopRequested,
)
from training.ml.event_files import EventFiles
from training.ml.full_disk import give_room, is_full_disk, keep_room
from training.ml.job_file import read_job
from training.ml.seeding import random_states, restore_random_states, seed_everything
from training.ml.watchdog import watch_parents
from training.ml.world import World, end_process, join_world, leave_world

EXIT_FAILED = 1
# What sysexits.h calls a temporary failure: the same job can be started again.
EXIT_STOPPED = 75
SIGNIFICANT_DIGITS = 8

Report = dict[str, Any]


@dataclass(frozen=True)
class StepMetrics:
    """What one step came to. Steps count from 1; metrics are finite numbers.

    `warnings` are sentences for whoever watches the run; each is said once.
    """

    step: int
    total_steps: int
    phase: str
    metrics: Mapping[str, float]
    warnings: Sequence[str] = ()


class Job:
    """One job of one process: its inputs, and how it reports, checkpoints and stops."""

    def __init__(self, path: Path, stage: str, world: World) -> None:
        described = read_job(path, stage)
        self.stage = stage
        self.world = world
        self.seed = int(described["seed"])
        self.hyperparameters = hyperparameters.parse(stage, described["hyperparameters"])
        self.work_dir = Path(described["work_dir"])
        self.inputs = {name: Path(value) for name, value in described["inputs"].items()}
        # How much each of several policies writes, by role; only sampling has them.
        self.weights: dict[str, float] = described["weights"]
        # The automatic evaluations to end with, by name; only policies have them.
        self.evaluations: list[str] = described["evaluations"]
        self.output_dir = self.work_dir / "output"
        self.resumed_from_step = 0
        self.steps = 0
        self._started = time.monotonic()
        self._signalled = False
        # What came up before the first step, and is reported with it.
        self._warnings: list[str] = []
        self.event_files = EventFiles(self.work_dir / "tensorboard")

    def input(self, name: str) -> Path:
        """Raises: BadInput when the job does not name it or it is not there."""
        path = self.optional_input(name)
        if path is None:
            raise BadInput(f"inputs.{name} is missing: the job needs it for what it is asked to do")
        return path

    def optional_input(self, name: str) -> Path | None:
        path = self.inputs.get(name)
        if path is not None and not path.exists():
            raise BadInput(f"{name}: {path} does not exist")
        return path

    def resume(self, engines: Mapping[str, Engine]) -> dict[str, Any]:
        """Put the newest checkpoint into the engines; the values stored beside it, or nothing.

        Seeds the global random streams, or puts them back where they were. A damaged checkpoint is
        passed over with a warning: never silently, even where none is left.
        """
        seed_everything(self.seed + self.world.rank)
        folder = self.work_dir / "checkpoints"
        if self.world.is_main:
            # What is half-written may be what filled the disk.
            forget_partial(folder)
            forget_unfinished(self.output_dir)
        search = find_checkpoint(folder)
        self._warnings = search.warnings
        checkpoint = search.newest
        if checkpoint is None:
            return {}
        for name, engine in engines.items():
            engine.restore(checkpoint.tensors(name), checkpoint.values["updates"][name])
        self._restore_random(checkpoint)
        self.resumed_from_step = self.steps = checkpoint.step
        return dict(checkpoint.values["stage"])

    def at_step_boundary(
        self, step: int, engines: Mapping[str, Engine], values: Mapping[str, Any]
    ) -> None:
        """Checkpoint when one is due or the run is to stop. Every process calls this.

        Raises: StopRequested once the checkpoint is safe.
        """
        self.steps = step
        reason = self._stop_reason()
        is_stopping = bool(self.world.from_main(int(bool(reason))))
        every = self.hyperparameters.checkpoint_every_steps
        if is_stopping or (every and step % every == 0):
            self.checkpoint(step, engines, values)
        if is_stopping:
            raise StopRequested(reason or "stop", step)

    def checkpoint(
        self, step: int, engines: Mapping[str, Engine], values: Mapping[str, Any]
    ) -> None:
        """Store the state after `step` steps. Every process calls this."""
        folder, began = self.work_dir / "checkpoints", time.monotonic()
        write_checkpoint(
            folder,
            step,
            shared={name: engine.tensors() for name, engine in engines.items()},
            own={f"random-{self.world.rank}": random_states()},
            values={
                "stage": dict(values),
                "updates": {name: engine.updates for name, engine in engines.items()},
            },
            world=self.world,
        )
        if self.world.is_main:
            note_write(folder, step, time.monotonic() - began)

    def checkpoint_end(
        self, step: int, engines: Mapping[str, Engine], values: Mapping[str, Any]
    ) -> None:
        """Store the state after the last step, unless it is, so that nothing after it costs a step.

        Every process calls this.
        """
        every = self.hyperparameters.checkpoint_every_steps
        if self.resumed_from_step < step and not (every and step % every == 0):
            self.checkpoint(step, engines, values)

    def raise_if_stopping(self) -> None:
        """For stages whose output is its own checkpoint. Raises: StopRequested."""
        reason = self._stop_reason()
        if self.world.from_main(int(bool(reason))):
            raise StopRequested(reason or "stop", self.steps)

    def record(self, step: StepMetrics) -> None:
        self.steps = step.step
        if not self.world.is_main:
            return
        step = replace(step, warnings=[*self._warnings, *step.warnings])
        self._warnings = []
        line = {
            "step": step.step,
            "total_steps": step.total_steps,
            "phase": step.phase,
            "metrics": {name: rounded(value) for name, value in step.metrics.items()},
            "elapsed_seconds": round(time.monotonic() - self._started, 3),
            **({"warnings": list(step.warnings)} if step.warnings else {}),
        }
        append_lines(self.work_dir / "progress.jsonl", [json.dumps(line, allow_nan=False) + "\n"])
        self.event_files.write(step.step, step.phase, step.metrics)
        # The console is the run's log: a person reads it, so it holds words and few digits.
        sys.stdout.write(log_line(step) + "\n")
        sys.stdout.flush()

    def listen_for_signals(self) -> None:
        """A termination signal asks for a stop at the next step boundary."""

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            self._signalled = True

        signal.signal(signal.SIGTERM, ask_to_stop)

    def write_result(self, outcome: str, **facts: Any) -> None:
        result: Report = {
            "outcome": outcome,
            "reason": None,
            "detail": "",
            "steps": self.steps,
            "resumed_from_step": self.resumed_from_step,
            "report": {},
        }
        text = json.dumps(result | facts, allow_nan=False)
        try:
            write_durably(self.work_dir / "result.json", text)
        except OSError as fault:
            if not is_full_disk(fault):
                raise
            give_room(self.work_dir)
            write_durably(self.work_dir / "result.json", text)
        give_room(self.work_dir)

    def _restore_random(self, checkpoint: Checkpoint) -> None:
        # A run that continues on more processes than it began on has no stream for the new ones.
        name = f"random-{self.world.rank}"
        if checkpoint.has(name):
            restore_random_states(checkpoint.tensors(name))

    def _stop_reason(self) -> str:
        request = self.work_dir / "stop"
        if request.exists():
            return request.read_text(encoding="utf-8").strip() or "stop"
        return "terminated" if self._signalled else ""


Stage = Callable[[Job], Generator[StepMetrics, None, Report]]


def rounded(value: float) -> float:
    """To eight significant digits at least; eight behind the point say nothing of a small rate."""
    if not math.isfinite(value):
        return value
    leading_zeros = -math.floor(math.log10(abs(value))) - 1 if 0 < abs(value) < 1 else 0
    return round(value, SIGNIFICANT_DIGITS + leading_zeros)


def log_line(step: StepMetrics) -> str:
    figures = ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}" for name, value in step.metrics.items()
    )
    warnings = "".join(f"\nWarning: {warning}" for warning in step.warnings)
    return f"{step.phase} step {step.step} of {step.total_steps}: {figures}{warnings}"


def run_as_program(stage: str, train: Stage) -> NoReturn:
    """What `python -m training.ml.<stage> job.json` does."""
    end_process(run_stage(stage, train, sys.argv[1:]))


def run_stage(stage: str, train: Stage, arguments: list[str]) -> int:
    """Run the job that the command line names to its end; the process's exit code."""
    if len(arguments) != 1:
        sys.stderr.write(f"usage: python -m training.ml.{stage} job.json\n")
        return EXIT_FAILED
    # A run's log is read by people: no progress bars, no configuration dumps.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    watch_parents()
    world = join_world()
    try:
        job = Job(Path(arguments[0]), stage, world)
    except ValueError as fault:
        sys.stderr.write(f"{fault}\n")
        _report_unreadable_job(Path(arguments[0]), fault)
        return EXIT_FAILED
    job.listen_for_signals()
    return _run(job, train)


def _run(job: Job, train: Stage) -> int:
    result = job.work_dir / "result.json"
    if job.world.is_main:
        result.unlink(missing_ok=True)
        job.output_dir.mkdir(parents=True, exist_ok=True)
    job.world.wait()
    try:
        if job.world.is_main:
            keep_room(job.work_dir)
        report = _drive(job, train)
    except StopRequested as stop:
        if job.world.is_main:
            job.write_result("stopped", reason=stop.reason)
        job.world.wait()
        leave_world(job.world)
        # torchrun takes any other code for a crash; result.json says what happened.
        return 0 if "TORCHELASTIC_RUN_ID" in os.environ else EXIT_STOPPED
    except Exception as fault:  # noqa: BLE001 - the boundary of the process: every end is recorded
        _record_failure(job, fault)
        return EXIT_FAILED
    if job.world.is_main:
        job.write_result("succeeded", report=report)
    job.world.wait()
    leave_world(job.world)
    return 0


def _record_failure(job: Job, fault: Exception) -> None:
    sys.excepthook(type(fault), fault, fault.__traceback__)
    if is_full_disk(fault):
        # The half-written checkpoint is of no use, and others may need its room too.
        with suppress(OSError):
            forget_partial(job.work_dir / "checkpoints")
    # The first process to fail knows why; the others only lost their neighbour.
    if not (job.work_dir / "result.json").exists():
        job.write_result(
            "failed",
            reason=failure_reason(fault),
            detail=str(fault)[:2000],
            report=_report_of_failure(fault),
        )


def _report_of_failure(fault: Exception) -> Report:
    """What the step had read at which a figure stopped being a number, for whoever looks for it."""
    if not isinstance(fault, NonFinite):
        return {}
    return {"broken_step": fault.behind.described()}


def _drive(job: Job, train: Stage) -> Report:
    steps = train(job)
    with closing(job.event_files):
        while True:
            try:
                job.record(next(steps))
            except StopIteration as ended:
                report: Report = ended.value
                return report


def failure_reason(fault: BaseException) -> str:
    """One word for why a job failed, from the contract with whoever started it."""
    text = str(fault)
    if isinstance(fault, BadInput | hyperparameters.HyperparameterError):
        return "bad_input"
    if isinstance(fault, NonFinite):
        return "nan"
    if isinstance(fault, KlCeilingExceeded):
        return "kl_ceiling"
    if isinstance(fault, SamplerMismatch):
        return "sampler_gap"
    if isinstance(fault, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in text:
        return "out_of_memory"
    if is_full_disk(fault):
        return "disk_full"
    return "error"


def _report_unreadable_job(path: Path, fault: ValueError) -> None:
    """Say why in result.json beside the job, which is where its work folder normally is."""
    result = {"outcome": "failed", "reason": "bad_input", "detail": str(fault), "steps": 0}
    result |= {"resumed_from_step": 0, "report": {}}
    if path.parent.is_dir():
        write_durably(path.parent / "result.json", json.dumps(result))
