"""Faults 12 to 15: whatever arrives twice or late, one runner owns a run."""

import os
import signal
import threading
import time

from tests.chaos.site import TIMES, kill_family
from tests.chaos.trainings import (
    LONG,
    assert_bit_equal,
    runners_of,
    seconds_until,
    state_of,
    step_of,
    story,
    wait_for_attempt,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import trainer_pids, wait_until
from training import queue
from training.models import CheckpointSample, ModelVersion, Run, RunLog, StepMetrics

RINGS = 40


def test_forty_rings_at_once_start_one_runner(site, training, fault):
    """Two gpu-workers of four children each hear them."""
    workers = [site.start("gpu-worker", "--concurrency=4") for _ in range(2)]
    wait_until(lambda: all(map(site.is_ready, workers)), seconds=60)
    run = training(**LONG)
    threads = [threading.Thread(target=queue.ring, args=(run.pk,)) for _ in range(RINGS)]

    for thread in threads:
        thread.start()
    most = 0
    while step_of(run) < 3:
        most = max(most, len(runners_of(run)))
        time.sleep(0.02)

    run.refresh_from_db()
    claims = run.events.filter(to_state="claimed").count()
    assert (claims, run.attempt, most) == (1, 1, 1), story(run)
    fault(
        12,
        "The same ring, many times",
        injected=f"{RINGS} rings at once for two workers of four children",
        target="claims 1",
        measured=f"claims {claims}; runners at once {most}",
    )


def test_two_of_every_worker_and_two_clocks_do_everything_once(
    site, training, uninterrupted, fault
):
    for _ in range(2):
        site.start_training()
    run = training()
    watch = Watch(lambda: len(runners_of(run)))

    with watch:
        wait_for_step(run, 5)
        os.kill(wait_for_attempt(run, 1).pid, signal.SIGKILL)
        run = wait_for_end(run)

    lost = run.events.filter(actor="reaper", detail__startswith="lost").count()
    requeued = run.events.filter(actor="dispatcher").count()
    assert_bit_equal(run, uninterrupted)
    assert (watch.most, run.attempt, lost, requeued) == (1, 2, 1, 1), story(run)
    fault(
        13,
        "Two workers, two clocks",
        injected="worker, gpu-worker and beat twice each; the runner killed once",
        target="runners at once 1; reaped once; queued again once",
        measured=(
            f"runners at once {watch.most}; reaped {lost} time; queued again {requeued} time; "
            "the end bit-equal"
        ),
    )


def test_a_runner_without_its_database_is_dead_before_another_begins(
    site, training, uninterrupted, postgres_proxy, fault
):
    for name in ("worker", "beat"):
        site.start(name)
    cut_off = site.start("gpu-worker", DATABASE_URL=site.database_through(postgres_proxy))
    run = training()
    wait_for_step(run, 8)

    with seconds_until(lambda: trainer_pids(run.pk, fence=1) == []) as dying:
        postgres_proxy.silence()
    died_at = time.monotonic()
    is_still_owned = state_of(run) == "running"
    kill_family(cut_off)
    wait_until(lambda: state_of(run) != "running", seconds=60)
    gap = time.monotonic() - died_at
    written = rows_of(run)
    postgres_proxy.mend()
    wait_until(lambda: runners_of(run) == [], seconds=60)
    zombie_writes = len(rows_of(run) ^ written)
    site.start("gpu-worker")
    run = wait_for_end(run)

    assert is_still_owned, "the trainer must be dead before the run can be taken away"
    assert_bit_equal(run, uninterrupted)
    assert (zombie_writes, run.attempt) == (0, 2), story(run)
    fault(
        14,
        "Runner cut off from Postgres",
        injected="its connections go silent for longer than the lease, then everything arrives",
        target="overlap of two trainers 0 s; zombie writes 0",
        measured=(
            f"its trainer was dead after {dying[0]:.1f} s, {gap:.1f} s before the run was taken "
            f"back (lease here {TIMES['RUN_LEASE_SECONDS']} s): overlap 0 s; "
            f"zombie writes {zombie_writes}; the end bit-equal"
        ),
    )


def test_a_frozen_runner_that_wakes_up_changes_nothing(site, training, uninterrupted, fault):
    gpu_worker = site.start_training()["gpu-worker"]
    run = training()
    wait_for_step(run, 8)
    runner = wait_for_attempt(run, 1).pid

    with seconds_until(lambda: trainer_pids(run.pk, fence=1) == []) as dying:
        os.kill(runner, signal.SIGSTOP)
    frozen_at = time.monotonic() - dying[0]
    is_still_owned = state_of(run) == "running"
    # The next runner on this machine would end the frozen one: it has to wait.
    kill_family(gpu_worker)
    wait_until(lambda: state_of(run) != "running", seconds=60)
    time.sleep(max(0.0, frozen_at + 2 * TIMES["RUN_LEASE_SECONDS"] - time.monotonic()))
    written = rows_of(run)
    with seconds_until(lambda: runners_of(run) == []) as leaving:
        os.kill(runner, signal.SIGCONT)
    zombie_writes = len(rows_of(run) ^ written)
    site.start("gpu-worker")
    run = wait_for_end(run)

    assert is_still_owned, "the trainer must be dead before the run can be taken away"
    assert_bit_equal(run, uninterrupted)
    assert (zombie_writes, run.attempt) == (0, 2), story(run)
    fault(
        15,
        "Runner frozen",
        injected=f"SIGSTOP for {2 * TIMES['RUN_LEASE_SECONDS']} s, twice the lease, then SIGCONT",
        target="trainer ended before the run is taken back; zombie writes 0",
        measured=(
            f"its trainer was dead after {dying[0]:.1f} s; awake, it left in {leaving[0]:.1f} s; "
            f"zombie writes {zombie_writes}; the end bit-equal"
        ),
    )


class Watch:
    """The largest value of something while the block runs."""

    def __init__(self, look):
        self._look = look
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _watch(self):
        while not self._done.wait(0.05):
            self.most = max(self.most, self._look())


def rows_of(run):
    """All that a runner can write of its run, row by row, but for saying that it was refused.

    A run that nobody else works on keeps them as they are.
    """
    written = (
        StepMetrics.objects.filter(run=run),
        RunLog.objects.filter(run=run),
        CheckpointSample.objects.filter(prompt__run=run),
        ModelVersion.objects.filter(run=run),
        run.events.filter(fence=1),
    )
    rows = [row for queryset in written for row in queryset.values_list()]
    progress = Run.objects.filter(pk=run.pk).values_list("step", "lease_until", "report")
    return {repr(row) for row in (*rows, *progress)}
