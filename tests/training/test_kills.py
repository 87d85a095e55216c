"""Killing a run at work: its trainer ends at once, and the run is cancelled."""

import uuid

import pytest

from labeling.errors import Refused
from labeling.models import Role
from tests.cast import client_of, make_user
from tests.training.fake_trainers import STOPS_WHEN_ASKED, when_running
from tests.training.processes import wait_until
from training.models import LIVE_STATES, Run, RunState, StepMetrics
from training.runner.claim import (
    begin_stopping,
    claim,
    finish_unsuccessful,
    heartbeat,
    report_slots,
    start_running,
)
from training.runner.endings import TrainerEnd, ending_of
from training.runner.letting_go import Ending
from training.runner.periodic import reap
from training.runner.work_folder import WorkFolder
from training.services.runs import cancel_run, kill_run, pause_run, resume_run

HOST = "node-a"

# Two processes in two sessions, as under torchrun; neither hears a SIGTERM or looks for a wish.
DEAF = """
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
(work / "checkpoints" / "step-00000001").mkdir(parents=True)
report(1, loss=0.5)
time.sleep(300)
"""


@pytest.fixture
def run(make_run):
    report_slots(HOST)
    return make_run()


@pytest.fixture
def held(run):
    held = claim(run.pk, host=HOST)
    start_running(held, pid=1)
    return held


def post_kill(person, run_id):
    return client_of(person).post(f"/api/runs/{run_id}/kill/")


def details(run):
    return list(run.events.values_list("detail", flat=True))


@pytest.mark.django_db
class TestAsking:
    @pytest.mark.parametrize("state", LIVE_STATES)
    def test_a_live_run_is_killed_by_its_runner(self, run, ada, state):
        held = claim(run.pk, host=HOST)
        if state != RunState.CLAIMED:
            start_running(held, pid=1)
        if state == RunState.STOPPING:
            begin_stopping(held, why="preempted")

        asked = kill_run(by=ada, run=run)

        assert (asked.state, asked.cancel_requested_by) == (state, ada)
        assert asked.events.last().actor == f"person:{ada.pk}"
        wishes = heartbeat(held)
        assert (wishes.cancel, wishes.kill, wishes.pause) == (True, True, False)
        assert finish_unsuccessful(held, Ending(reason="stopped")) == "cancelled"

    def test_a_kill_hurries_a_cancel_and_leaves_its_author(self, held, run, ada):
        by = make_user("bo", role=Role.ADMIN)
        cancel_run(by=by, run=run)
        asked_at = Run.objects.get().cancel_requested_at

        killed = kill_run(by=ada, run=run)

        assert (killed.cancel_requested_by, killed.cancel_requested_at) == (by, asked_at)
        assert [event.actor for event in killed.events.all()][-2:] == [
            f"person:{by.pk}",
            f"person:{ada.pk}",
        ]

    def test_a_kill_hurries_a_pause_and_wins_over_it(self, held, run, ada):
        pause_run(by=ada, run=run)
        begin_stopping(held, why="pause")

        kill_run(by=ada, run=run)

        assert finish_unsuccessful(held, Ending(reason="stopped")) == "cancelled"

    def test_a_cancel_alone_kills_nothing(self, held, run, ada):
        cancel_run(by=ada, run=run)

        assert not heartbeat(held).kill

    def test_a_killed_run_whose_runner_is_gone_is_cancelled_by_the_reaper(self, held, run, ada):
        kill_run(by=ada, run=run)
        Run.objects.update(lease_until="2000-01-01T00:00Z")

        assert reap() == [(run.pk, "cancelled")]

    def test_what_waits_has_nothing_to_kill(self, held, run, ada):
        pause_run(by=ada, run=run)
        finish_unsuccessful(held, Ending(reason="stopped"))

        for state in ("paused", "queued"):
            with pytest.raises(Refused, match=f"this one is {state}") as refusal:
                kill_run(by=ada, run=run)
            assert refusal.value.code == "nothing_to_kill"
            if state == "paused":
                resume_run(by=ada, run=run)

    def test_an_ended_run_has_nothing_to_kill(self, held, run, ada):
        finish_unsuccessful(held, Ending(reason="nan"))

        with pytest.raises(Refused) as refusal:
            kill_run(by=ada, run=run)

        assert refusal.value.code == "nothing_to_kill"


@pytest.mark.django_db
class TestOverHttp:
    def test_an_admin_kills_a_run_at_work(self, held, run, ada):
        before = client_of(ada).get(f"/api/runs/{run.pk}/").json()
        answer = post_kill(ada, run.pk)

        assert (before["can"]["kill"], before["asked_to"]) == (True, None)
        assert answer.status_code == 200
        after = answer.json()
        assert (after["state"], after["asked_to"]) == ("running", "kill")
        assert not any(after["can"].values())
        assert (after["events"][-1]["actor"], after["events"][-1]["detail"]) == (
            ada.display_name,
            "kill requested",
        )

    def test_a_researcher_kills_nothing(self, held, run, rosa):
        assert post_kill(rosa, run.pk).status_code == 403
        assert Run.objects.get().kill_requested_at is None

    def test_a_run_that_is_not_there_is_not_found(self, ada):
        assert post_kill(ada, uuid.uuid4()).status_code == 404
        assert post_kill(ada, "everything").status_code == 404

    def test_killing_twice_is_a_conflict_and_changes_nothing(self, held, run, ada):
        post_kill(ada, run.pk)
        asked_at = Run.objects.get().kill_requested_at

        second = post_kill(ada, run.pk)

        assert (second.status_code, second.json()["code"]) == (409, "already_killing")
        assert Run.objects.get().kill_requested_at == asked_at
        assert details(run).count("kill requested") == 1

    def test_a_waiting_run_is_a_conflict(self, run, ada):
        answer = post_kill(ada, run.pk)

        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_kill")

    def test_it_costs_few_queries(self, held, run, ada, django_assert_max_num_queries):
        client = client_of(ada)
        client.get("/api/runs/")

        with django_assert_max_num_queries(24):
            assert client.post(f"/api/runs/{run.pk}/kill/").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestRunner:
    @pytest.fixture(autouse=True)
    def patient(self, settings):
        """A cancel would wait longer for the trainer than the trainer sleeps."""
        settings.HEARTBEAT_SECONDS = 1
        settings.RUN_STOP_TIMEOUT_SECONDS = 3_600

    def test_a_trainer_deaf_to_signals_ends_at_once_with_its_children(self, attempt, run, ada):
        """1.5: stopping, then cancelled once the tree is gone, which the fixture looks for."""
        kill = when_running(run, lambda run: kill_run(by=ada, run=run))
        killed = attempt(DEAF)
        kill.result()

        assert (killed.state, killed.step, killed.failures) == ("cancelled", 1, 0)
        assert killed.slot is None
        said = "It was killed on request, without a last checkpoint."
        assert details(killed)[-3:] == ["kill requested", "kill", f"stopped: {said}"]
        tried = killed.attempts.get()
        assert (tried.outcome, tried.detail, tried.exit_code) == ("cancelled", said, -9)
        assert not (WorkFolder.of(run.pk).path / "checkpoints").exists()
        assert StepMetrics.objects.filter(run=run).count() == 1

    def test_a_cancel_that_is_being_obeyed_is_hurried(self, attempt, run, ada):
        def cancel_then_kill(run):
            cancel_run(by=ada, run=run)
            wait_until(lambda: Run.objects.get(pk=run.pk).state == RunState.STOPPING)
            kill_run(by=ada, run=run)

        kill = when_running(run, cancel_then_kill)
        killed = attempt(DEAF)
        kill.result()

        assert killed.state == "cancelled"
        assert details(killed)[-4:-1] == ["cancel requested", "cancel", "kill requested"]
        assert "killed on request" in killed.attempts.get().detail

    def test_a_trainer_that_would_have_stopped_is_not_asked(self, attempt, run, ada):
        kill = when_running(run, lambda run: kill_run(by=ada, run=run))
        killed = attempt(STOPS_WHEN_ASKED)
        kill.result()

        assert killed.state == "cancelled"
        assert not (WorkFolder.of(run.pk).path / "stop").exists()


def test_what_a_trainer_said_before_it_was_killed_counts():
    """It may have ended by itself in the very moment."""
    seen = TrainerEnd(exit_code=1, last_step=3, was_told_to_stop=True, was_killed_on_request=True)

    assert ending_of(seen, {"outcome": "failed", "reason": "nan"}).reason == "nan"
    assert ending_of(seen, None).reason == "stopped"
