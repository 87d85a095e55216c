"""The lease of one attempt: renewed by a thread, trusted for less long than it lasts.

The runner stops believing in its lease before the reaper may take the run away, so that two
runners never train at once, not even when the network between them and the database is cut.
"""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection

from training.runner.claim import Claim, Wishes, heartbeat
from training.runner.wrapper import machine_clock

logger = logging.getLogger(__name__)

# The rest is the time in which the trainer must be dead before the reaper may come.
TRUSTED_SHARE = 2 / 3
RETRY_SECONDS = 0.5


class Lease:
    """Sends heartbeats from its own thread and its own connection until it is told to end.

    ``on_renewed`` is called with the new deadline after each one that the database accepted.
    """

    def __init__(self, held: Claim) -> None:
        self.held = held
        self.wishes = Wishes(cancel=False, kill=False, pause=False, deadline_passed=False)
        self.on_renewed: Callable[[float], None] | None = None
        self.deadline = machine_clock() + settings.RUN_LEASE_SECONDS * TRUSTED_SHARE
        self._refused = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_ended, name="heartbeat")

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def is_refused(self) -> bool:
        """Whether the database said that this attempt no longer owns the run."""
        return self._refused.is_set()

    @property
    def is_lost(self) -> bool:
        """Whether this attempt must act as if it did not own the run."""
        return self.is_refused or machine_clock() > self.deadline

    def _renew_until_ended(self) -> None:
        interval = min(settings.HEARTBEAT_SECONDS, settings.RUN_LEASE_SECONDS / 4)
        try:
            while not self._refused.is_set():
                pause = interval if self._renew() else RETRY_SECONDS
                if self._ended.wait(pause):
                    return
        finally:
            connection.close()

    def _renew(self) -> bool:
        """One heartbeat; False when the database could not be asked."""
        # Read before asking: the answer may have travelled for a long time.
        asked_at = machine_clock()
        try:
            wishes = heartbeat(self.held)
        except DatabaseFault as fault:
            logger.warning("no heartbeat: %s", fault)
            connection.close()
            return False
        if wishes is None:
            self._refused.set()
            return True
        self.deadline = asked_at + settings.RUN_LEASE_SECONDS * TRUSTED_SHARE
        self.wishes = wishes
        if self.on_renewed is not None:
            self.on_renewed(self.deadline)
        return True
