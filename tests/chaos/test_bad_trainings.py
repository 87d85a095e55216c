"""Faults 8, 21, 22 and 26: trainings that fail by themselves, and people who change their minds."""

import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from django.conf import settings as concord
from safetensors.torch import load_file, save_file

from tests.chaos.trainings import (
    LONG,
    assert_bit_equal,
    newest_checkpoint_step,
    processes_of,
    ranks_of,
    register_inputs,
    request_training,
    runners_of,
    seconds_until,
    state_of,
    story,
    torchrun_of,
    wait_for_attempt,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import trainer_pids, wait_until
from training.ml.checkpointing import newest_checkpoint
from training.models import Run
from training.runner.work_folder import WorkFolder
from training.services.runs import cancel_run, kill_run, pause_run, retry_run

SMALL_DISK_BYTES = 64 << 20
STALL_SECONDS = 10
KILLED = "killed while it hung"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own for the runs; only root may mount one."""
    folder = tmp_path / "runs"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_run_and_keeps_its_checkpoints(
    small_disk, site, training, uninterrupted, ada, fault
):
    gpu_worker = site.start_training()["gpu-worker"]
    run = training()
    wait_until(lambda: newest_checkpoint_step(run) > 0, seconds=60)

    # Again and again: an old checkpoint that is forgotten in between makes room.
    while state_of(run) == "running":
        filler = fill(small_disk)
    run = wait_for_end(run)
    left = newest_checkpoint(WorkFolder.of(run.pk).path / "checkpoints")
    filler.unlink()
    again = wait_for_end(retry_run(by=ada, run=run))

    assert (run.state, run.reason, run.attempt) == ("failed", "disk_full", 1), story(run)
    assert left is not None
    assert gpu_worker.poll() is None
    assert_bit_equal(again, uninterrupted)
    resumed = again.attempts.get().resumed_from_step
    assert resumed == left.step
    fault(
        8,
        "Disk full",
        injected="no block left on the runs' file system in the middle of a training",
        target="valid checkpoints ≥ 1; failed(disk_full); the worker lives",
        measured=(
            f"{run.state}({run.reason}) after {run.attempt} attempt; the checkpoint of step "
            f"{left.step} whole; with room again a retry went on from it to the bit-equal end"
        ),
    )


def test_a_poisoned_run_is_tried_three_times_and_blocks_nobody(
    site, training, uninterrupted, fault
):
    """Its trainer dies of a segmentation fault as soon as it starts."""
    site.start_training()
    poisoned = training()
    executions = set()
    done = threading.Event()

    def poison():
        while not done.wait(0.02):
            for pid in set(processes_of(poisoned, "torch.distributed.run")) - executions:
                executions.add(pid)
                os.kill(pid, signal.SIGSEGV)

    thread = threading.Thread(target=poison)
    thread.start()
    try:
        wait_for_attempt(poisoned, 1)
        healthy = training()
        poisoned = wait_for_end(poisoned)
        healthy = wait_for_end(healthy)
    finally:
        done.set()
        thread.join()

    assert (poisoned.state, poisoned.reason) == ("failed", "killed"), story(poisoned)
    assert (len(executions), poisoned.attempt) == (3, 3)
    assert_bit_equal(healthy, uninterrupted)
    fault(
        21,
        "Poisoned run",
        injected="a segmentation fault at every start of its trainer",
        target="executions 3; other runs go on",
        measured=(
            f"executions {len(executions)}; {poisoned.state}({poisoned.reason}); a run queued "
            "behind it came to its bit-equal end"
        ),
    )


def test_a_number_that_is_none_ends_the_run_and_a_hang_is_named(
    site, training, reference_folder, ada, tmp_path, fault
):
    site.environment["CONCORD_RUN_STALL_SECONDS"] = str(STALL_SECONDS)
    # Beside each other: neither has to wait for the other's start.
    site.environment["CONCORD_GPU_SLOTS"] = "2"
    site.start_training()
    poisoned = tmp_path / "poisoned"
    shutil.copytree(reference_folder / "base", poisoned / "base")
    spoil_a_weight(poisoned / "base" / "model.safetensors")
    broken = request_training(ada, register_inputs(ada, poisoned, name="spoilt"))
    hanging = training(**LONG)
    # Its pace is known once two deliveries have come.
    wait_until(lambda: num_deliveries(hanging) > 2, seconds=60)
    [rank] = ranks_of(hanging)
    stalled = hanging.events.filter(detail__startswith="stalled")
    with seconds_until(stalled.exists, limit=60) as noticing:
        os.kill(rank, signal.SIGSTOP)
    is_still_running = state_of(hanging) == "running"
    cancel_run(by=ada, run=hanging)
    os.kill(rank, signal.SIGCONT)
    broken, hanging = wait_for_end(broken), wait_for_end(hanging)

    limit = STALL_SECONDS + 15 + 5
    assert (broken.state, broken.reason, broken.attempt) == ("failed", "nan", 1), story(broken)
    assert is_still_running, "a stall is said and not acted on"
    assert noticing[0] <= limit
    assert hanging.state == "cancelled", story(hanging)
    fault(
        22,
        "NaN, and a hang",
        injected="a weight that is no number; a rank stopped in the middle of a step",
        target="failed(nan) at once; the stall named within its window + 15 s",
        measured=(
            f"{broken.state}({broken.reason}) after {broken.attempt} attempt, at step "
            f"{broken.step}; the stall named after {noticing[0]:.0f} s (window here "
            f"{STALL_SECONDS} s)"
        ),
    )


def test_a_run_can_be_cancelled_in_every_state(site, training, ada, fault):
    """And killed in the middle of a step that would never end, where a cancel waits for it."""
    cancelled, taken = {}, {}

    def cancel(run, state, by_means_of=cancel_run, *, called=None):
        assert state_of(run) == state, story(run)
        with seconds_until(lambda: state_of(run) == "cancelled", limit=40) as ending:
            by_means_of(by=ada, run=run)
        # A runner says that the run is cancelled before it leaves itself.
        wait_until(lambda: not trainer_pids(run.pk) + runners_of(run), seconds=10)
        cancelled[called or state], taken[called or state] = run, ending[0]

    # Five trainings beside each other: their starts are most of the time that this takes.
    site.environment["CONCORD_GPU_SLOTS"] = "5"
    # None of so many shall lose its lease for want of a processor: that is another fault.
    site.environment["CONCORD_RUN_LEASE_SECONDS"] = "60"
    cancel(training(**LONG), "queued")
    site.start_training()
    running, hanging, stopping, paused, waiting = (training(**LONG) for _ in range(5))
    for run in Run.objects.exclude(state="cancelled"):
        wait_for_step(run, 5)

    stop_in_its_step(hanging)
    cancel(hanging, "running", kill_run, called=KILLED)
    cancel(running, "running")

    rank = stop_in_its_step(stopping)
    pause_run(by=ada, run=stopping)
    wait_until(lambda: state_of(stopping) == "stopping")
    threading.Timer(1.0, os.kill, (rank, signal.SIGCONT)).start()
    cancel(stopping, "stopping")

    pause_run(by=ada, run=paused)
    wait_until(lambda: state_of(paused) == "paused")
    cancel(paused, "paused")

    os.kill(torchrun_of(waiting), signal.SIGKILL)
    wait_until(lambda: state_of(waiting) == "retry_wait")
    cancel(waiting, "retry_wait")

    claimed = training(**LONG)
    wait_until(lambda: state_of(claimed) == "claimed", seconds=60)
    cancel(claimed, "claimed")

    orphans = sum(len(trainer_pids(run.pk) + runners_of(run)) for run in cancelled.values())
    busy = Run.objects.filter(slot__isnull=False).count()
    slowest, limit = max(taken, key=taken.get), concord.RUN_STOP_TIMEOUT_SECONDS + 10
    assert (orphans, busy) == (0, 0)
    assert taken[slowest] <= limit
    assert taken[KILLED] < concord.RUN_STOP_TIMEOUT_SECONDS / 2
    fault(
        26,
        "Cancelled in every state",
        injected=", ".join(cancelled),
        target="cancelled within the time for stopping + 10 s, a kill in half of it; orphans 0",
        measured=(
            f"slowest {taken[slowest]:.1f} s ({slowest}; limit here {limit} s), the kill "
            f"{taken[KILLED]:.1f} s; busy slots {busy}; orphans {orphans}"
        ),
    )


def stop_in_its_step(run: Run) -> int:
    """Its only rank, which goes on with SIGCONT and not before."""
    [rank] = ranks_of(run)
    os.kill(rank, signal.SIGSTOP)
    return rank


def num_deliveries(run: Run) -> int:
    return run.metrics.order_by().values("recorded_at").distinct().count()


def fill(folder: Path) -> Path:
    """Leave not one block free."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as stream:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
    return filler


def spoil_a_weight(path: Path) -> None:
    tensors = load_file(path)
    first = min(tensors)
    tensors[first].view(-1)[0] = float("nan")
    save_file(tensors, path, metadata={"format": "pt"})
