"""Carries progress, samples and console output from the work folder into the database.

Everything here may fail or come late without harm: training goes on, and what was not delivered
is read again from the files.
"""

import json
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from training.models import LIVE_STATES, Run, RunLog, StepMetrics
from training.models.clock import ClockTimestamp
from training.runner.checkpoint_samples import LARGEST_STEP, store_samples
from training.runner.claim import Claim
from training.runner.letting_go import attempt_with
from training.runner.log_files import forget_old
from training.runner.storable_text import storable
from training.runner.work_folder import WorkFolder
from training.services.run_transitions import note
from training.services.run_warnings import WARNING

# More console output than this in one delivery is cut in the middle.
LOG_CHUNK_BYTES = 64_000
SINK_PATIENCE_MILLISECONDS = 5_000
WARNINGS_A_STEP = 5
WARNING_CHARACTERS = 500


class FileTail:
    """The complete lines that were added to a file since they were last taken."""

    def __init__(self, path: Path, *, start: int = 0) -> None:
        self._path = path
        self._offset = start

    def unread(self) -> tuple[bytes, int]:
        """The new complete lines and the offset that follows them; nothing is taken yet."""
        try:
            with self._path.open("rb") as stream:
                size = stream.seek(0, 2)
                # A trainer that starts anew may write its file anew.
                start = self._offset if size >= self._offset else 0
                stream.seek(start)
                content = stream.read()
        except OSError:
            # Not there yet, or not to be read just now.
            return b"", self._offset
        complete = content[: content.rfind(b"\n") + 1]
        return complete, start + len(complete)

    def take(self, offset: int) -> None:
        self._offset = offset


class Telemetry:
    """What one attempt reports. ``step`` and ``total_steps`` are of its newest step."""

    def __init__(self, held: Claim, folder: WorkFolder) -> None:
        self._held = held
        # Progress of earlier attempts is read again: storing a step twice changes nothing.
        self._progress = FileTail(folder.progress)
        self._folder = folder
        log = folder.trainer_log
        self._samples = FileTail(folder.samples)
        self._log = FileTail(log, start=log.stat().st_size if log.exists() else 0)
        self.step: int | None = None
        self.total_steps: int | None = None
        self._num_bytes_before = 0
        self._first_new_step = 0

    def begin(self) -> None:
        """Before the trainer starts: what has been reported by now was not made by this attempt."""
        reported, self._num_bytes_before = FileTail(self._folder.progress).unread()
        steps = [line["step"] for line in _steps_in(reported)]
        self._first_new_step = min(max(steps, default=-1) + 1, LARGEST_STEP)

    def read_and_deliver(self) -> None:
        """Raises: django.db.Error when the database is away; call it again later."""
        progress, progress_end = self._progress.unread()
        text, log_end = self._log.unread()
        begins_at = max(0, self._num_bytes_before - (progress_end - len(progress)))
        earlier, own = _steps_in(progress[:begins_at]), _steps_in(progress[begins_at:])
        if own:
            # Others may have come further than the checkpoint that this attempt goes on from.
            self.step, self.total_steps = own[-1]["step"], own[-1]["total_steps"]
        if earlier or own or text:
            self._record_steps([*earlier, *own], text, is_moving=bool(own))
        self._progress.take(progress_end)
        self._log.take(log_end)
        # Behind the delivery: what the page is still to show stays.
        forget_old(self._folder.trainer_log, until=log_end)
        forget_old(self._folder.runner_log)
        self._deliver_samples()

    def _deliver_samples(self) -> None:
        """Behind the figures and apart from them: what is wrong with one holds up no other."""
        samples, samples_end = self._samples.unread()
        if samples:
            self._record_samples(samples.splitlines())
        self._samples.take(samples_end)

    @transaction.atomic
    def _record_samples(self, lines: list[bytes]) -> None:
        self._limit_patience()
        store_samples(self._held, lines)

    @transaction.atomic
    def _record_steps(self, lines: list[dict[str, Any]], text: bytes, *, is_moving: bool) -> None:
        self._limit_patience()
        StepMetrics.objects.bulk_create(
            [
                StepMetrics(
                    run_id=self._held.run_id,
                    step=line["step"],
                    phase=line["phase"],
                    values=line["metrics"],
                    elapsed_seconds=line["elapsed_seconds"],
                )
                for line in lines
            ],
            ignore_conflicts=True,
        )
        self._note_warnings([said for line in lines for said in line["warnings"]])
        if text:
            RunLog.objects.create(
                run_id=self._held.run_id, attempt=self._held.attempt, text=readable(text)
            )
        # Last: from here on the run's row is locked, and its heartbeat would wait for the sink too.
        if not self._store_progress():
            transaction.set_rollback(True)
        elif lines:
            # A step that is made again has its row already, of the time when it was lost.
            moved = {"stepped_at": ClockTimestamp()} if is_moving else {}
            attempt_with(self._held.run_id, self._held.fence).update(
                first_new_step=self._first_new_step, **moved
            )

    def _limit_patience(self) -> None:
        with connection.cursor() as cursor:
            # A sink that hangs must not keep the runner from a cancel or from its lease.
            cursor.execute("SET LOCAL statement_timeout = %s", [SINK_PATIENCE_MILLISECONDS])

    def _note_warnings(self, said: list[str]) -> None:
        """An event for each, once, whichever attempt said it first."""
        if not said:
            return
        run = Run.objects.get(pk=self._held.run_id)
        details = [f"{WARNING}{text}" for text in dict.fromkeys(said)]
        known = set(run.events.filter(detail__in=details).values_list("detail", flat=True))
        for detail in details:
            if detail not in known:
                note(run, actor=self._held.actor, detail=detail)

    def _store_progress(self) -> bool:
        """Whether this attempt still owns the run; the page shows its newest step at once."""
        own = Run.objects.filter(
            pk=self._held.run_id, fence=self._held.fence, state__in=LIVE_STATES
        )
        changes: dict[str, Any] = self._newest_checkpoint()
        if self.step is not None:
            changes |= {"step": self.step, "total_steps": self.total_steps}
        return own.update(**changes) > 0 if changes else own.exists()

    def _newest_checkpoint(self) -> dict[str, Any]:
        write = self._folder.last_checkpoint_write()
        if write is None:
            return {}
        return {
            "checkpointed_at": ClockTimestamp() - timedelta(seconds=write.age_seconds),
            "checkpoint_seconds": write.seconds,
        }


def _steps_in(progress: bytes) -> list[dict[str, Any]]:
    return [line for line in map(parse_progress, progress.splitlines()) if line is not None]


def parse_progress(line: bytes) -> dict[str, Any] | None:
    """One line of progress.jsonl; None for a line that is not one.

    Figures that are not finite become null: JSON and Postgres have no NaN.
    """
    try:
        content = json.loads(line)
        parsed: dict[str, Any] = {
            "step": int(content["step"]),
            "total_steps": int(content["total_steps"]),
            "phase": storable(str(content["phase"]))[:16],
            "metrics": {
                storable(str(name)): float(value) if math.isfinite(value) else None
                for name, value in content["metrics"].items()
            },
            "elapsed_seconds": float(content["elapsed_seconds"]),
            "warnings": [
                storable(str(text))[:WARNING_CHARACTERS]
                for text in list(content.get("warnings", []))[:WARNINGS_A_STEP]
            ],
        }
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    is_in_range = all(0 <= parsed[name] <= LARGEST_STEP for name in ("step", "total_steps"))
    return parsed if is_in_range and math.isfinite(parsed["elapsed_seconds"]) else None


def readable(text: bytes) -> str:
    """Console output as Postgres can hold it, cut in the middle when there is too much."""
    if len(text) > LOG_CHUNK_BYTES:
        half = LOG_CHUNK_BYTES // 2
        cut = f"\n[... {len(text) - 2 * half} bytes are only in the run's folder ...]\n"
        text = text[:half] + cut.encode() + text[-half:]
    return storable(text.decode(errors="replace"))
