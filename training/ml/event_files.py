"""The figures of a job as TensorBoard reads them: `tensorboard --logdir` on a folder of runs.

`progress.jsonl` stays the truth. These files are for a tool that many know; a fault while they are
written is said once and stops nothing but them.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.proto.summary_pb2 import Summary
from tensorboardX.record_writer import RecordWriter

FILE_VERSION = "brain.Event:2"
# A flush reaches the disk, which a step of a few milliseconds would notice.
FLUSH_SECONDS = 10.0


class EventFiles:
    """One file per start of the job; the last one to speak of a step is right about it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: RecordWriter | None = None
        self._flushed_at = 0.0
        self._is_broken = False

    def write(self, step: int, phase: str, metrics: Mapping[str, float]) -> None:
        if self._is_broken:
            return
        try:
            if self._writer is None:
                self._writer = self._begin(step)
            values = [
                Summary.Value(tag=f"{phase}/{name}", simple_value=value)
                for name, value in metrics.items()
            ]
            self._add(self._writer, Event(step=step, summary=Summary(value=values)))
            if time.monotonic() - self._flushed_at > FLUSH_SECONDS:
                self._writer.flush()
                self._flushed_at = time.monotonic()
        except OSError as fault:
            self._give_up(fault)

    def close(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.close()
        except OSError as fault:
            self._give_up(fault)

    def _begin(self, step: int) -> RecordWriter:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time_ns()}.{os.getpid()}"
        writer = RecordWriter(str(self._folder / name))
        self._add(writer, Event(file_version=FILE_VERSION))
        # What an attempt before this one has said of this step and later ones does not count.
        started = SessionLog(status=SessionLog.START)
        self._add(writer, Event(step=step, session_log=started))
        return writer

    def _add(self, writer: RecordWriter, event: Event) -> None:
        event.wall_time = time.time()
        writer.write(event.SerializeToString())

    def _give_up(self, fault: OSError) -> None:
        self._is_broken = True
        sys.stderr.write(f"No more figures for TensorBoard: {fault}\n")
