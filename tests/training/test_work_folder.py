"""The folder of a run between its attempts."""

import json
import uuid

import pytest

from training.artifact_store import open_verified, publish
from training.runner.work_folder import WorkFolder


@pytest.fixture
def folder():
    folder = WorkFolder.of(uuid.uuid4())
    folder.prepare({"seed": 1})
    return folder


def test_what_would_mislead_the_next_attempt_is_removed(folder):
    folder.ask_to_stop("pause")
    (folder.path / "result.json").write_text('{"outcome": "stopped"}')

    folder.prepare({"seed": 2})

    assert not (folder.path / "stop").exists()
    assert folder.result() is None
    assert json.loads(folder.job_file.read_text()) == {"seed": 2}


def test_checkpoints_and_drafts_stay(folder):
    (folder.path / "checkpoints" / "step-00000003").mkdir(parents=True)
    (folder.output / ".samples-0.jsonl").write_text("{}\n")

    folder.prepare({"seed": 2})

    assert (folder.path / "checkpoints" / "step-00000003").is_dir()
    assert (folder.output / ".samples-0.jsonl").read_text() == "{}\n"


def test_a_second_attempt_cannot_change_what_the_first_one_published(settings, folder):
    """The store may hold hard links to these files: they are replaced, never written into."""
    model = folder.output / "model"
    model.mkdir()
    (model / "weights").write_text("first")
    stored = publish(settings.ARTIFACT_ROOT, model, may_link=True)

    folder.prepare({"seed": 1})
    model.mkdir()
    (model / "weights").write_text("second")

    assert (open_verified(settings.ARTIFACT_ROOT, stored.sha256) / "weights").read_text() == "first"


def test_a_result_that_is_no_result_counts_as_none(folder):
    for text in ("", "{", "[]", "null"):
        (folder.path / "result.json").write_text(text)
        assert folder.result() is None


def test_an_ended_run_keeps_its_logs_only(folder):
    (folder.path / "checkpoints").mkdir()
    folder.trainer_log.write_text("log")

    folder.discard_bulk()

    assert {path.name for path in folder.path.iterdir()} == {"job.json", "trainer.log"}
