"""The clock of the periodic tasks, which nobody can set.

Celery's own goes by the time of day. After a clock was set back by hours it sent nothing until that
time had come again, and nothing after a restart either: when each task was last sent was in a file.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from celery.beat import Scheduler
from celery.schedules import schedule

# No moment of any calendar: only differences are looked at.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def steady_now() -> datetime:
    """Goes on by a second each second, whatever is done to the time of day."""
    return BEGINNING + timedelta(seconds=time.monotonic())


def every(seconds: float) -> dict[str, Any]:
    """When a task is due: as soon as beat is there, and then in these steps."""
    return {
        "schedule": schedule(seconds, nowfun=steady_now),
        "last_run_at": BEGINNING - timedelta(seconds=seconds),
    }


class SteadyScheduler(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Remembers nothing beyond its process: all that it calls is due within a minute anyway.

    It touches the file of Celery's `--schedule`, at least every three minutes: so others see that
    it lives.
    """

    def __init__(self, *args: Any, schedule_filename: str, **options: Any) -> None:
        self._sign_of_life = Path(schedule_filename)
        super().__init__(*args, **options)

    def sync(self) -> None:
        self._sign_of_life.touch()
