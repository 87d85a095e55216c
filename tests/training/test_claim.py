"""Who owns a run: claims, heartbeats, fences and the reaper."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from training.models import GpuSlot, Run, RunAttempt, RunEvent
from training.runner.claim import (
    begin_stopping,
    claim,
    finish_succeeded,
    finish_unsuccessful,
    heartbeat,
    open_claim,
    report_slots,
    start_running,
)
from training.runner.letting_go import Ending
from training.runner.periodic import reap, requeue_due
from training.services.runs import cancel_run, pause_run

HOST = "node-a"


@pytest.fixture
def claimed(make_run):
    report_slots(HOST)
    run = make_run()
    held = claim(run.pk, host=HOST)
    assert held is not None
    return held


@pytest.fixture
def running(claimed):
    assert start_running(claimed, pid=4321)
    return claimed


def state_of(held):
    return Run.objects.values_list("state", flat=True).get(pk=held.run_id)


def expire_lease(held):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE training_run SET lease_until = clock_timestamp() - interval '1 second'"
            " WHERE id = %s",
            [held.run_id],
        )


@pytest.mark.django_db
class TestClaim:
    def test_a_claim_starts_the_lease_and_raises_fence_and_attempt(self, claimed):
        run = Run.objects.get(pk=claimed.run_id)

        assert (run.state, run.fence, run.attempt) == ("claimed", 1, 1)
        left = run.lease_until - timezone.now()
        assert timedelta(seconds=50) < left < timedelta(seconds=61)
        assert run.deadline_at is not None
        attempt = RunAttempt.objects.get(run=run)
        assert (attempt.number, attempt.fence, attempt.host) == (1, 1, HOST)

    def test_a_second_delivery_of_the_same_ring_claims_nothing(self, claimed):
        assert claim(claimed.run_id, host=HOST) is None
        assert RunAttempt.objects.count() == 1

    def test_a_host_with_a_busy_slot_takes_no_second_run(self, claimed, make_run):
        assert claim(make_run().pk, host=HOST) is None

    def test_a_host_that_never_reported_its_slots_takes_nothing(self, make_run):
        assert claim(make_run().pk, host="node-b") is None

    def test_a_run_that_is_not_due_yet_is_not_taken(self, make_run):
        report_slots(HOST)
        run = make_run()
        Run.objects.filter(pk=run.pk).update(run_after=timezone.now() + timedelta(hours=1))

        assert claim(run.pk, host=HOST) is None

    def test_slots_that_the_host_no_longer_offers_stay_empty(self, settings, make_run):
        settings.GPU_SLOTS = 2
        report_slots(HOST)
        settings.GPU_SLOTS = 1

        taken = [claim(make_run().pk, host=HOST) for _ in range(2)]

        assert [held and held.slot_index for held in taken] == [0, None]

    def test_reporting_slots_twice_keeps_one_row_per_slot(self, settings):
        settings.GPU_SLOTS = 3
        report_slots(HOST)
        first = set(GpuSlot.objects.values_list("index", "last_seen"))

        report_slots(HOST)

        second = set(GpuSlot.objects.values_list("index", "last_seen"))
        assert {index for index, _ in second} == {0, 1, 2}
        assert max(first) < max(second)

    def test_a_slot_and_an_attempt_say_how_many_processes_a_run_has(self, settings, make_run):
        settings.PROCESSES_PER_RUN = 2
        report_slots(HOST)
        settings.PROCESSES_PER_RUN = 4
        report_slots(HOST)

        held = claim(make_run().pk, host=HOST)

        assert GpuSlot.objects.get().num_processes == 4
        assert RunAttempt.objects.get(run_id=held.run_id).num_processes == 4

    def test_a_spawned_runner_finds_its_claim_again(self, claimed):
        assert open_claim(claimed.run_id, claimed.fence) == claimed
        assert open_claim(claimed.run_id, claimed.fence + 1) is None


@pytest.mark.django_db
class TestHeartbeat:
    def test_the_first_one_makes_the_run_running(self, running):
        run = Run.objects.get(pk=running.run_id)

        assert run.state == "running"
        assert run.started_at is not None
        assert RunAttempt.objects.get(run=run).pid == 4321

    def test_it_extends_the_lease(self, running):
        before = Run.objects.get(pk=running.run_id).lease_until

        wishes = heartbeat(running)

        assert Run.objects.get(pk=running.run_id).lease_until > before
        assert wishes is not None
        assert (wishes.cancel, wishes.pause, wishes.deadline_passed) == (False, False, False)

    def test_it_brings_back_what_people_wish(self, running, ada):
        pause_run(by=ada, run=Run.objects.get())
        cancel_run(by=ada, run=Run.objects.get())
        Run.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))

        wishes = heartbeat(running)

        assert wishes is not None
        assert (wishes.cancel, wishes.pause, wishes.deadline_passed) == (True, True, True)

    def test_an_expired_lease_is_refused_even_before_the_reaper_came(self, running):
        expire_lease(running)

        assert heartbeat(running) is None

    def test_it_costs_one_query(self, running, django_assert_num_queries):
        with django_assert_num_queries(1):
            heartbeat(running)


@pytest.mark.django_db
class TestReaper:
    def test_a_run_with_a_living_lease_is_left_alone(self, running):
        assert reap() == []
        assert state_of(running) == "running"

    def test_a_lost_run_waits_and_is_queued_again(self, settings, running):
        settings.RUN_RETRY_SECONDS = 0
        expire_lease(running)

        assert reap() == [(running.run_id, "retry_wait")]
        assert requeue_due() == [running.run_id]

        run = Run.objects.get(pk=running.run_id)
        assert (run.state, run.failures, run.fence) == ("queued", 1, 2)
        assert RunAttempt.objects.get(run=run).outcome == "lost"

    def test_the_wait_doubles_with_every_failure(self, settings, make_run):
        """30 s * 2^n: 30 after the first failure, 60 after the second."""
        report_slots(HOST)
        run = make_run()
        waits = []
        for _ in range(2):
            held = claim(run.pk, host=HOST)
            expire_lease(held)
            reap()
            run.refresh_from_db()
            waits.append(round((run.run_after - timezone.now()).total_seconds()))
            Run.objects.filter(pk=run.pk).update(run_after=timezone.now())
            requeue_due()

        assert waits == [30, 60]

    def test_a_run_that_is_not_due_stays_waiting(self, running):
        expire_lease(running)
        reap()

        assert requeue_due() == []

    def test_a_run_lost_three_times_has_failed(self, settings, make_run):
        settings.RUN_RETRY_SECONDS = 0
        report_slots(HOST)
        run = make_run()
        for _ in range(3):
            held = claim(run.pk, host=HOST)
            start_running(held, pid=1)
            expire_lease(held)
            reap()
            requeue_due()

        run.refresh_from_db()
        assert (run.state, run.reason, run.failures, run.attempt) == ("failed", "lost", 3, 3)
        assert run.ended_at is not None

    def test_a_zombie_is_refused_everything(self, running):
        """heartbeat and finish both refused after the fence rose."""
        expire_lease(running)
        reap()

        assert heartbeat(running) is None
        assert not begin_stopping(running, why="late")
        assert not finish_succeeded(running, Ending(reason="succeeded"))
        assert finish_unsuccessful(running, Ending(reason="error")) is None
        assert not start_running(running, pid=1)
        assert state_of(running) == "retry_wait"

    def test_a_zombie_cannot_touch_the_next_attempt(self, settings, running):
        settings.RUN_RETRY_SECONDS = 0
        expire_lease(running)
        reap()
        requeue_due()
        successor = claim(running.run_id, host=HOST)

        assert heartbeat(running) is None
        assert not finish_succeeded(running, Ending(reason="succeeded"))
        assert heartbeat(successor) is not None

    def test_a_dead_runner_does_not_block_a_cancel(self, running, ada):
        cancel_run(by=ada, run=Run.objects.get())
        expire_lease(running)

        assert reap() == [(running.run_id, "cancelled")]

    def test_a_dead_runner_does_not_block_a_pause(self, running, ada):
        pause_run(by=ada, run=Run.objects.get())
        expire_lease(running)

        assert reap() == [(running.run_id, "paused")]
        assert Run.objects.get().pause_requested_at is None

    def test_a_lost_run_past_its_deadline_has_failed(self, running):
        Run.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
        expire_lease(running)

        assert reap() == [(running.run_id, "failed")]
        assert Run.objects.get().reason == "deadline"

    def test_its_event_carries_the_raised_fence(self, running):
        expire_lease(running)
        reap()

        event = RunEvent.objects.last()
        assert (event.from_state, event.to_state, event.actor) == (
            "running",
            "retry_wait",
            "reaper",
        )
        assert event.fence == 2


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_forty_deliveries_of_twenty_five_rings_make_twenty_five_claims(
        self, settings, make_run
    ):
        """25 jobs x 40 simultaneous deliveries -> 25 claims."""
        settings.GPU_SLOTS = 25
        report_slots(HOST)
        runs = [make_run().pk for _ in range(25)]
        deliveries = runs * 40
        random.Random(1).shuffle(deliveries)
        claims = []

        def deliver(run_ids):
            claims.extend(held for run_id in run_ids if (held := claim(run_id, host=HOST)))

        in_threads(deliver, [deliveries[start::12] for start in range(12)])

        assert Counter(held.run_id for held in claims) == Counter(runs)
        assert len({held.slot_index for held in claims}) == 25
        assert RunAttempt.objects.count() == 25

    def test_two_runs_never_share_a_slot(self, settings, make_run):
        settings.GPU_SLOTS = 1
        report_slots(HOST)
        runs = [make_run().pk for _ in range(8)]
        claims = []

        def deliver(run_ids):
            claims.extend(held for run_id in run_ids if (held := claim(run_id, host=HOST)))

        in_threads(deliver, [[run_id] for run_id in runs])

        assert len(claims) == 1

    def test_the_reaper_and_a_heartbeat_never_both_win(self, settings, make_run):
        """Whoever wins, the other is told no: 40 races at the very end of the lease."""
        settings.GPU_SLOTS = 40
        report_slots(HOST)
        held = [claim(make_run().pk, host=HOST) for _ in range(40)]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE training_run SET"
                " lease_until = clock_timestamp() + random() * interval '0.4 seconds'"
            )
        alive, reaped = [], []

        def beat(claims):
            alive.extend(one.run_id for one in claims if heartbeat(one) is not None)

        def collect(_):
            for _ in range(15):
                reaped.extend(run_id for run_id, _ in reap())

        in_threads_mixed([(beat, held), (collect, None), (collect, None)])
        # Leases that ended after the last look, and were told no by then.
        collect(None)

        for one in held:
            assert (one.run_id in alive) != (one.run_id in reaped)
            assert (heartbeat(one) is None) == (one.run_id in reaped)


def in_threads(function, arguments):
    in_threads_mixed([(function, argument) for argument in arguments])


def in_threads_mixed(calls):
    barrier = threading.Barrier(len(calls))

    def work(function, argument):
        barrier.wait()
        try:
            function(argument)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(work, *call) for call in calls]:
            future.result()
