"""The doorbell: rings are cheap, can be lost or doubled, and a queued run starts all the same."""

import errno
import json
import socket
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, connections
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerFault

from tests.cast import make_prompt
from tests.locks import somebody_at
from tests.training.processes import wait_until
from training import queue, tasks
from training.models import GpuSlot, Run
from training.runner import starting
from training.runner.claim import claim, report_slots
from training.runner.periodic import periodic_lock
from training.selectors.runs_to_ring import runs_to_ring
from training.services.runs import prioritise_run
from training.services.snapshots import freeze_these_prompts, sweeping_before
from training.services.unattended import LONG_WORK

HOST = socket.gethostname()


def rung_for(doorbell):
    messages = [json.loads(raw) for raw in doorbell.lrange(tasks.GPU_QUEUE, 0, -1)]
    return [message["headers"]["argsrepr"] for message in messages]


@pytest.fixture
def spawned(monkeypatch):
    """Stands for the operating system: which claims a runner would have been started for."""
    claims = []
    monkeypatch.setattr(starting, "spawn_runner", claims.append)
    return claims


@pytest.mark.django_db
class TestDispatch:
    def test_a_queued_run_is_rung_for(self, doorbell, make_run):
        report_slots(HOST)
        run = make_run()

        tasks.dispatch()

        assert rung_for(doorbell) == [f"['{run.pk}']"]

    def test_a_message_carries_an_id_and_expires(self, doorbell, make_run):
        report_slots(HOST)
        make_run()
        tasks.dispatch()

        [raw] = doorbell.lrange(tasks.GPU_QUEUE, 0, -1)

        assert json.loads(raw)["headers"]["expires"] is not None
        assert json.loads(raw)["content-type"] == "application/json"

    def test_a_flushed_redis_loses_nothing(self, doorbell, make_run):
        """Fault 10: the queued row is the outbox."""
        report_slots(HOST)
        run = make_run()
        tasks.dispatch()
        doorbell.delete(tasks.GPU_QUEUE)

        tasks.dispatch()

        assert rung_for(doorbell) == [f"['{run.pk}']"]

    def test_without_a_free_slot_nobody_is_rung_for(self, doorbell, make_run):
        """Messages do not pile up while every gpu-worker is busy or gone."""
        make_run()
        tasks.dispatch()
        assert rung_for(doorbell) == []

        report_slots(HOST)
        GpuSlot.objects.update(last_seen=timezone.now() - timedelta(minutes=1))
        tasks.dispatch()
        assert rung_for(doorbell) == []

    def test_the_oldest_run_comes_first_and_one_per_free_slot(self, settings, make_run):
        settings.GPU_SLOTS = 3
        report_slots(HOST)
        runs = [make_run() for _ in range(4)]
        Run.objects.filter(pk=runs[3].pk).update(run_after=timezone.now() - timedelta(hours=1))
        claim(runs[0].pk, host=HOST)

        assert runs_to_ring() == [runs[3].pk, runs[1].pk]

    def test_a_higher_priority_goes_before_age(self, settings, ada, make_run):
        settings.GPU_SLOTS = 3
        report_slots(HOST)
        low, old, new, urgent = (make_run(priority=level) for level in (-1, 0, 0, 0))
        prioritise_run(by=ada, run=urgent, priority=5)

        assert runs_to_ring() == [urgent.pk, old.pk, new.pk]
        assert low.pk not in runs_to_ring()

    def test_a_waiting_run_that_is_due_is_queued_again(self, doorbell, make_run):
        report_slots(HOST)
        run = make_run()
        held = claim(run.pk, host=HOST)
        Run.objects.filter(pk=run.pk).update(
            state="retry_wait", slot=None, lease_until=None, run_after=timezone.now()
        )

        tasks.dispatch()

        run.refresh_from_db()
        assert (run.state, run.fence) == ("queued", held.fence)
        assert rung_for(doorbell) == [f"['{run.pk}']"]

    def test_a_redis_that_is_away_is_an_error_and_changes_nothing(self, monkeypatch, make_run):
        report_slots(HOST)
        run = make_run()

        def refuse(*_, **__):
            raise BrokerFault

        monkeypatch.setattr(queue.current_app, "send_task", refuse)
        with pytest.raises(BrokerFault):
            tasks.dispatch()

        run.refresh_from_db()
        assert run.state == "queued"


@pytest.mark.django_db
class TestRing:
    def test_it_claims_the_run_and_starts_its_runner(self, spawned, make_run):
        run = make_run()

        tasks.ring(str(run.pk))

        [held] = spawned
        assert (held.run_id, held.host, held.fence) == (run.pk, HOST, 1)

    def test_a_second_ring_starts_nothing(self, spawned, make_run):
        run = make_run()

        tasks.ring(str(run.pk))
        tasks.ring(str(run.pk))

        assert len(spawned) == 1

    def test_a_runner_that_cannot_be_started_lets_its_run_go(self, settings, tmp_path, make_run):
        """Not "lost" after a whole lease: the folder's error is the reason, and the step stays."""
        run = make_run()
        Run.objects.filter(pk=run.pk).update(step=7)
        in_the_way = tmp_path / "runs"
        in_the_way.write_text("a file where the folder of runs should be")
        settings.RUN_ROOT = in_the_way

        tasks.ring(str(run.pk))

        run.refresh_from_db()
        assert (run.state, run.failures, run.step) == ("retry_wait", 1, 7)
        assert "Not a directory" in run.attempts.get().detail

    def test_a_full_disk_ends_a_run_before_its_runner_starts(self, monkeypatch, make_run):
        """Fault 8, where not even the run's folder can be made."""

        def no_room(held):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(starting, "spawn_runner", no_room)
        run = make_run()

        tasks.ring(str(run.pk))

        run.refresh_from_db()
        assert (run.state, run.reason) == ("failed", "disk_full")

    def test_a_forged_ring_starts_nothing(self, spawned):
        """tasks take only an id and re-read the database."""
        tasks.ring("00000000-0000-0000-0000-000000000000")
        with pytest.raises(ValueError, match="badly formed"):
            tasks.ring("$(reboot)")

        assert spawned == []


@pytest.mark.django_db
def test_reaping_is_a_task(make_run):
    report_slots(HOST)
    run = make_run()
    claim(run.pk, host=HOST)
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    tasks.reap()

    run.refresh_from_db()
    assert run.state == "retry_wait"


@pytest.mark.django_db(transaction=True)
def test_two_beats_do_the_periodic_work_once():
    """Fault 13."""
    answers = []

    def try_the_lock():
        with periodic_lock("reap") as is_mine:
            answers.append(is_mine)
        connections.close_all()

    with periodic_lock("reap") as is_mine:
        other = threading.Thread(target=try_the_lock)
        other.start()
        other.join()

    assert (is_mine, answers) == (True, [False])


@pytest.mark.django_db
class TestAdvancingRounds:
    """R84: freezing a million rankings takes a minute, which other tasks are not given."""

    @pytest.fixture
    def leftovers(self, settings):
        root = Path(settings.ARTIFACT_ROOT)
        found = [root / name for name in (".tmp-freeze-rounds-killed", ".tmp-freeze-by-a-person")]
        for folder in found:
            folder.mkdir(parents=True)
            (folder / "records.jsonl").write_text("{}")
        return found

    def test_it_has_longer_than_other_tasks(self, settings):
        assert tasks.advance.time_limit >= 20 * settings.CELERY_TASK_TIME_LIMIT

    def test_it_sweeps_what_it_was_freezing_when_it_was_killed(self, leftovers):
        tasks.advance()

        assert [folder.exists() for folder in leftovers] == [False, True]

    def test_what_it_freezes_is_swept_should_it_be_killed(self, ada, monkeypatch):
        prompt, made, real = make_prompt(), [], tempfile.TemporaryDirectory

        def note(prefix, **rest):
            made.append(prefix)
            return real(prefix=prefix, **rest)

        monkeypatch.setattr(tempfile, "TemporaryDirectory", note)
        with sweeping_before("rounds"):
            freeze_these_prompts(by=ada, name="itself", prompt_ids=[prompt.pk])
        freeze_these_prompts(by=ada, name="a person", prompt_ids=[prompt.pk])

        assert made == [".tmp-freeze-rounds-", ".tmp-freeze-"]

    def test_a_second_one_leaves_the_first_alone(self, leftovers):
        with somebody_at(LONG_WORK):
            tasks.advance()
        assert all(folder.exists() for folder in leftovers)


@pytest.mark.django_db(transaction=True)
class TestSlots:
    @pytest.fixture(autouse=True)
    def present(self):
        tasks._is_leaving.clear()
        yield
        tasks._is_leaving.set()

    def worker(self, *queues):
        consumed = SimpleNamespace(consume_from=dict.fromkeys(queues))
        return SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=consumed)))

    def reporting_thread(self):
        return next((one for one in threading.enumerate() if one.name == "slots"), None)

    def test_a_gpu_worker_reports_its_slots_until_it_leaves(self, settings):
        settings.HEARTBEAT_SECONDS = 0.05
        tasks.report_in(self.worker("gpu"))
        thread = self.reporting_thread()
        seen = set()

        def reported_three_times():
            seen.update(GpuSlot.objects.values_list("last_seen", flat=True))
            return len(seen) >= 3

        wait_until(reported_three_times)

        tasks.leave()
        thread.join(timeout=60)

        assert not thread.is_alive()

    def test_another_worker_reports_nothing(self):
        tasks.report_in(self.worker("default"))

        assert self.reporting_thread() is None
        assert not GpuSlot.objects.exists()

    def test_reporting_outlives_a_database_that_is_away(self, settings, monkeypatch):
        settings.HEARTBEAT_SECONDS = 0.05
        tasks.report_in(self.worker("gpu"))
        thread = self.reporting_thread()
        wait_until(GpuSlot.objects.exists)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        before = GpuSlot.objects.get().last_seen
        wait_until(lambda: GpuSlot.objects.get().last_seen > before)

        tasks.leave()
        thread.join(timeout=60)
