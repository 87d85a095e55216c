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


@pytest.fixture
def parent():
    """What a failed run leaves: a checkpoint, drafts of a sampling and a scoring, its figures."""
    parent = WorkFolder.of(uuid.uuid4())
    parent.prepare({})
    (parent.path / "checkpoints" / "step-00000002").mkdir(parents=True)
    (parent.path / "checkpoints" / "step-00000002" / "values.json").write_text("{}")
    (parent.output / ".samples-0.jsonl").write_text("{}\n")
    (parent.output / ".rewards-1.jsonl").write_text("{}\n")
    (parent.output / "model").mkdir()
    parent.progress.write_text("{}\n")
    return parent


def test_a_retry_begins_with_what_its_parent_has(parent):
    """R74: it can go on from the last checkpoint."""
    child = WorkFolder.of(uuid.uuid4())

    assert child.adopt(parent)

    names = sorted(str(path.relative_to(child.path)) for path in child.path.rglob("*"))
    assert names == [
        "checkpoints",
        "checkpoints/step-00000002",
        "checkpoints/step-00000002/values.json",
        "output",
        "output/.rewards-1.jsonl",
        "output/.samples-0.jsonl",
        "progress.jsonl",
    ]


def test_a_parents_checkpoint_costs_no_second_space_and_its_drafts_are_its_own(parent):
    child = WorkFolder.of(uuid.uuid4())
    child.adopt(parent)

    with (child.output / ".samples-0.jsonl").open("a") as draft:
        draft.write("{}\n")

    checkpoint = "checkpoints/step-00000002/values.json"
    assert (child.path / checkpoint).samefile(parent.path / checkpoint)
    assert (parent.output / ".samples-0.jsonl").read_text() == "{}\n"


def test_a_run_that_has_begun_takes_nothing(parent, folder):
    assert not folder.adopt(parent)
    assert not (folder.path / "checkpoints").exists()


def test_an_adoption_that_was_cut_short_is_begun_anew(parent):
    child = WorkFolder.of(uuid.uuid4())
    (child.path / ".adopting-checkpoints" / "step-00000001").mkdir(parents=True)

    assert child.adopt(parent)

    assert [path.name for path in (child.path / "checkpoints").iterdir()] == ["step-00000002"]
    assert not (child.path / ".adopting-checkpoints").exists()


def test_a_parent_that_never_trained_gives_nothing(parent):
    """It may have come to half of what it was to begin with."""
    parent.job_file.unlink()

    assert not WorkFolder.of(uuid.uuid4()).adopt(parent)


def test_a_parent_that_left_nothing_gives_nothing():
    assert not WorkFolder.of(uuid.uuid4()).adopt(WorkFolder.of(uuid.uuid4()))
