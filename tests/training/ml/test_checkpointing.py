"""A checkpoint is whole or does not count (R74)."""

import json
from contextlib import closing

import pytest
import torch

from tests.training.ml.jobs import ALONE
from tests.training.ml.tiny import progress_of, write_job
from training.ml import checkpointing
from training.ml.checkpointing import (
    find_checkpoint,
    forget_partial,
    newest_checkpoint,
    note_write,
    write_checkpoint,
)
from training.ml.job import Job, StepMetrics


@pytest.fixture
def write(tmp_path):
    def write(step, world=ALONE):
        write_checkpoint(
            tmp_path,
            step,
            shared={"model": {"weight": torch.full((64,), float(step))}},
            own={"random-0": {"torch": torch.arange(3)}},
            values={"seen": step},
            world=world,
        )
        return tmp_path / f"step-{step:08d}"

    return write


def test_what_was_stored_comes_back(write, tmp_path):
    """Tensors bit for bit, values as they were."""
    write(5)

    found = newest_checkpoint(tmp_path)

    assert (found.step, found.values) == (5, {"seen": 5})
    assert torch.equal(found.tensors("model")["weight"], torch.full((64,), 5.0))
    assert found.has("random-0")
    assert not found.has("random-1")


def test_the_newest_whole_checkpoint_wins_and_two_are_kept(write, tmp_path):
    """The one before the newest stays in case the newest is damaged."""
    for step in (5, 10, 15):
        write(step)

    assert newest_checkpoint(tmp_path).step == 15
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-00000010", "step-00000015"]


def test_what_a_write_took_is_said_beside_the_checkpoints(write, tmp_path):
    """R74: the runner carries it to the monitoring; a resumed run does not read it."""
    write(5)

    note_write(tmp_path, 5, 1.23456)

    said = json.loads((tmp_path / "last-write.json").read_text())
    assert said == {"step": 5, "seconds": 1.235}
    assert newest_checkpoint(tmp_path).step == 5


def test_a_full_disk_for_that_note_ends_no_training(tmp_path):
    note_write(tmp_path / "not-there", 5, 1.0)


def test_half_a_note_is_swept_with_half_a_checkpoint(tmp_path):
    (tmp_path / f"{checkpointing.PARTIAL}last-write.json").write_text("{")
    (tmp_path / f"{checkpointing.PARTIAL}step-00000005").mkdir()

    forget_partial(tmp_path)

    assert list(tmp_path.iterdir()) == []


def damage_by_truncation(path):
    path.write_bytes(path.read_bytes()[:-1])


def damage_by_flipping_a_bit(path):
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [damage_by_truncation, damage_by_flipping_a_bit, type(None)])
@pytest.mark.parametrize("name", ["model.safetensors", "values.json", "manifest.json"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(write, tmp_path, damage, name):
    """Truncated, one bit flipped, or gone: any file of it."""
    write(5)
    hurt = write(10) / name

    if damage in (damage_by_truncation, damage_by_flipping_a_bit):
        damage(hurt)
    else:
        hurt.unlink()

    assert newest_checkpoint(tmp_path).step == 5


def test_nothing_whole_means_no_checkpoint(write, tmp_path):
    """A run then starts over instead of failing."""
    assert newest_checkpoint(tmp_path / "absent") is None
    damage_by_truncation(write(5) / "model.safetensors")

    assert newest_checkpoint(tmp_path) is None


def test_damaged_checkpoints_are_named_with_what_was_used_instead(write, tmp_path):
    """R74: a failing disk must not pass for a run that had come less far."""
    write(5)
    damage_by_truncation(write(10) / "model.safetensors")

    search = find_checkpoint(tmp_path)

    assert (search.newest.step, search.damaged) == (5, ("step-00000010",))
    [said] = search.warnings
    assert said == (
        "Checkpoint step-00000010 is damaged and not used: check the disk of this machine. "
        "The run went on from the one before, of step 5."
    )
    write(10)
    assert find_checkpoint(tmp_path).warnings == []


def test_a_run_that_begins_anew_over_damaged_checkpoints_says_so(tmp_path, capsys):
    """R74: with its first step, once; in the log too."""
    path = write_job(tmp_path / "job", "sft", {}, {})
    for step in (5, 10):
        (path.parent / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    job = Job(path, "sft", ALONE)

    assert job.resume({}) == {}
    with closing(job.event_files):
        job.record(StepMetrics(1, 2, "train", {"loss": 0.5}, ["Short."]))
        job.record(StepMetrics(2, 2, "train", {"loss": 0.4}))

    said = (
        "Checkpoints step-00000010, step-00000005 are damaged and not used: check the disk of this "
        "machine. No whole one is left, so the run began anew."
    )
    first, second = progress_of(path.parent)
    assert first["warnings"] == [said, "Short."]
    assert "warnings" not in second
    assert capsys.readouterr().out.count(f"Warning: {said}") == 1


def test_the_manifest_is_written_after_everything_it_lists(write, tmp_path, monkeypatch):
    """A crash at any moment before it leaves no checkpoint that counts."""
    present = {}

    def record(path, text):
        present[path.name] = {entry.name for entry in path.parent.iterdir()}
        durably(path, text)

    durably = checkpointing.write_durably
    monkeypatch.setattr(checkpointing, "write_durably", record)
    folder = write(5)

    listed = set(json.loads((folder / "manifest.json").read_text()))
    assert listed == {"model.safetensors", "random-0.safetensors", "values.json"}
    assert present["manifest.json"] == listed


def test_a_crash_before_the_rename_leaves_the_older_checkpoint(write, tmp_path, monkeypatch):
    """Half a folder never counts, and the next write clears it away."""
    write(5)
    monkeypatch.setattr(checkpointing, "_publish", lambda *folders: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(10)
    monkeypatch.undo()

    assert newest_checkpoint(tmp_path).step == 5
    write(15)
    assert not list(tmp_path.glob(".partial-*"))


def test_no_file_of_a_checkpoint_is_a_pickle(write):
    """Only safetensors and JSON: reading one runs no code."""
    for path in write(5).iterdir():
        assert path.suffix in (".safetensors", ".json")
        assert path.read_bytes()[:1] not in (b"\x80", b"P")
