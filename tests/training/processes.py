"""Small real programs that stand where the trainer stands, and how to look for them."""

import os
import sys
import textwrap
import time
from pathlib import Path

from training.runner.markers import FENCE, PROCESS, RUN_ID, TRAINER, environment_of

# Starts a child in a session of its own, as torchrun does with its ranks, and both sleep.
TWO_SESSIONS = """
    import subprocess, sys, time
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    print("ready", flush=True)
    time.sleep(60)
"""


def program(source: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)]


def trainer_pids(run_id: object, fence: int | None = None) -> list[int]:
    """The living processes of a run's trainer, wrapper included."""
    found = []
    for path in Path("/proc").iterdir():
        if not path.name.isdecimal() or int(path.name) == os.getpid():
            continue
        marks = environment_of(int(path.name))
        wanted = marks.get(RUN_ID) == str(run_id) and marks.get(PROCESS) == TRAINER
        if wanted and (fence is None or marks.get(FENCE) == str(fence)):
            found.append(int(path.name))
    return found


def wait_until(condition, *, seconds: float = 45.0) -> None:
    """The limit is generous, and shorter than the minute for which the programs here sleep."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)
