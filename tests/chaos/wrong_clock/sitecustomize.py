"""Every Python program with this folder on its path lives at the hour that a file says.

The file may change at any moment: the clock jumps in the middle of whatever the program does. Only
the clock that people set is wrong. Those that count seconds since the machine was started go on as
they are, as they do when somebody really turns the other one.
"""

import datetime
import os
import threading
from pathlib import Path

import time_machine

HOURS = Path(os.environ["CONCORD_CHAOS_CLOCK_FILE"])
SEEN = HOURS.with_suffix(".seen")


def follow() -> None:
    """Turn the clock whenever the file says another hour, and say so."""
    turned, known = None, "0"
    while True:
        said = HOURS.read_text()
        # Nothing, while it is being written.
        if said and said != known:
            if turned is not None:
                turned.stop()
            # The right one again, until the next line but one.
            there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=float(said))
            turned = time_machine.travel(there, tick=True)
            turned.start()
            known = said
            with SEEN.open("a") as seen:
                seen.write(f"{os.getpid()} {said}\n")
        threading.Event().wait(0.1)


def start() -> None:
    threading.Thread(target=follow, name="clock", daemon=True).start()


start()
# A pool's child has none of its parent's threads.
os.register_at_fork(after_in_child=start)
