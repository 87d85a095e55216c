"""One attempt from claim to end, with a small real program in the trainer's place."""

import json
import os
import signal
import subprocess
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.training.fake_trainers import (
    CRASHES,
    DIVERGES,
    NEVER_STOPS,
    REFUSED_MEMORY,
    STOPS_WHEN_ASKED,
    SUCCEEDS,
    meanwhile,
    start_runner,
    when_running,
)
from tests.training.processes import program, trainer_pids, wait_until
from training.artifact_store import open_verified
from training.models import ModelVersion, Run, RunEvent, RunLog, StepMetrics
from training.runner import supervisor
from training.runner.claim import claim, report_slots
from training.runner.markers import marks
from training.runner.periodic import reap, requeue_due
from training.runner.work_folder import WorkFolder
from training.services.runs import cancel_run, pause_run, resume_run

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "node-a"


@pytest.fixture(autouse=True)
def quick(settings):
    settings.HEARTBEAT_SECONDS = 1
    settings.RUN_RETRY_SECONDS = 0


@pytest.fixture
def run(make_run):
    report_slots(HOST)
    return make_run(name="first reward model")


class TestSuccess:
    def test_the_output_becomes_a_model_version(self, settings, attempt, base_model):
        """succeeded only with the artifact stored, under the fence (R53)."""
        run = attempt(SUCCEEDS)

        assert (run.state, run.step, run.total_steps) == ("succeeded", 4, 4)
        version = ModelVersion.objects.get(run=run)
        assert (version.name, version.kind) == ("first reward model", "reward_model")
        assert (version.licence, version.source) == (base_model.licence, base_model.source)
        assert version.completion_source is None
        assert version.report == run.report == {"train": {"loss": 0.25}}
        folder = open_verified(settings.ARTIFACT_ROOT, version.artifact_id)
        assert (folder / "model.safetensors").is_file()

    def test_figures_and_console_output_arrive(self, attempt):
        run = attempt(SUCCEEDS)

        figures = StepMetrics.objects.filter(run=run).values_list("step", "values")
        assert list(figures) == [(step, {"loss": 1.0 / step}) for step in (1, 2, 3, 4)]
        assert "training went well" in "".join(
            RunLog.objects.filter(run=run).values_list("text", flat=True)
        )

    def test_every_transition_is_on_record(self, attempt):
        run = attempt(SUCCEEDS)

        events = RunEvent.objects.filter(run=run).values_list("to_state", "actor")
        assert [state for state, _ in events] == ["queued", "claimed", "running", "succeeded"]
        assert events[3][1] == "runner node-a/0"

    def test_the_trainer_was_told_what_was_asked(self, settings, attempt, base_model):
        run = attempt(SUCCEEDS)

        job = json.loads(WorkFolder.of(run.pk).job_file.read_text())
        assert job["stage"] == "reward_model"
        assert job["seed"] == 7
        assert job["hyperparameters"] == run.spec["hyperparameters"]
        assert job["inputs"]["base_model"] == str(settings.ARTIFACT_ROOT / base_model.artifact_id)
        assert job["inputs"]["rankings"].endswith("/records.jsonl")

    def test_only_logs_are_kept_in_the_runs_folder(self, attempt):
        run = attempt(SUCCEEDS)

        names = {path.name for path in WorkFolder.of(run.pk).path.iterdir()}
        assert names == {"job.json", "progress.jsonl", "result.json", "trainer.log"}

    def test_a_second_run_of_the_same_name_gets_a_name_of_its_own(self, attempt, make_run, run):
        attempt(SUCCEEDS)
        again = make_run(name="first reward model")
        held = claim(again.pk, host=HOST)
        supervisor.supervise(again.pk, held.fence)

        version = ModelVersion.objects.get(run=again)
        assert version.name == f"first reward model {str(again.pk)[:8]}"


class TestFailure:
    def test_a_divergence_ends_the_run_with_its_reason(self, attempt):
        """R74: the stored reason."""
        run = attempt(DIVERGES)

        assert (run.state, run.reason, run.step) == ("failed", "nan", 3)
        assert run.reason_detail == "the loss is not a number at step 3"
        assert run.report["broken_step"]["prompt_ids"] == ["4"]
        assert StepMetrics.objects.get(run=run).values == {"loss": None}
        assert run.attempts.get().exit_code == 1

    def test_a_crash_is_tried_again(self, attempt):
        run = attempt(CRASHES)

        assert (run.state, run.failures) == ("retry_wait", 1)
        attempt_row = run.attempts.get()
        assert (attempt_row.outcome, attempt_row.exit_code) == ("killed", 139)

    def test_a_crash_for_want_of_memory_is_called_so_and_only_where_it_happened(self, attempt):
        """R74: Rust and C++ abort where they are refused memory; Python never hears of it."""
        run = attempt(REFUSED_MEMORY)

        attempt_row = run.attempts.get()
        assert (run.state, attempt_row.outcome) == ("retry_wait", "out_of_memory")
        assert "asked for memory and got none" in attempt_row.detail

        assert requeue_due() == [run.pk]
        again = attempt(CRASHES)
        assert again.attempts.get(number=2).outcome == "killed"

    def test_a_damaged_input_is_never_trained_on(self, settings, attempt, base_model):
        damaged = settings.ARTIFACT_ROOT / base_model.artifact_id / "config.json"
        damaged.chmod(0o644)
        damaged.write_text('{"other": 1}')

        run = attempt(SUCCEEDS)

        assert (run.state, run.reason) == ("failed", "bad_input")
        assert "damaged" in run.reason_detail

    def test_an_output_with_code_in_it_is_not_stored(self, attempt):
        run = attempt("write_model(auto_map={'AutoModel': 'x.Y'})\nend('succeeded', 0)")

        assert run.state == "retry_wait"
        assert run.attempts.get().outcome == "bad_output"
        assert not ModelVersion.objects.filter(run=run).exists()

    def test_a_run_past_its_deadline_is_ended(self, attempt, run):
        Run.objects.update(deadline_at=timezone.now() + timedelta(seconds=1))

        run = attempt(NEVER_STOPS)

        assert (run.state, run.reason) == ("failed", "deadline")


class TestStopping:
    def test_a_pause_saves_a_checkpoint_and_a_resume_goes_on_from_it(self, attempt, run, ada):
        pause = when_running(run, lambda run: pause_run(by=ada, run=run))
        paused = attempt(STOPS_WHEN_ASKED)
        pause.result()
        assert (paused.state, paused.step, paused.failures) == ("paused", 2, 0)

        resume_run(by=ada, run=paused)
        resumed = attempt(STOPS_WHEN_ASKED)

        assert resumed.state == "succeeded"
        numbers = resumed.attempts.values_list("number", "outcome", "resumed_from_step")
        assert list(numbers) == [(1, "paused", 0), (2, "succeeded", 2)]

    def test_a_cancel_is_passed_on_to_the_trainer(self, attempt, run, ada):
        cancel = when_running(run, lambda run: cancel_run(by=ada, run=run))
        cancelled = attempt(STOPS_WHEN_ASKED)
        cancel.result()

        assert cancelled.state == "cancelled"
        log = WorkFolder.of(run.pk).trainer_log.read_text()
        assert "asked to cancel" in log
        assert not (WorkFolder.of(run.pk).path / "checkpoints").exists()

    def test_a_trainer_that_does_not_stop_is_killed(self, settings, attempt, run, ada):
        settings.RUN_STOP_TIMEOUT_SECONDS = 1
        cancel = when_running(run, lambda run: cancel_run(by=ada, run=run))

        cancelled = attempt(NEVER_STOPS)
        cancel.result()

        assert cancelled.state == "cancelled"

    def test_a_runner_told_to_leave_hands_the_run_on(self, attempt, run):
        """A node that goes down costs no failure and no waiting."""
        leave = when_running(run, lambda _: os.kill(os.getpid(), signal.SIGTERM))

        left = attempt(STOPS_WHEN_ASKED)
        leave.result()

        assert (left.state, left.failures) == ("retry_wait", 0)
        assert requeue_due() == [run.pk]


class TestLostLease:
    def test_a_runner_that_was_reaped_kills_its_trainer_and_delivers_nothing(self, attempt, run):
        def take_away(run):
            Run.objects.filter(pk=run.pk).update(lease_until="2000-01-01T00:00Z")
            return reap()

        taken = when_running(run, take_away)

        after = attempt(NEVER_STOPS)

        assert taken.result() == [(run.pk, "retry_wait")]
        assert (after.state, after.fence) == ("retry_wait", 2)
        attempt = after.attempts.get()
        assert attempt.outcome == "lost"
        # What the metrics and their alert count (R74).
        assert attempt.was_fenced
        assert after.events.filter(detail__startswith="attempt 1 was refused").exists()

    def test_an_attempt_that_ends_well_was_refused_nothing(self, attempt):
        run = attempt(SUCCEEDS)

        assert not run.attempts.get().was_fenced

    def test_a_stale_claim_starts_nothing(self, run):
        held = claim(run.pk, host=HOST)
        supervisor.supervise(run.pk, held.fence - 1)

        run.refresh_from_db()
        assert run.state == "claimed"

    def test_processes_that_an_earlier_attempt_left_are_counted(self, attempt, run):
        environment = marks(run_id=str(run.pk), fence=0, process="trainer")
        stray = subprocess.Popen(program("import time; time.sleep(60)"), env=environment)

        after = attempt(SUCCEEDS)

        assert stray.wait(timeout=5) == -signal.SIGKILL
        assert after.attempts.get().num_orphans_killed == 1
        assert after.events.filter(detail__startswith="killed 1 processes").exists()

    def test_a_database_that_is_away_does_not_stop_the_training(self, attempt, run):
        """Fault 11: the trainer continues, the figures come later."""

        def cut_every_connection():
            wait_until(lambda: StepMetrics.objects.filter(run=run).exists())
            for _ in range(3):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                threading.Event().wait(0.3)
            return True

        cut = meanwhile(cut_every_connection)
        after = attempt(
            """
            for step in range(1, 5):
                report(step, loss=1.0)
                time.sleep(0.6)
            write_model()
            end("succeeded", 0)
            """
        )

        assert cut.result()
        assert (after.state, after.attempt) == ("succeeded", 1)
        assert StepMetrics.objects.count() == 4


def test_a_run_cancelled_in_its_last_moment_leaves_no_model(settings, run, ada, attempt):
    """The training has ended well, and the runner has not heard of the wish by then."""
    settings.HEARTBEAT_SECONDS = 30
    when_running(run, lambda live: cancel_run(by=ada, run=live))

    after = attempt(
        """
        report(1, loss=1.0)
        time.sleep(3)
        write_model()
        end("succeeded", 0)
        """
    )

    assert (after.state, after.attempts.get().outcome) == ("cancelled", "cancelled")
    assert not ModelVersion.objects.filter(run=run).exists()


def test_a_killed_runner_is_reaped_and_the_next_attempt_resumes(settings, run):
    """Fault 3: tree gone within 5 s, requeued, resumed from the checkpoint."""
    settings.RUN_LEASE_SECONDS = 3
    runner = start_runner(claim(run.pk, host=HOST), STOPS_WHEN_ASKED)
    wait_until(lambda: StepMetrics.objects.filter(run=run).exists())

    runner.kill()
    runner.wait()
    wait_until(lambda: trainer_pids(run.pk) == [], seconds=5)
    wait_until(reap)
    requeue_due()
    second = start_runner(claim(run.pk, host=HOST), STOPS_WHEN_ASKED)
    assert second.wait(timeout=120) == 0

    run.refresh_from_db()
    assert (run.state, run.failures) == ("succeeded", 1)
    outcomes = run.attempts.values_list("outcome", "resumed_from_step")
    assert list(outcomes) == [("lost", 0), ("succeeded", 2)]


def test_a_frozen_runner_leaves_no_trainer_when_the_reaper_may_come(settings, run):
    """Fault 15: SIGSTOP for two leases; its writes are refused afterwards."""
    # A third of it is left between the trainer's end and the reaper, on a slow machine too.
    settings.RUN_LEASE_SECONDS = 6
    runner = start_runner(claim(run.pk, host=HOST), NEVER_STOPS)
    wait_until(lambda: StepMetrics.objects.filter(run=run).exists())

    runner.send_signal(signal.SIGSTOP)
    wait_until(lambda: trainer_pids(run.pk) == [])
    is_still_owned = reap() == []
    wait_until(reap)
    runner.send_signal(signal.SIGCONT)
    runner.wait(timeout=120)

    run.refresh_from_db()
    assert is_still_owned, "the trainer must be dead before the run can be taken away"
    assert (run.state, run.fence, run.reason) == ("retry_wait", 2, "")
    assert run.attempts.get(number=1).was_fenced
