"""What the tests of this room share: a private store, and inputs that a run can name."""

import errno
import os
import tempfile
import uuid
from contextlib import contextmanager

import pytest
import redis

from tests.cast import make_source
from tests.training.fake_trainers import fake_command
from tests.training.processes import trainer_pids
from training.artifact_store import publish
from training.models import Artifact, ModelVersion, Snapshot
from training.runner import supervisor
from training.runner.claim import claim
from training.services.run_requests import RunRequest
from training.services.runs import request_run
from training.tasks import GPU_QUEUE

RECORD = '{"prompt":"Say hi."}\n'


@pytest.fixture(autouse=True)
def private_folders(settings, tmp_path):
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    settings.RUN_ROOT = tmp_path / "runs"


@pytest.fixture
def make_artifact(settings, tmp_path):
    def make(kind, files):
        folder = tmp_path / f"source-{uuid.uuid4().hex}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        stored = publish(settings.ARTIFACT_ROOT, folder)
        artifact, _ = Artifact.objects.get_or_create(
            sha256=stored.sha256, defaults={"kind": kind, "num_bytes": stored.num_bytes}
        )
        return artifact

    return make


@pytest.fixture
def artifact(make_artifact):
    """What a run has made."""
    return make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})


@pytest.fixture
def full_disk(monkeypatch):
    """While it is, nothing can be frozen."""

    @contextmanager
    def filled():
        def refuse(*_, **__):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "TemporaryDirectory", refuse)
            yield

    return filled


@pytest.fixture
def base_model(db, make_artifact):
    return ModelVersion.objects.create(
        name="a base model",
        kind=ModelVersion.Kind.BASE,
        artifact=make_artifact(Artifact.Kind.MODEL, {"config.json": "{}"}),
        licence="Apache-2.0",
        source="made for a test",
        completion_source=make_source("a base model"),
    )


@pytest.fixture
def make_snapshot(ada, make_artifact):
    def make(kind, records=RECORD, query=None, counts=None):
        return Snapshot.objects.create(
            name=f"some {kind}",
            kind=kind,
            query=query or {},
            counts=counts or {},
            records_sha256="0" * 64,
            num_records=1,
            artifact=make_artifact(Artifact.Kind.SNAPSHOT, {"records.jsonl": records}),
            created_by=ada,
        )

    return make


@pytest.fixture
def reward_model_body(base_model, make_snapshot):
    """What the form of a reward model run sends."""
    return {
        "stage": "reward_model",
        "inputs": {
            "base_model": str(base_model.pk),
            "rankings": str(make_snapshot(Snapshot.Kind.RM).pk),
        },
    }


@pytest.fixture
def make_run(ada, base_model, make_snapshot):
    """Queues reward model runs, all of one base model and one snapshot."""
    rankings = make_snapshot(Snapshot.Kind.RM)

    def make(**overrides):
        fields = {
            "stage": "reward_model",
            "inputs": {"base_model": base_model.pk, "rankings": rankings.pk},
            "seed": 7,
        }
        return request_run(by=ada, request=RunRequest(**(fields | overrides)))

    return make


@pytest.fixture
def attempt(monkeypatch, run):
    """Claims the run and supervises the program to its end, in this process."""

    def supervise(source):
        monkeypatch.setattr(supervisor, "trainer_command", fake_command(source))
        monkeypatch.setattr(supervisor, "TICK_SECONDS", 0.05)
        held = claim(run.pk, host="node-a")
        supervisor.supervise(run.pk, held.fence)
        assert trainer_pids(run.pk) == []
        run.refresh_from_db()
        return run

    return supervise


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A random language model of about a million parameters."""
    # Only the tests that really train pay for loading torch.
    from training.ml.embedded_models import make_tiny

    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny(folder, seed=1)
    return folder


@pytest.fixture
def doorbell(settings):
    """Redis, with an empty list for gpu-workers, for one test at a time.

    Tests may run in several processes beside each other, which all have the same Redis.
    """
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    with client.lock("concord-doorbell-under-test", timeout=300, blocking_timeout=600):
        client.delete(GPU_QUEUE)
        yield client
        client.delete(GPU_QUEUE)
    client.close()
