"""A run that will not fit is refused before it starts; a real full disk ends it with its reason."""

from collections import namedtuple

import pytest

from tests.training.fake_trainers import SUCCEEDS
from training.ml.checkpointing import NUM_KEPT
from training.models import Artifact, Run
from training.runner import disk_space
from training.runner.claim import report_slots
from training.runner.disk_space import missing_space
from training.runner.milestones import PARTS, keep_milestone
from training.runner.work_folder import WorkFolder
from training.selectors.estimates import CHECKPOINTS_KEPT

Usage = namedtuple("Usage", "total used free")
GIGABYTE = 10**9


@pytest.fixture
def run(settings, make_run):
    report_slots("node-a")
    run = make_run()
    model = run.spec["inputs"]["base_model"]["sha256"]
    Artifact.objects.filter(pk=model).update(num_bytes=GIGABYTE)
    return run


@pytest.fixture
def free(monkeypatch):
    """Stands for the disk: how much room it has."""

    def set_free(num_bytes):
        monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda _: Usage(0, 0, num_bytes))

    return set_free


@pytest.mark.django_db
class TestEstimate:
    """A model of 1 GB: six checkpoints of 4 GB (weights, moments, average) and 1 GB of output."""

    def test_twenty_five_gigabytes_suffice(self, run, free):
        free(25 * GIGABYTE)

        assert missing_space(run, WorkFolder.of(run.pk)) is None

    def test_less_does_not(self, run, free):
        free(25 * GIGABYTE - 1)

        said = missing_space(run, WorkFolder.of(run.pk))

        assert "About 25.00 GB are needed" in said
        assert "25.00 GB are free" in said

    def test_adapters_need_little_more_than_the_output(self, make_run, run, free):
        """Six checkpoints of at most 1 GB and 1 GB of output."""
        adapters = make_run(hyperparameters={"lora_rank": 8})
        free(7 * GIGABYTE)

        assert missing_space(adapters, WorkFolder.of(adapters.pk)) is None

    def test_a_checkpoint_that_is_there_is_better_than_an_estimate(self, run, free):
        folder = WorkFolder.of(run.pk)
        checkpoint = folder.path / "checkpoints" / "step-00000004"
        checkpoint.mkdir(parents=True)
        (checkpoint / "model.safetensors").write_bytes(bytes(1000))
        free(GIGABYTE + 5000)
        assert missing_space(run, folder) is None

        free(GIGABYTE + 4999)
        assert missing_space(run, folder) is not None

    def test_what_lies_there_is_not_asked_for_again(self, run, free):
        """A checkpoint and the milestone that links to it take the place of one."""
        folder = WorkFolder.of(run.pk)
        checkpoint = folder.path / "checkpoints" / "step-00000004"
        checkpoint.mkdir(parents=True)
        (checkpoint / "model.safetensors").write_bytes(bytes(1000))
        assert keep_milestone(folder, total_steps=8) is not None
        free(GIGABYTE + 5000)

        assert folder.checkpoint_bytes() == 1000
        assert missing_space(run, folder) is None

    def test_as_many_are_counted_as_the_trainer_and_the_runner_keep(self):
        """The two newest, one that is being written, and a milestone after each quarter."""
        being_written = 1
        assert NUM_KEPT + being_written + PARTS - 1 == CHECKPOINTS_KEPT


@pytest.mark.django_db(transaction=True)
def test_a_run_that_will_not_fit_never_starts(run, free, attempt):
    """Fault 8: failed(disk_full) with the figures, and no process was started."""
    free(GIGABYTE)

    ended = attempt(SUCCEEDS)

    assert (ended.state, ended.reason) == ("failed", "disk_full")
    assert "1.00 GB are free" in ended.reason_detail
    assert not WorkFolder.of(run.pk).trainer_log.exists()
    assert Run.objects.get().attempts.count() == 1
