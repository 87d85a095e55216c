"""Retention of checkpoints: the trainer keeps two, the runner one behind every quarter."""

import shutil
import uuid

import pytest

from training.runner.milestones import keep_milestone, lay_out_milestones
from training.runner.work_folder import WorkFolder


@pytest.fixture
def folder():
    folder = WorkFolder.of(uuid.uuid4())
    (folder.path / "checkpoints").mkdir(parents=True)
    return folder


def checkpoint(folder, step, text="whole"):
    """As the trainer leaves it: written beside, then moved there, and only the newest two stay."""
    place = folder.path / "checkpoints"
    (place / f"step-{step:08d}").mkdir()
    (place / f"step-{step:08d}" / "manifest.json").write_text(text)
    for old in sorted(place.glob("step-*"), reverse=True)[2:]:
        shutil.rmtree(old)


def steps(folder, name):
    return sorted(int(path.name.removeprefix("step-")) for path in (folder.path / name).iterdir())


def test_the_first_checkpoint_behind_every_quarter_is_kept(folder):
    """40 steps, a checkpoint every 4: quarters at 10, 20, 30, so 12, 20 and 32 are kept."""
    for step in range(4, 41, 4):
        checkpoint(folder, step)
        keep_milestone(folder, 40)

    assert steps(folder, "milestones") == [12, 20, 32]
    assert steps(folder, "checkpoints") == [36, 40]
    kept = folder.path / "milestones" / "step-00000012" / "manifest.json"
    assert kept.read_text() == "whole"


def test_nothing_is_kept_before_the_length_of_the_run_is_known(folder):
    checkpoint(folder, 30)

    assert keep_milestone(folder, 0) is None


def test_a_checkpoint_that_is_forgotten_meanwhile_leaves_no_half_milestone(folder, monkeypatch):
    checkpoint(folder, 12)
    monkeypatch.setattr("os.link", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError))

    assert keep_milestone(folder, 40) is None
    assert list((folder.path / "milestones").iterdir()) == []


def test_a_new_attempt_finds_milestones_beside_its_checkpoints(folder):
    """R74: where both newest are damaged, an older one is better than none."""
    checkpoint(folder, 12)
    keep_milestone(folder, 40)
    for step in (16, 20, 24):
        checkpoint(folder, step, "damaged")

    lay_out_milestones(folder)

    assert steps(folder, "checkpoints") == [12, 20, 24]


def test_milestones_end_with_the_rest_of_a_run_that_succeeded(folder):
    checkpoint(folder, 12)
    keep_milestone(folder, 40)

    folder.discard_bulk()

    assert list(folder.path.iterdir()) == []
