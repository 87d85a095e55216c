"""Stands between the runner and the trainer and ends the trainer when the runner is gone.

    python -m training.runner.wrapper DEADLINE COMMAND...

The runner holds the other end of this process's standard input and writes a new deadline after
every heartbeat that the database accepted. A closed pipe (the runner died), a deadline that
passed (it is frozen, or cut off from the database) or a SIGTERM ends the whole trainer at once.
Deadlines are readings of the machine's own clock that no time adjustment moves.
Standard library only.
"""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from training.runner.cgroup import GROUP, end_group, join_group, kill_group
from training.runner.markers import FENCE, RUN_ID, kill_trainer

# The exit codes of this process beyond those of the trainer itself.
RUNNER_IS_GONE = 120
LEASE_IS_GONE = 121
TOLD_TO_LEAVE = 122
TICK_SECONDS = 0.1
STDIN = 0


def machine_clock() -> float:
    """Seconds that also pass while the machine sleeps; comparable between its processes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def main(arguments: list[str]) -> int:
    deadline, command = float(arguments[0]), arguments[1:]
    signal.signal(signal.SIGTERM, _leave)
    # Ctrl-C in a terminal is for the runner to decide about.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    group = Path(os.environ[GROUP]) if GROUP in os.environ else None
    trainer = subprocess.Popen(
        command,
        # This process has one thread, so the child may run Python before it becomes the trainer.
        preexec_fn=None if group is None else lambda: join_group(group),  # noqa: PLW1509
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "CONCORD_PARENT_PID": str(os.getpid())},
    )
    code = TOLD_TO_LEAVE
    try:
        code = _watch(trainer, deadline)
        return code
    finally:
        kill_trainer(run_id=os.environ[RUN_ID], fence=int(os.environ[FENCE]))
        if group is not None:
            # A living runner reads what the group counted before it removes it.
            (end_group if code == RUNNER_IS_GONE else kill_group)(group)
        trainer.wait()


def _watch(trainer: "subprocess.Popen[bytes]", deadline: float) -> int:
    unread = b""
    while (code := trainer.poll()) is None:
        if select.select([STDIN], [], [], TICK_SECONDS)[0]:
            received = os.read(STDIN, 4096)
            if not received:
                return RUNNER_IS_GONE
            *lines, unread = (unread + received).split(b"\n")
            if lines:
                deadline = float(lines[-1])
        if machine_clock() > deadline:
            return LEASE_IS_GONE
    return code if code >= 0 else 128 - code


def _leave(_signal_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(TOLD_TO_LEAVE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
