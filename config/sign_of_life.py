"""A worker's sign of life: a file that it touches for as long as it takes messages.

A health check looks at its age, which costs nothing. Asking the worker over the broker starts a
process that loads the application each time, and takes too long where the machine is busy.
"""

from pathlib import Path
from typing import Any

from celery.signals import worker_ready
from django.conf import settings

# docker/healthcheck gives up on a file that is three minutes old.
TOUCH_SECONDS = 20.0


@worker_ready.connect
def begin_to_show_life(sender: Any, **_: object) -> None:
    """By the clock of the loop that takes messages: it stands still with it, and while no broker is
    there.
    """
    place: Path | None = settings.SIGN_OF_LIFE
    if place is None:
        return
    place.touch()
    sender.timer.call_repeatedly(TOUCH_SECONDS, place.touch)
