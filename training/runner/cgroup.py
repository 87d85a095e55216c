"""A control group of its own for every trainer, where the system lets us make one.

The kernel ends all processes of a group at once, also those that changed their session and emptied
their environment. Without a writable cgroup v2 (most containers) the marks in the environment do
the work alone. Standard library only: the trainer's wrapper uses it too.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# Names the group in the wrapper's environment.
GROUP = "CONCORD_CGROUP"
PREFIX = "concord"
EMPTY_WITHIN_SECONDS = 10.0


def create_group(*, run_id: str, fence: int) -> Path | None:
    """A new group below that of this process; None where that is not allowed."""
    base = own_group()
    if base is None:
        return None
    group = base / f"{PREFIX}-{run_id}-{fence}"
    try:
        group.mkdir(exist_ok=True)
    except OSError:
        return None
    # A kernel before 5.14 has groups and cannot end them.
    return group if (group / "cgroup.kill").exists() else None


def leftover_groups(*, run_id: str, fence: int) -> list[Path]:
    """The groups of other attempts at this run."""
    base = own_group()
    found = [] if base is None else base.glob(f"{PREFIX}-{run_id}-*")
    return [group for group in found if group.name != f"{PREFIX}-{run_id}-{fence}"]


def join_group(group: Path) -> None:
    """Move this process, and with it all that it will start, into the group if that works."""
    with suppress(OSError):
        (group / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")


def kill_group(group: Path) -> int:
    """Kill every process in the group; returns how many there were.

    Raises: TimeoutError when some survive, which only an unkillable one can.
    """
    try:
        num_processes = len((group / "cgroup.procs").read_text(encoding="ascii").split())
        (group / "cgroup.kill").write_text("1", encoding="ascii")
        give_up_at = time.monotonic() + EMPTY_WITHIN_SECONDS
        while "populated 1" in (group / "cgroup.events").read_text(encoding="ascii"):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"the processes in {group} do not die")
            time.sleep(0.02)
    except FileNotFoundError:
        return 0
    return num_processes


def end_group(group: Path) -> int:
    """Kill every process in the group and remove it; returns how many there were."""
    num_processes = kill_group(group)
    with suppress(FileNotFoundError):
        group.rmdir()
    return num_processes


def num_memory_kills_in(group: Path) -> int:
    """How many of the group's processes the kernel killed for memory; 0 where it does not count."""
    try:
        events = (group / "memory.events").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in events if line.startswith("oom_kill "))


def own_group() -> Path | None:
    """Where this process's cgroup v2 lies in the file system; None without one."""
    try:
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    paths = [line.removeprefix("0::") for line in groups if line.startswith("0::")]
    for root, point in _unified(mounts):
        for path in paths:
            if Path(path).is_relative_to(root):
                return Path(point) / Path(path).relative_to(root)
    return None


def _unified(mounts: list[str]) -> Iterator[tuple[str, str]]:
    """Root and mount point of every cgroup v2 file system."""
    for line in mounts:
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            _, _, _, root, point = fields.split()[:5]
            yield root, point
