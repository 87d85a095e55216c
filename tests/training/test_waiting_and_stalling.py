"""What keeps a run: why it has not started, and whether it still moves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import client_of
from training.models import GpuSlot, Run, RunAttempt, StepMetrics
from training.runner.claim import (
    claim,
    finish_unsuccessful,
    open_claim,
    report_slots,
    start_running,
)
from training.runner.letting_go import Ending
from training.runner.periodic import note_stalls

pytestmark = pytest.mark.django_db
HOST = "node-a"


@pytest.fixture
def running(make_run):
    report_slots(HOST)
    held = claim(make_run().pk, host=HOST)
    start_running(held, pid=77)
    return Run.objects.get()


def get(person, address):
    return client_of(person).get(f"/api/runs/{address}").json()


class TestAsked:
    @pytest.mark.parametrize(("control", "end"), [("pause", "paused"), ("cancel", "cancelled")])
    def test_what_was_asked_is_shown_until_it_is_done(self, ada, running, control, end):
        assert get(ada, f"{running.pk}/")["asked_to"] is None
        address = f"/api/runs/{running.pk}/{control}/"
        asked = client_of(ada).post(address, format="json").json()["asked_to"]

        finish_unsuccessful(
            open_claim(running.pk, running.fence), Ending(reason="stopped", last_step=2)
        )

        ended = get(ada, f"{running.pk}/")
        assert asked == control
        assert (ended["state"], ended["asked_to"]) == (end, None)


class TestWaiting:
    """The console can say "no GPU worker online (last seen 4 min ago)"."""

    def waiting(self, person, run):
        return get(person, f"{run.pk}/")["waiting"]

    def test_no_gpu_worker_was_ever_there(self, rosa, make_run):
        assert self.waiting(rosa, make_run()) == {
            "waiting_for": "gpu_worker",
            "silent_seconds": None,
            "starts_in_seconds": None,
        }

    def test_the_gpu_worker_went_away(self, rosa, make_run):
        report_slots(HOST)
        GpuSlot.objects.update(last_seen=timezone.now() - timedelta(minutes=4))

        wait = self.waiting(rosa, make_run())

        assert wait["waiting_for"] == "gpu_worker"
        assert wait["silent_seconds"] == pytest.approx(240, abs=5)
        [slot] = client_of(rosa).get("/api/gpu-slots/").json()
        assert slot["silent_seconds"] == pytest.approx(240, abs=5)

    def test_every_slot_is_busy(self, rosa, make_run):
        report_slots(HOST)
        claim(make_run().pk, host=HOST)

        assert self.waiting(rosa, make_run())["waiting_for"] == "free_slot"

    def test_a_free_slot_takes_it_within_seconds(self, rosa, make_run):
        report_slots(HOST)

        assert self.waiting(rosa, make_run())["waiting_for"] == "dispatch"

    def test_the_pause_between_two_attempts(self, rosa, running):
        finish_unsuccessful(
            open_claim(running.pk, 1), Ending(reason="killed", is_transient=True, last_step=2)
        )

        wait = self.waiting(rosa, running)

        assert wait["waiting_for"] == "next_attempt"
        assert wait["starts_in_seconds"] == pytest.approx(30, abs=5)

    def test_a_run_at_work_waits_for_nothing(self, rosa, running):
        assert self.waiting(rosa, running) is None


class TestStalling:
    def test_a_run_without_a_step_for_too_long_is_called_stalled(self, settings, rosa, running):
        """Two steps in 20 s and ten of those are 100 s: silent for 99 s it goes, for 101 s not."""
        settings.RUN_STALL_SECONDS = 60
        said = {silence: self.stalled_after(silence, rosa, running) for silence in (99, 101)}

        assert said[99] is None
        assert said[101] == pytest.approx(101, abs=5)

    def stalled_after(self, silence, rosa, run):
        last = timezone.now() - timedelta(seconds=silence)
        RunAttempt.objects.update(started_at=last - timedelta(hours=1))
        StepMetrics.objects.all().delete()
        for step, seconds in [(1, -20), (3, 0)]:
            StepMetrics.objects.create(
                run=run,
                step=step,
                phase="train",
                values={},
                elapsed_seconds=60 + seconds,
                recorded_at=last + timedelta(seconds=seconds),
            )
        return get(rosa, f"{run.pk}/")["stalled_seconds"]

    def test_a_run_that_never_makes_its_first_step_is_stalled_too(self, settings, rosa, running):
        """Loading may take three times as long as any other silence."""
        settings.RUN_STALL_SECONDS = 60
        RunAttempt.objects.update(started_at=timezone.now() - timedelta(seconds=170))
        assert get(rosa, f"{running.pk}/")["stalled_seconds"] is None

        RunAttempt.objects.update(started_at=timezone.now() - timedelta(seconds=200))
        assert get(rosa, f"{running.pk}/")["stalled_seconds"] == pytest.approx(200, abs=5)

    def test_a_stall_is_noted_once_and_again_after_another_step(self, settings, running):
        settings.RUN_STALL_SECONDS = 60
        RunAttempt.objects.update(started_at=timezone.now() - timedelta(seconds=200))

        assert (note_stalls(), note_stalls()) == ([running.pk], [])

        assert running.events.last().detail.startswith("stalled: no step for 20")
        assert running.events.last().to_state == "running"
