"""Little memory for one process, so that the kernel kills it.

Only root may make a group, and only where the memory controller is there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.training.processes import wait_until
from training.runner.cgroup import own_group

# Of new pages; those that a process has already are counted where it was before.
LIMIT_BYTES = 1 << 20


@dataclass(frozen=True)
class MemoryGroup:
    """A control group of either version, below the one that this process is in."""

    folder: Path
    version: int

    def starve(self, pid: int) -> None:
        """Let the process have hardly any more memory: the kernel ends it where it asks."""
        with suppress(ProcessLookupError):
            (self.folder / "cgroup.procs").write_text(str(pid))


@contextmanager
def memory_group() -> Iterator[MemoryGroup | None]:
    """None where the system has no such group for us."""
    for version, base, limit in _places():
        folder = base / f"concord-chaos-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            (folder / limit).write_text(str(LIMIT_BYTES))
            yield MemoryGroup(folder, version)
        finally:
            # Its processes are on their way out.
            wait_until(lambda: not (folder / "cgroup.procs").read_text())  # noqa: B023
            folder.rmdir()
        return
    yield None


def _places() -> Iterator[tuple[int, Path, str]]:
    """The version, the folder of our own group in it, and the name of its limit."""
    unified = own_group()
    passed_on = None if unified is None else unified / "cgroup.subtree_control"
    if passed_on is not None and passed_on.exists() and "memory" in passed_on.read_text().split():
        yield 2, passed_on.parent, "memory.max"
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield 1, _mount_of("memory") / path.lstrip("/"), "memory.limit_in_bytes"


def _mount_of(controller: str) -> Path:
    """Where the first version's hierarchy of this controller is mounted."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup ") and controller in kind.split()[-1].split(","):
            return Path(fields.split()[4])
    return Path("/nowhere")
