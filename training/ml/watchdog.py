"""A training process ends when whoever started it is gone: no orphan keeps the accelerator.

torchrun starts each process in a session of its own, so signals to a process group do not reach
it. A thread watches the direct parent, and the wrapper that CONCORD_PARENT_PID names.
"""

import os
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.5
EXIT_ORPHANED = 1


def watch_parents() -> None:
    """Start watching, if a wrapper asked for it."""
    named = os.environ.get("CONCORD_PARENT_PID")
    if named is None:
        return
    wrapper = int(named)
    thread = threading.Thread(
        target=_watch, args=(os.getppid(), wrapper, birth_of(wrapper)), daemon=True
    )
    thread.start()


def _watch(parent: int, wrapper: int, birth: str | None) -> None:
    while os.getppid() == parent and birth is not None and birth_of(wrapper) == birth:
        time.sleep(POLL_SECONDS)
    # Nobody is left to read a result, and the main thread may sit in a collective for ever.
    os._exit(EXIT_ORPHANED)


def birth_of(pid: int) -> str | None:
    """When a process started, which tells it from a later one of the same number.

    None when it is gone or a zombie.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # The command name, in brackets, may hold spaces: fields are counted from behind it.
    fields = status.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]
