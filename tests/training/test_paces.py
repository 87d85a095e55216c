"""The pace of a run, and whether it moves: its figures come late, or are of earlier attempts."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import client_of
from training.models import Run, RunAttempt, StepMetrics
from training.runner.claim import claim, report_slots, start_running
from training.runner.telemetry import Telemetry
from training.runner.work_folder import WorkFolder
from training.selectors.vital_signs import vital_signs

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def a_minute_is_long(settings):
    settings.RUN_STALL_SECONDS = 60


@pytest.fixture
def held(make_run):
    report_slots("node-a")
    held = claim(make_run().pk, host="node-a")
    start_running(held, pid=1)
    return held


@pytest.fixture
def folder(held):
    folder = WorkFolder.of(held.run_id)
    folder.prepare({})
    return folder


def report(folder, *steps, seconds_each=1.0):
    with folder.progress.open("a") as stream:
        for step in steps:
            line = {"step": step, "total_steps": 1000, "phase": "train", "metrics": {}}
            stream.write(json.dumps(line | {"elapsed_seconds": seconds_each * step}) + "\n")


def shown(person, held):
    page = client_of(person).get(f"/api/runs/{held.run_id}/").json()
    return page["eta_seconds"], page["stalled_seconds"]


def signs():
    return {sign.name: sign.values for sign in vital_signs()}


def test_a_run_that_makes_lost_steps_again_is_not_silent(rosa, held, folder):
    """R74: their rows are of the time when they were lost, and it goes all the same."""
    report(folder, *range(1, 7))
    Telemetry(held, folder).read_and_deliver()
    StepMetrics.objects.update(recorded_at=timezone.now() - 3 * HOUR)
    RunAttempt.objects.update(started_at=timezone.now() - HOUR, stepped_at=None)
    Run.objects.update(started_at=timezone.now() - 4 * HOUR)
    telemetry = Telemetry(held, folder)
    telemetry.begin()

    telemetry.read_and_deliver()
    before = shown(rosa, held)
    # Neither what was lost nor the pause between the attempts is silence of this one.
    assert before == (None, pytest.approx(3600, abs=5))
    assert signs()["job_silence_seconds"][""] == pytest.approx(3600, abs=5)

    report(folder, 3, 4)
    telemetry.read_and_deliver()

    assert shown(rosa, held) == (None, None)
    assert 0 <= signs()["job_silence_seconds"][""] < 5


def test_figures_that_a_retry_brings_along_are_no_pace(rosa, held, folder):
    """R47: they are all recorded at the moment when it begins."""
    report(folder, *range(1, 501))
    telemetry = Telemetry(held, folder)
    telemetry.begin()
    telemetry.read_and_deliver()
    RunAttempt.objects.update(started_at=timezone.now() - timedelta(seconds=60))
    assert shown(rosa, held) == (None, None)
    assert signs()["job_step_seconds"] == {}

    for step in (501, 502):
        report(folder, step, seconds_each=10.0)
        telemetry.read_and_deliver()

    seconds_left, _ = shown(rosa, held)
    assert seconds_left == pytest.approx(498 * 10)
    assert signs()["job_step_seconds"] == {str(held.run_id): pytest.approx(10)}


def test_figures_that_waited_for_the_database_tell_the_pace(rosa, held, folder):
    """R47: delivered at one moment, behind an outage; the trainer's own clock was read in time."""
    report(folder, *range(1, 101), seconds_each=7.0)
    Telemetry(held, folder).read_and_deliver()

    assert shown(rosa, held) == (pytest.approx(900 * 7), None)
    assert signs()["job_step_seconds"] == {str(held.run_id): pytest.approx(7)}
