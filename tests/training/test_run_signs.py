"""What a monitoring system is told of runs at work, their strays and their accelerators."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from tests.training.processes import wait_until
from training import tasks
from training.models import GpuSlot, Run, RunAttempt, StepMetrics
from training.models.clock import ClockTimestamp
from training.runner import gpu_memory
from training.runner.claim import claim, report_slots, start_running
from training.runner.gpu_memory import MEBIBYTE, report_memory
from training.runner.periodic import periodic_lock
from training.selectors.vital_signs import vital_signs

HOST = "node-a"
GPUS = """#!/bin/sh
echo '0, GPU-aa, 1024, 81920'
echo '1, GPU-bb, 2048, 81920'
echo '2, GPU-cc, 4096, 81920'
echo '3, GPU-dd, 8192, 81920'
"""


def values():
    return {sign.name: sign.values for sign in vital_signs()}


@pytest.fixture
def running(make_run):
    report_slots(HOST)
    run = make_run(hyperparameters={"checkpoint_every_steps": 20})
    start_running(claim(run.pk, host=HOST), pid=1)
    return run


def seconds(value):
    return Now() + timedelta(seconds=value)


@pytest.mark.django_db
def test_a_run_tells_its_pace_its_checkpoint_and_its_curve(running):
    RunAttempt.objects.update(started_at=seconds(-100))
    for step in (1, 2, 3):
        StepMetrics.objects.create(
            run=running,
            step=step,
            phase="train",
            values={"loss": 1 / step, "kl": 0.5},
            elapsed_seconds=2.0 * step,
            recorded_at=seconds(2 * step - 50),
        )
    Run.objects.update(step=3, checkpointed_at=seconds(-30), checkpoint_seconds=1.5)

    found = values()

    run = str(running.pk)
    assert found["job_step"] == {run: 3.0}
    assert found["job_step_seconds"][run] == pytest.approx(2.0, abs=0.01)
    assert found["job_checkpoint_interval_seconds"][run] == pytest.approx(40.0, abs=0.1)
    assert found["checkpoint_write_seconds"] == {run: 1.5}
    assert found["job_last_checkpoint_age_seconds"][run] == pytest.approx(30, abs=5)
    assert found["job_loss"][run] == pytest.approx(1 / 3)
    assert (found["job_kl"], found["job_reward"]) == ({run: 0.5}, {})


@pytest.mark.django_db
def test_what_a_run_does_not_know_yet_is_left_out(running):
    """Undefined figures: no pace before two steps."""
    found = values()

    run = str(running.pk)
    assert found["job_step"] == {run: 0.0}
    assert found["job_step_seconds"] == found["job_checkpoint_interval_seconds"] == {}
    # Without a checkpoint it is the attempt's own age that would be lost.
    assert 0 <= found["job_last_checkpoint_age_seconds"][run] < 5


@pytest.mark.django_db
def test_a_run_that_never_checkpoints_has_no_age(make_run):
    report_slots(HOST)
    run = make_run(hyperparameters={"checkpoint_every_steps": 0})
    start_running(claim(run.pk, host=HOST), pid=1)

    assert values()["job_last_checkpoint_age_seconds"] == {}


@pytest.mark.django_db
def test_a_run_that_has_ended_tells_nothing(running):
    Run.objects.filter(pk=running.pk).update(state="paused", lease_until=None, slot=None, step=9)

    assert values()["job_step"] == {}


@pytest.mark.django_db
def test_refused_attempts_and_killed_orphans_are_counted(running):
    RunAttempt.objects.update(was_fenced=True, num_orphans_killed=3)

    found = values()

    assert (found["job_fenced_writes"], found["orphans_killed"]) == ({"": 1.0}, {"": 3.0})


@pytest.mark.django_db
def test_a_queued_run_beside_a_free_slot_shows_that_nobody_rings(make_run):
    make_run()
    Run.objects.update(run_after=ClockTimestamp() - timedelta(seconds=90))
    assert values()["outbox_lag_seconds"] == {}

    report_slots(HOST)

    assert values()["outbox_lag_seconds"][""] == pytest.approx(90, abs=5)


@pytest.mark.django_db
def test_the_reaper_tells_when_it_looked_last():
    assert values()["reaper_last_run_seconds"] == {}

    tasks.reap()

    found = values()
    assert 0 <= found["reaper_last_run_seconds"][""] < 5
    assert found["dispatcher_last_run_seconds"] == {}


@pytest.mark.django_db
def test_work_that_fails_was_not_done():
    with pytest.raises(ZeroDivisionError), periodic_lock("reap"):
        raise ZeroDivisionError

    assert values()["reaper_last_run_seconds"] == {}


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch, settings):
    """A program of that name that says what it is told to; slots of two accelerators each."""
    program = tmp_path / "nvidia-smi"
    program.write_text(GPUS)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    settings.GPU_SLOTS = settings.PROCESSES_PER_RUN = 2
    report_slots(HOST)
    return program


@pytest.mark.django_db
def test_a_slot_tells_the_memory_of_its_accelerators(nvidia_smi):
    report_memory(HOST)

    found = values()
    used = {"node-a/0": 3072.0 * MEBIBYTE, "node-a/1": 12_288.0 * MEBIBYTE}
    assert found["gpu_memory_bytes"] == used
    assert set(found["gpu_memory_total_bytes"].values()) == {163_840.0 * MEBIBYTE}


@pytest.mark.django_db
@pytest.mark.parametrize("visible", ["3,2", "GPU-dd,GPU-cc"])
def test_only_the_accelerators_of_this_worker_are_counted(nvidia_smi, monkeypatch, visible):
    """A slot counts within what the node was limited to, by number or by name."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    report_memory(HOST)

    assert values()["gpu_memory_bytes"] == {"node-a/0": 12_288.0 * MEBIBYTE}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "script", ["exit 9", "echo 'No devices were found'", "echo '0, GPU-aa, [N/A], 81920'"]
)
def test_a_driver_that_says_nothing_of_use_leaves_no_old_figure(nvidia_smi, script):
    report_memory(HOST)
    nvidia_smi.write_text(f"#!/bin/sh\n{script}\n")

    report_memory(HOST)

    assert values()["gpu_memory_bytes"] == {}


@pytest.mark.django_db
def test_a_node_without_the_program_stores_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report_slots(HOST)

    report_memory(HOST)

    assert GpuSlot.objects.get().memory_used_bytes is None


@pytest.mark.django_db
def test_a_program_that_hangs_is_left(nvidia_smi, monkeypatch):
    monkeypatch.setattr(gpu_memory, "ANSWER_SECONDS", 0.2)
    nvidia_smi.write_text("#!/bin/sh\nexec /bin/sleep 60\n")

    report_memory(HOST)

    assert values()["gpu_memory_bytes"] == {}


@pytest.mark.django_db(transaction=True)
def test_a_gpu_worker_reports_memory_with_its_slots(nvidia_smi, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    tasks._is_leaving.clear()
    known = GpuSlot.objects.filter(memory_used_bytes__isnull=False)
    reporting = tasks.threading.Thread(target=tasks.report_until_leaving)
    reporting.start()
    try:
        wait_until(lambda: GpuSlot.objects.exists() and known.model.objects.count() >= 2)
        wait_until(known.exists)
    finally:
        tasks.leave()
        reporting.join(timeout=60)
        tasks._is_leaving.clear()
