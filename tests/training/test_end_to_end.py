"""The whole road with nothing replaced: API, Redis, Celery worker, runner, torchrun, trainer."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import (
    client_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.training.processes import trainer_pids, wait_until
from training import tasks
from training.artifact_store import open_verified
from training.models import GpuSlot, ModelVersion, Run, RunLog, StepMetrics
from training.runner.environment import database_url
from training.runner.markers import RUN_ID, environment_of, kill_where
from training.runner.periodic import reap, requeue_due
from training.services.model_versions import Origin, register_base_model

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {"batch_size": 2, "max_prompt_tokens": 32, "max_completion_tokens": 32}


@pytest.fixture(autouse=True)
def patient(settings):
    """Leases long enough for a busy machine; the tests end them themselves."""
    settings.HEARTBEAT_SECONDS = 1
    settings.RUN_RETRY_SECONDS = 0


@pytest.fixture
def tiny(tiny_folder):
    return register_base_model(
        path=tiny_folder, name="tiny", origin=Origin(licence="none", source="a test")
    )


@pytest.fixture
def rankings(cast):
    """Eight prompts, two of them held out, each ranked by Amina: longer answers are better."""
    project = make_ranking_project()
    made = []
    for number in range(8):
        prompt = make_prompt(f"Count to {number}.", split="validation" if number > 5 else "train")
        completions = make_completions(prompt, texts=["one two three", "one two", "one", "none"])
        task = make_task(project, prompt, completions)
        made.append(make_ranking(task, cast.amina, [1, 2, 3, 4]))
    return made


@pytest.fixture
def admin(cast):
    return client_of(cast.ada)


def request_reward_model(admin, tiny, **hyperparameters):
    asked = admin.post("/api/snapshots/", {"name": "first", "kind": "rm"}, format="json").json()
    tasks.freeze()
    freezing = admin.get(f"/api/freezings/{asked['id']}/").json()
    body = {
        "stage": "reward_model",
        "name": "first reward model",
        "inputs": {"base_model": str(tiny.pk), "rankings": freezing["snapshot_id"]},
        "hyperparameters": SMALL | hyperparameters,
        "seed": 3,
    }
    answer = admin.post("/api/runs/", body, format="json")
    assert answer.status_code == 201, answer.json()
    return Run.objects.get(pk=answer.json()["id"])


@pytest.fixture
def gpu_worker(settings, tmp_path, doorbell):
    """The gpu-worker's own command, with this test's database and folders."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
        "CONCORD_RUN_ROOT": str(settings.RUN_ROOT),
        "CONCORD_HEARTBEAT_SECONDS": "1",
    }
    command = "-m celery -A config worker -Q gpu --concurrency 1 --without-gossip --without-mingle"
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, *command.split(), "--hostname", f"test-{os.getpid()}@%h"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield worker
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.fixture(autouse=True)
def no_process_is_left_behind(transactional_db):
    yield
    runs = {str(run_id) for run_id in Run.objects.values_list("pk", flat=True)}

    def all_gone():
        return not any(
            environment_of(int(path.name)).get(RUN_ID) in runs
            for path in Path("/proc").iterdir()
            if path.name.isdecimal()
        )

    try:
        wait_until(all_gone)
    finally:
        kill_where(lambda found: found.get(RUN_ID) in runs)


def is_over(run):
    run.refresh_from_db()
    return run.state in {"succeeded", "failed", "cancelled"}


def story(run):
    """What to print when a run did not end as it should."""
    log = "".join(RunLog.objects.filter(run=run).values_list("text", flat=True))
    return f"{run.state} {run.reason} {run.reason_detail}\n{log[-3000:]}"


def test_rankings_become_a_reward_model_though_its_worker_is_killed(
    settings, admin, tiny, rankings, gpu_worker
):
    """Issue items 6 and 7; fault 2: a killed worker costs no step."""
    run = request_reward_model(admin, tiny, epochs=2)
    wait_until(GpuSlot.objects.exists, seconds=180)
    tasks.dispatch()
    wait_until(lambda: run.attempts.filter(pid__isnull=False).exists(), seconds=180)
    os.killpg(gpu_worker.pid, signal.SIGKILL)
    wait_until(lambda: is_over(run), seconds=240)

    assert run.state == "succeeded", story(run)
    # Six training prompts in batches of two, twice.
    assert (run.step, run.total_steps, run.attempt) == (6, 6, 1)
    steps = StepMetrics.objects.filter(run=run).order_by("step")
    assert [one.step for one in steps] == [1, 2, 3, 4, 5, 6]
    assert all(one.values["loss"] > 0 for one in steps)
    version = ModelVersion.objects.get(run=run)
    folder = open_verified(settings.ARTIFACT_ROOT, version.artifact_id)
    assert json.loads((folder / "config.json").read_text())["architectures"] == [
        "LlamaForSequenceClassification"
    ]
    assert version.report["validation"]["accuracy"]["num_pairs"] == 12

    lineage = admin.get(f"/api/model-versions/{version.pk}/").json()["lineage"]
    assert lineage["labels"]["num_rankings"] == 8
    assert set(lineage["labels"]["ranking_ids"]) == {str(one.pk) for one in rankings}
    touched = admin.get(f"/api/lineage/rankings/{rankings[0].pk}/").json()
    assert [one["id"] for one in touched["model_versions"]] == [str(version.pk)]


def test_a_killed_runner_costs_no_more_than_the_steps_since_the_last_checkpoint(
    admin, tiny, rankings
):
    """R74; fault 3: kill -9 of the runner, then a second attempt."""
    run = request_reward_model(admin, tiny, epochs=6, checkpoint_every_steps=1)
    started = time.monotonic()
    tasks.ring(str(run.pk))
    # The task must be over in seconds, whatever the run takes.
    assert time.monotonic() - started < 10
    wait_until(lambda: StepMetrics.objects.filter(run=run, step__gte=2).exists(), seconds=180)
    os.kill(run.attempts.get().pid, signal.SIGKILL)
    wait_until(lambda: trainer_pids(run.pk) == [], seconds=10)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE training_run SET lease_until = %s", [timezone.now()])
    assert reap() == [(run.pk, "retry_wait")]
    requeue_due()
    tasks.ring(str(run.pk))
    wait_until(lambda: is_over(run), seconds=240)

    assert run.state == "succeeded", story(run)
    assert (run.step, run.failures) == (18, 1)
    lost, resumed = run.attempts.all()
    assert (lost.outcome, resumed.outcome) == ("lost", "succeeded")
    assert resumed.resumed_from_step >= 2
    assert StepMetrics.objects.filter(run=run).count() == 18


def test_a_pause_over_http_reaches_the_trainer(admin, tiny, rankings):
    run = request_reward_model(admin, tiny, epochs=60)
    tasks.ring(str(run.pk))
    wait_until(lambda: StepMetrics.objects.filter(run=run).exists(), seconds=180)

    assert admin.post(f"/api/runs/{run.pk}/pause/").status_code == 200
    wait_until(lambda: Run.objects.get(pk=run.pk).state == "paused", seconds=180)

    run.refresh_from_db()
    assert 0 < run.step < 180
    assert (run.failures, run.attempts.get().outcome) == (0, "paused")
    assert admin.post(f"/api/runs/{run.pk}/cancel/").json()["state"] == "cancelled"
