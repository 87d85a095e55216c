"""Finding and ending the processes of an attempt by the marks in their environment.

torchrun starts every rank in a session of its own, so a process group does not contain them; the
environment is inherited by all. Standard library only: the trainer's wrapper uses it too.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from training.runner.cgroup import end_group, leftover_groups

RUN_ID = "CONCORD_RUN_ID"
FENCE = "CONCORD_FENCE"
# For log lines only: a fence tells processes apart, a number of the attempt tells people which.
ATTEMPT = "CONCORD_ATTEMPT"
PROCESS = "CONCORD_PROCESS"
RUNNER, TRAINER = "runner", "trainer"
GONE_WITHIN_SECONDS = 10.0

Environment = dict[str, str]


def marks(*, run_id: str, fence: int, process: str) -> Environment:
    return {RUN_ID: run_id, FENCE: str(fence), PROCESS: process}


def kill_trainer(*, run_id: str, fence: int) -> int:
    """End every process of this attempt's trainer except the caller; returns how many."""
    return kill_where(
        lambda found: (
            (found.get(RUN_ID), found.get(FENCE), found.get(PROCESS))
            == (run_id, str(fence), TRAINER)
        )
    )


def kill_leftovers(*, run_id: str, fence: int) -> int:
    """End whatever other attempts at this run left on this machine, their runners included."""
    in_groups = sum(map(end_group, leftover_groups(run_id=run_id, fence=fence)))
    return in_groups + kill_where(
        lambda found: found.get(RUN_ID) == run_id and found.get(FENCE) != str(fence)
    )


def kill_where(is_wanted: Callable[[Environment], bool]) -> int:
    """SIGKILL every matching process except the caller, until none is left.

    Raises: TimeoutError when some survive, which only an unkillable one can.
    """
    killed: set[int] = set()
    give_up_at = time.monotonic() + GONE_WITHIN_SECONDS
    while pids := list(_matching(is_wanted)):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"processes {pids} do not die")
        for pid in pids:
            if _kill(pid, is_wanted):
                killed.add(pid)
        time.sleep(0.02)
    return len(killed)


def environment_of(pid: int) -> Environment:
    """What a process was started with; empty for one that is gone, a zombie or not ours."""
    try:
        content = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in content.split(b"\0"))
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs if name}


def _matching(is_wanted: Callable[[Environment], bool]) -> Iterator[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    for pid in pids:
        if pid != os.getpid() and is_wanted(environment_of(pid)):
            yield pid


def _kill(pid: int, is_wanted: Callable[[Environment], bool]) -> bool:
    """The descriptor pins the process: its number cannot come to mean another one meanwhile."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if not is_wanted(environment_of(pid)):
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True
