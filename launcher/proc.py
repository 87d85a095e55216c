"""Looks at the system's processes: who descends from whom, and what was left behind."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
PR_SET_CHILD_SUBREAPER = 36
POLL_SECONDS = 0.05


def adopt_orphans() -> None:
    """Make detached grandchildren ours when their parent ends, so that none can be lost."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def all_pids() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def parent_and_state(pid: int) -> tuple[int, str] | None:
    """The parent's pid and the one-letter state, or None once the process is gone."""
    fields = _stat(pid)
    return (int(fields[1]), fields[0]) if fields else None


def start_ticks(pid: int) -> int:
    """When it started, in ticks since boot: with the pid, it names one process for ever."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _stat(pid: int) -> list[str]:
    try:
        # The name in brackets may hold spaces and brackets itself; what follows it does not.
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """A zombie counts as gone: it holds nothing and waits only to be counted."""
    found = parent_and_state(pid)
    return found is not None and found[1] not in "ZX"


def descendants(*ancestors: int) -> set[int]:
    """Everyone alive below these processes, from one look at the process table."""
    children: dict[int, list[int]] = {}
    for each in all_pids():
        found = parent_and_state(each)
        if found is not None and found[1] not in "ZX":
            children.setdefault(found[0], []).append(each)
    family: set[int] = set()
    waiting = list(ancestors)
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in family:
                family.add(child)
                waiting.append(child)
    return family


def roots(pids: set[int]) -> set[int]:
    """Those whose parent is not among them."""
    return {pid for pid in pids if (found := parent_and_state(pid)) and found[0] not in pids}


def reap(is_ours: Callable[[int], bool]) -> None:
    """Count children of this process that ended, as far as they are ours to count."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or not is_ours(ended.si_pid):
            return
        os.waitpid(ended.si_pid, 0)


def working_in(folder: Path, *, program: str) -> set[int]:
    """Processes of one program whose working directory is this folder.

    Both services change into their data. A person's shell in there is not ours to end.
    """
    wanted = str(folder.resolve())
    return {
        pid
        for pid in all_pids()
        if _link(pid, "cwd") == wanted
        and Path(_link(pid, "exe").removesuffix(" (deleted)")).name == program
        and is_alive(pid)
    }


def marked(name: str, value: str) -> set[int]:
    """Processes that were started with NAME=VALUE in their environment, ourselves excepted."""
    wanted = f"{name}={value}".encode()
    found = set()
    for pid in all_pids():
        try:
            variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in variables and pid != os.getpid() and is_alive(pid):
            found.add(pid)
    return found


def end_all(pids: Iterable[int], *, first: signal.Signals, patience_seconds: float) -> None:
    """Ask with one signal, wait, and end whatever is still there without asking."""
    remaining = set(pids)
    send(remaining, first)
    remaining = wait_gone(remaining, timeout_seconds=patience_seconds)
    send(remaining, signal.SIGKILL)
    wait_gone(remaining, timeout_seconds=5.0)


def send(pids: Iterable[int], which: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            continue


def wait_gone(pids: Iterable[int], *, timeout_seconds: float) -> set[int]:
    """Wait for processes to end; returns those that did not in time."""
    remaining = {pid for pid in pids if is_alive(pid)}
    deadline = time.monotonic() + timeout_seconds
    while remaining and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        remaining = {pid for pid in remaining if is_alive(pid)}
    return remaining


def _link(pid: int, name: str) -> str:
    try:
        return str((PROC / str(pid) / name).readlink())
    except OSError:
        return ""
