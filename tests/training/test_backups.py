"""Backups: dropped and restored under checksums; a damaged one is noticed before it is needed."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models.functions import Now

from tests.cast import make_ranking, make_ranking_project, make_task
from training.artifact_store import open_verified
from training.models import Artifact, Run
from training.runner.claim import claim, report_slots, start_running
from training.runner.periodic import reap
from training.services.backups import (
    ARTIFACTS,
    DUMP,
    SUMS,
    BackupError,
    back_up,
    newest_backup,
    rehearse,
    sums_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def run(make_run, amina):
    """A run at work, a ranking, a model and a snapshot: something of everything."""
    make_ranking(make_task(make_ranking_project(overlap=1)), amina, [1, 2, 2, 3])
    report_slots("node-a")
    run = make_run()
    start_running(claim(run.pk, host="node-a"), pid=1)
    return run


def sums():
    with transaction.atomic(), connection.cursor() as cursor:
        return sums_of(cursor)


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def restore(folder, name=None):
    call_command("restore", folder, drop=name or connection.settings_dict["NAME"])


def test_a_dropped_database_comes_back_row_by_row(root, run, otto, capsys):
    """Fault 25."""
    before = sums()
    made = back_up(root)
    make_ranking(make_task(make_ranking_project(overlap=1)), otto, [4, 3, 2, 1])
    Run.objects.update(name="changed")

    restore(made.folder)

    assert sums() == before
    assert f"{made.num_rows} rows again, every one as it was saved" in capsys.readouterr().out
    assert made.num_artifacts == 2


def test_artifacts_come_back_too(root, run, settings):
    made = back_up(root)
    settings.ARTIFACT_ROOT = settings.ARTIFACT_ROOT.with_name("a new disk")

    restore(made.folder)

    for sha256 in Artifact.objects.values_list("pk", flat=True):
        assert open_verified(settings.ARTIFACT_ROOT, sha256).is_dir()


def test_a_run_that_was_at_work_goes_on_from_its_checkpoints(root, run):
    made = back_up(root)

    restore(made.folder)
    Run.objects.update(lease_until=Now())
    reap()

    assert Run.objects.get().state == "retry_wait"


def test_a_rehearsal_compares_everything_and_leaves_the_real_one_alone(root, run, capsys):
    before, there = sums(), databases()

    call_command("backup", root, rehearse=True)

    assert (sums(), databases()) == (before, there)
    assert "restored for a test, every table the same" in capsys.readouterr().out
    assert int((root / "rehearsed-at").read_text()) > 0


def test_what_was_restored_wrongly_is_named(root, run):
    """The checksums speak of one ranking more than the dump holds."""
    made = back_up(root)
    content = json.loads((made.folder / SUMS).read_text())
    content["tables"]["public.labeling_ranking"] = "2 rows, 5"
    (made.folder / SUMS).write_text(json.dumps(content))
    there = databases()

    with pytest.raises(BackupError, match=r"public\.labeling_ranking: 2 rows, 5, restored 1 rows"):
        rehearse(made.folder)

    assert databases() == there


def test_a_dump_that_went_bad_is_noticed_in_the_rehearsal(root, run):
    made = back_up(root)
    dump = made.folder / DUMP
    dump.write_bytes(dump.read_bytes()[:-5000])
    there = databases()

    with pytest.raises(BackupError, match="pg_restore failed"):
        rehearse(made.folder)

    assert databases() == there


def test_an_artifact_that_went_bad_is_noticed_before_anything_is_dropped(root, run):
    made = back_up(root)
    before = sums()
    [path, *_] = (root / ARTIFACTS).glob("*/records.jsonl")
    path.chmod(0o600)
    path.write_text("something else")

    with pytest.raises(CommandError, match="damaged"):
        restore(made.folder)

    assert sums() == before


def test_artifacts_are_copied_once(root, run):
    back_up(root)
    places = {path.stat().st_ino for path in (root / ARTIFACTS).glob("*/*")}

    back_up(root)

    assert {path.stat().st_ino for path in (root / ARTIFACTS).glob("*/*")} == places


def test_the_newest_backup_is_found_and_a_half_made_one_is_none(root, run):
    first = back_up(root)
    (root / ".2999-01-01T00-00-00Z").mkdir()
    (root / ".2999-01-01T00-00-00Z" / SUMS).write_text("{}")

    assert newest_backup(root) == first.folder


def test_another_database_is_never_dropped(root, run):
    made = back_up(root)

    with pytest.raises(CommandError, match="nothing is done"):
        restore(made.folder, "postgres")


def test_a_folder_that_is_no_backup_is_refused(tmp_path, run):
    with pytest.raises(CommandError, match="is no backup"):
        restore(tmp_path)


def test_a_bad_dump_leaves_the_database_that_is_there(root, run):
    made = back_up(root)
    before = sums()
    dump = made.folder / DUMP
    dump.write_bytes(dump.read_bytes()[:-5000])

    with pytest.raises(CommandError, match="pg_restore failed"):
        restore(made.folder)

    assert sums() == before
