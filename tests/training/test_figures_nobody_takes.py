"""Telemetry never fails training: a run whose figures cannot be stored ends as it would anyway."""

import json
import threading

import pytest
from django.db import connection, transaction

from tests.training.fake_trainers import SUCCEEDS, meanwhile
from tests.training.processes import wait_until
from training.models import StepMetrics
from training.runner import supervisor, telemetry
from training.runner.claim import claim, heartbeat, report_slots, start_running
from training.runner.work_folder import WorkFolder
from training.services.runs import cancel_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(settings, make_run):
    settings.HEARTBEAT_SECONDS = 1
    report_slots("node-a")
    return make_run()


class TestFiguresThatNobodyTakes:
    """Issue item 5 of runs, fault 23: telemetry never fails training."""

    @pytest.fixture(autouse=True)
    def refused(self, monkeypatch):
        """A table that takes nothing, as after a migration that went wrong."""
        monkeypatch.setattr(supervisor, "LAST_FIGURES_SECONDS", 1.0)
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE training_stepmetrics ADD CONSTRAINT takes_nothing CHECK (step < 0)"
            )
        yield
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE training_stepmetrics DROP CONSTRAINT takes_nothing")

    def test_the_run_succeeds_and_its_figures_stay_in_its_folder(self, attempt):
        run = attempt(SUCCEEDS)

        assert (run.state, run.attempt) == ("succeeded", 1)
        assert not StepMetrics.objects.exists()
        assert len(WorkFolder.of(run.pk).progress.read_text().splitlines()) == 4


def test_a_sink_that_hangs_does_not_keep_a_cancel_from_the_trainer(
    monkeypatch, settings, attempt, run, ada
):
    """Fault 23: the table is locked for as long as the trainer lives; the cancel passes it."""
    monkeypatch.setattr(telemetry, "SINK_PATIENCE_MILLISECONDS", 500)
    monkeypatch.setattr(supervisor, "LAST_FIGURES_SECONDS", 1.0)
    is_over = threading.Event()

    def hang_the_sink_and_cancel():
        wait_until(lambda: StepMetrics.objects.filter(run=run).exists())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE training_stepmetrics IN ACCESS EXCLUSIVE MODE")
            meanwhile(lambda: cancel_run(by=ada, run=run)).result()
            is_over.wait(30)

    hanging = meanwhile(hang_the_sink_and_cancel)
    cancelled = attempt(
        """
        report(1, loss=0.5)
        while not (work / "stop").exists():
            report(2, loss=0.5)
            time.sleep(0.1)
        end("stopped", 75, steps=2)
        """
    )
    is_over.set()
    hanging.result()

    assert cancelled.state == "cancelled"


def test_a_sink_that_hangs_does_not_hold_up_the_heartbeat(run):
    """Fault 23: the delivery that waits must not have locked the run's row before it waits."""
    held = claim(run.pk, host="node-a")
    start_running(held, pid=1)
    folder = WorkFolder.of(run.pk)
    folder.prepare({})
    step = {"step": 1, "total_steps": 2, "phase": "train", "metrics": {}, "elapsed_seconds": 1.0}
    folder.progress.write_text(json.dumps(step) + "\n")
    is_locked, is_over = threading.Event(), threading.Event()

    def hang_the_sink():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE training_stepmetrics IN ACCESS EXCLUSIVE MODE")
            is_locked.set()
            is_over.wait(30)

    hanging = meanwhile(hang_the_sink)
    is_locked.wait(10)
    delivering = meanwhile(telemetry.Telemetry(held, folder).read_and_deliver)
    wait_until(somebody_waits_for_a_lock)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")
        wishes = heartbeat(held)
    is_over.set()
    hanging.result()
    delivering.result()

    assert wishes is not None
    assert StepMetrics.objects.get().step == 1


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None
