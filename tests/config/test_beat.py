"""Periodic work goes on whatever is done to the time of day: the real program, its clock turned.

Its messages go to a broker in its own memory; what it sent stands in its log.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from config.beat import BEGINNING, every
from config.celery import PERIODIC, app
from tests.training.processes import wait_until

WRONG_CLOCK = Path(settings.BASE_DIR, "tests/chaos/wrong_clock")
SENT = "Sending due task training.dispatch"


class Beat:
    """The program, its log, and the hours by which its clock is wrong."""

    def __init__(self, folder):
        self.schedule = folder / "schedule"
        self.hours = folder / "hours"
        self.hours.write_text("0")
        self._log = folder / "log"
        self._process = None

    def start(self):
        program = Path(sys.executable).parent / "celery"
        flags = ["--app=config", "beat", "--loglevel=INFO", f"--schedule={self.schedule}"]
        turned = {"PYTHONPATH": str(WRONG_CLOCK), "CONCORD_CHAOS_CLOCK_FILE": str(self.hours)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, *flags],
                cwd=settings.BASE_DIR,
                env={**os.environ, **turned, "REDIS_URL": "memory://"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def turn(self, hours):
        seen = self.hours.with_suffix(".seen")
        self.hours.write_text(hours)
        line = f"{self._process.pid} {hours}"
        wait_until(lambda: seen.exists() and line in seen.read_text().splitlines())

    def sends(self, times):
        """Waits for so many more calls of the dispatcher, due every two seconds."""
        wanted = self._sent() + times
        wait_until(lambda: self._sent() >= wanted)

    def _sent(self):
        return self._log.read_text().count(SENT)


@pytest.fixture
def beat(tmp_path):
    one = Beat(tmp_path)
    yield one
    one.stop()


def test_a_clock_set_back_by_hours_stops_no_periodic_work(beat):
    """Fault 16: it was silent until that time of day had come again, and after a restart too."""
    beat.start()
    beat.sends(2)

    for hours in ("-2", "3"):
        beat.turn(hours)
        beat.sends(2)

    beat.stop()
    beat.hours.write_text("-9")
    beat.start()
    beat.sends(2)


def test_it_leaves_a_sign_of_life_where_the_healthcheck_looks(beat):
    beat.start()
    beat.sends(1)

    wait_until(beat.schedule.exists)


def test_everything_is_due_at_once_and_then_in_its_own_steps():
    """A beat that is started again and again would never come to what is due in a minute."""
    entry = every(60.0)

    due = entry["schedule"].is_due(entry["last_run_at"])
    assert (due.is_due, due.next) == (True, 60.0)
    just_now = entry["schedule"].now() - timedelta(seconds=20)
    later = entry["schedule"].is_due(just_now)
    assert later.is_due is False
    assert later.next == pytest.approx(40, abs=5)
    assert entry["last_run_at"] < BEGINNING
    assert set(app.conf.beat_schedule) == set(PERIODIC)
