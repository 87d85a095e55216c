"""The folder in which the runner and the trainer of a run meet; it outlives its attempts."""

import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

# What a trainer keeps for itself beside its output; worthless once the run has ended.
CHECKPOINTS, MILESTONES = "checkpoints", "milestones"
LAST_WRITE = "last-write.json"
BULK = (CHECKPOINTS, MILESTONES, "epochs", "best-seed")
# What sampling and scoring go on from; they add to these files, so they are never shared.
DRAFTS = (".samples-*.jsonl", ".rewards-*.jsonl")

# What Rust, which reads and writes the weights, and C++ say before they abort.
ALLOCATION_REFUSED = re.compile(rb"memory allocation of \d+ bytes failed|std::bad_alloc")
LAST_WORDS_BYTES = 64 << 10


@dataclass(frozen=True)
class CheckpointWrite:
    """The newest checkpoint: how long ago it was whole, and how long writing it took."""

    age_seconds: float
    seconds: float


@dataclass(frozen=True)
class WorkFolder:
    path: Path

    @classmethod
    def of(cls, run_id: UUID) -> "WorkFolder":
        """The id is a UUID, so the folder cannot lie anywhere else."""
        return cls(Path(settings.RUN_ROOT) / str(run_id))

    @property
    def job_file(self) -> Path:
        return self.path / "job.json"

    @property
    def progress(self) -> Path:
        return self.path / "progress.jsonl"

    @property
    def samples(self) -> Path:
        return self.path / "samples.jsonl"

    @property
    def trainer_log(self) -> Path:
        return self.path / "trainer.log"

    @property
    def runner_log(self) -> Path:
        return self.path / "runner.log"

    @property
    def output(self) -> Path:
        return self.path / "output"

    @property
    def _stop(self) -> Path:
        return self.path / "stop"

    @property
    def _result(self) -> Path:
        return self.path / "result.json"

    def log_bytes(self) -> int:
        """How long the trainer's log is; 0 before there is one."""
        try:
            return self.trainer_log.stat().st_size
        except FileNotFoundError:
            return 0

    def says_no_memory(self, *, since: int) -> bool:
        """Whether native code has written behind this offset that an allocation was refused."""
        with suppress(OSError), self.trainer_log.open("rb") as log:
            log.seek(max(since, self.log_bytes() - LAST_WORDS_BYTES))
            return ALLOCATION_REFUSED.search(log.read()) is not None
        return False

    def prepare(self, job: Mapping[str, Any]) -> None:
        """Write the job down and remove what would mislead this attempt.

        Checkpoints stay, and so do the drafts in the output folder: a sampling run goes on from
        them. Finished folders go, since the store may hold links to their files, which a trainer
        that wrote into them again would change.
        """
        self.output.mkdir(parents=True, exist_ok=True)
        self._stop.unlink(missing_ok=True)
        self._result.unlink(missing_ok=True)
        for finished in self.output.iterdir():
            if finished.is_dir():
                shutil.rmtree(finished)
        self._write(self.job_file, json.dumps(job, indent=2, sort_keys=True))

    def adopt(self, earlier: "WorkFolder") -> bool:
        """Begin with what an earlier run of the same spec got to; False when it left nothing.

        Checkpoints and kept weights are replaced and never written into, so links suffice.
        """
        if self.job_file.exists():
            # An attempt of this run has been here: what it made counts.
            return False
        if not earlier.job_file.exists():
            # It never trained: at most it has half of what it was to begin with.
            return False
        found = [name for name in BULK if (earlier.path / name).is_dir()]
        drafts = [path for kind in DRAFTS for path in earlier.output.glob(kind)]
        if not found and not drafts:
            return False
        self.output.mkdir(parents=True, exist_ok=True)
        for name in found:
            _bring(earlier.path / name, self.path / name)
        for draft in drafts:
            _bring(draft, self.output / draft.name)
        told = ((earlier.progress, self.progress), (earlier.samples, self.samples))
        for source, target in told:
            if source.is_file():
                _bring(source, target)
        return True

    def ask_to_stop(self, how: str) -> None:
        """Raises: OSError on a full disk."""
        self._write(self._stop, how)

    def result(self) -> dict[str, Any] | None:
        """What the trainer says of itself; None when it ended without a word."""
        try:
            content = json.loads(self._result.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def largest_checkpoint_bytes(self) -> int:
        """Of those that are there; 0 without any. A trainer may remove them meanwhile."""
        sizes = [0]
        for checkpoint in (self.path / CHECKPOINTS).glob("step-*"):
            with suppress(FileNotFoundError):
                sizes.append(sum(path.stat().st_size for path in checkpoint.iterdir()))
        return max(sizes)

    def checkpoint_bytes(self) -> int:
        """Of all checkpoints and milestones together; a file that both link to counts once."""
        sizes: dict[int, int] = {}
        for place in (CHECKPOINTS, MILESTONES):
            for path in (self.path / place).glob("step-*/*"):
                with suppress(FileNotFoundError):
                    sizes[path.stat().st_ino] = path.stat().st_size
        return sum(sizes.values())

    def last_checkpoint_write(self) -> CheckpointWrite | None:
        """By this machine's clock, the one that the file's own time is of; None without any."""
        path = self.path / CHECKPOINTS / LAST_WRITE
        try:
            seconds = float(json.loads(path.read_text(encoding="utf-8"))["seconds"])
            age = time.time() - path.stat().st_mtime
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return CheckpointWrite(max(0.0, age), seconds) if isfinite(seconds) else None

    def discard_bulk(self) -> None:
        """Delete what an ended run needs no more; its logs, its job and its result stay."""
        for bulk in self.bulk():
            shutil.rmtree(bulk, ignore_errors=True)

    def bulk(self) -> list[Path]:
        return [*(self.path / name for name in BULK), self.output]

    def _write(self, path: Path, text: str) -> None:
        """The trainer sees all of it or none."""
        temporary = path.with_suffix(".tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


def _bring(source: Path, target: Path) -> None:
    """Make a copy beside its place and move it there whole; what is there stays."""
    if target.exists():
        return
    beside = target.with_name(f".adopting-{target.name}")
    if source.is_dir():
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(source, beside, copy_function=_link_or_copy)
    else:
        shutil.copyfile(source, beside)
    beside.rename(target)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without hard links.
        shutil.copyfile(source, target)
