"""Garbage collection: what is referenced, young or still of use is never touched."""

import os

import pytest
from django.core.management import call_command

from training.artifact_store import open_verified, publish
from training.models import Artifact, Snapshot
from training.runner import garbage
from training.runner.claim import claim, finish_unsuccessful, report_slots
from training.runner.garbage import GRACE_SECONDS, collect_garbage
from training.runner.letting_go import Ending
from training.runner.work_folder import WorkFolder
from training.services.runs import cancel_run, retry_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings):
    return settings.ARTIFACT_ROOT


@pytest.fixture
def orphan(store, tmp_path):
    """What a run that lost its lease published: in the store, and no row names it."""
    return publish_orphan(store, tmp_path)


def publish_orphan(store, tmp_path):
    folder = tmp_path / "orphan"
    folder.mkdir(exist_ok=True)
    (folder / "weights").write_text("of nobody")
    return publish(store, folder).sha256


def age(folder):
    long_ago = folder.stat().st_mtime - GRACE_SECONDS - 1
    os.utime(folder, (long_ago, long_ago))


def collect(**options):
    return collect_garbage(keep_failed_days=30, **options)


def test_an_old_artifact_that_nothing_names_goes(store, orphan):
    age(store / orphan)

    collected = collect()

    assert (collected.artifacts, collected.num_bytes) == ([orphan], len("of nobody"))
    assert list(store.iterdir()) == []


def test_a_referenced_artifact_is_never_touched(store, base_model, make_snapshot, orphan):
    """However old: models, snapshots, and what a report alone names all have a row."""
    snapshot = make_snapshot(Snapshot.Kind.RM)
    kept = Artifact.objects.create(sha256=orphan, kind=Artifact.Kind.MODEL, num_bytes=9)
    for folder in store.iterdir():
        age(folder)

    assert collect().artifacts == []

    for sha256 in (base_model.artifact_id, snapshot.artifact_id, kept.pk):
        assert open_verified(store, sha256).is_dir()


def test_a_young_artifact_may_get_its_row_yet(store, orphan):
    assert collect().artifacts == []
    assert (store / orphan).is_dir()


def test_publishing_again_makes_an_old_artifact_young(store, orphan, tmp_path):
    age(store / orphan)

    publish_orphan(store, tmp_path)

    assert collect().artifacts == []


def test_a_row_that_appears_in_the_last_moment_wins(monkeypatch, store, orphan):
    """The row is stored between the first look and the removal."""
    age(store / orphan)
    size = garbage._size

    def record_meanwhile(folder):
        Artifact.objects.create(sha256=folder.name, kind=Artifact.Kind.MODEL, num_bytes=9)
        return size(folder)

    monkeypatch.setattr(garbage, "_size", record_meanwhile)

    assert collect().artifacts == []
    assert open_verified(store, orphan).is_dir()


def test_a_collection_that_was_killed_loses_no_artifact(store, base_model):
    folder = store / base_model.artifact_id
    folder.rename(store / f".trash-{folder.name}")

    collect()

    assert open_verified(store, base_model.artifact_id).is_dir()


def test_a_dry_run_removes_nothing(store, orphan, capsys):
    age(store / orphan)

    call_command("collect_garbage", "--dry-run")

    assert orphan in capsys.readouterr().out
    assert (store / orphan).is_dir()


class TestRunFolders:
    @pytest.fixture
    def failed(self, make_run):
        run = make_run()
        report_slots("node-a")
        finish_unsuccessful(claim(run.pk, host="node-a"), Ending(reason="disk_full"))
        return run

    def leave_checkpoint(self, run):
        checkpoints = WorkFolder.of(run.pk).path / "checkpoints"
        checkpoints.mkdir(parents=True)
        (checkpoints / "weights").write_text("bulk")
        WorkFolder.of(run.pk).trainer_log.write_text("log")
        return checkpoints

    def test_a_cancelled_run_whose_runner_was_lost_is_tidied_up(self, ada, make_run):
        run = cancel_run(by=ada, run=make_run())
        checkpoints = self.leave_checkpoint(run)

        assert collect().run_folders == [run.pk]

        assert not checkpoints.exists()
        assert WorkFolder.of(run.pk).trainer_log.read_text() == "log"

    def test_a_run_that_may_go_on_keeps_its_checkpoints(self, make_run):
        checkpoints = self.leave_checkpoint(make_run())

        assert collect_garbage(keep_failed_days=0).run_folders == []
        assert checkpoints.exists()

    def test_a_failed_run_keeps_them_for_a_while(self, failed):
        checkpoints = self.leave_checkpoint(failed)

        assert collect().run_folders == []
        assert checkpoints.exists()
        assert collect_garbage(keep_failed_days=0).run_folders == [failed.pk]
        assert not checkpoints.exists()

    def test_a_failed_run_keeps_them_for_the_retry_of_a_retry(self, ada, failed):
        """R74: the one between them was cancelled before it fetched anything."""
        checkpoints = self.leave_checkpoint(failed)
        cancelled = cancel_run(by=ada, run=retry_run(by=ada, run=failed))
        waiting = retry_run(by=ada, run=cancelled)

        assert collect_garbage(keep_failed_days=0).run_folders == []
        assert checkpoints.exists()
        cancel_run(by=ada, run=waiting)
        assert collect_garbage(keep_failed_days=0).run_folders == [failed.pk]

    def test_a_failed_run_keeps_them_for_its_retry(self, ada, failed):
        """However long the retry waits: it has not fetched them yet."""
        checkpoints = self.leave_checkpoint(failed)
        retry_run(by=ada, run=failed)

        assert collect_garbage(keep_failed_days=0).run_folders == []
        assert checkpoints.exists()
