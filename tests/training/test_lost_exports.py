"""Exports whose worker goes away: begun again, ended at last, and never in the way of the rest."""

import pytest
from django.db import OperationalError

from tests.cast import client_of, make_prompt, make_ranking, make_ranking_project, make_task
from tests.locks import somebody_at
from tests.training.lost_workers import go_on_at, kill_a_worker_at, shut_down_at
from tests.training.processes import wait_until
from training import tasks
from training.artifact_store import artifact_path
from training.models import Artifact, Export
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.export_jobs import export_for, export_one_step, folder_of, request_export
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings
from training.services.unattended import LONG_WORK

pytestmark = pytest.mark.django_db

WORK = "from training.services.export_jobs import export_for; export_for(60.0)"


@pytest.fixture
def snapshot(ada, amina):
    task = make_task(make_ranking_project(), make_prompt(split="train"))
    make_ranking(task, amina, [1, 2, 2, 3])
    return freeze_rankings(by=ada, name="Spring", query=SnapshotQuery())


@pytest.fixture
def export(snapshot, rosa):
    return request_export(snapshot_id=snapshot.pk, files=[], forms=["csv"], by=rosa)


def test_one_that_no_worker_survives_ends_and_lets_the_next_one_through(export, snapshot, rosa):
    shut_down_at("training_artifact")
    for _ in range(MAX_LOST):
        with pytest.raises(OperationalError):
            export_one_step(lambda: True)
        export.refresh_from_db()
        assert export.state == "running"
    go_on_at("training_artifact")
    after = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)

    assert not export_for(5.0)

    shown = client_of(rosa).get(f"/api/exports/{export.pk}/").json()
    assert (shown["state"], shown["failure"], shown["produced"]) == ("failed", LOST, [])
    assert not folder_of(export).exists()
    after.refresh_from_db()
    assert after.state == "done"


def test_a_step_that_ends_is_no_loss_however_many_there_are(export):
    for _ in range(MAX_LOST + 1):
        assert export_one_step(lambda: False)

    export.refresh_from_db()
    assert (export.state, export.num_lost) == ("running", 0)
    assert not export_for(5.0)
    export.refresh_from_db()
    assert export.state == "done"


def test_between_two_files_freezing_has_its_turn(export):
    """A ring would be heard at once, and the lock never be free when freezing looks, every second.

    There is time for the one record, and none for the twins.
    """
    answers = iter([True])

    assert not export_one_step(lambda: next(answers, False))

    export.refresh_from_db()
    assert (export.state, export.num_records_done, export.num_lost) == ("running", 1, 0)
    assert not export_for(5.0)
    export.refresh_from_db()
    assert export.state == "done"


def test_it_has_longer_than_other_tasks(settings):
    """A twin of a million rankings is written in one go, and everything hashed in another."""
    assert tasks.export.time_limit >= 20 * settings.CELERY_TASK_TIME_LIMIT


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    def test_one_worker_exports_at_a_time(self, export):
        with somebody_at(tasks.EXPORT_LOCK):
            tasks.export()
            export.refresh_from_db()
            assert export.state == "queued"

        tasks.export()
        export.refresh_from_db()
        assert export.state == "done"

    def test_what_takes_long_waits_while_somebody_freezes_so_that_a_process_is_left(self, export):
        with somebody_at(LONG_WORK):
            assert not export_for(5.0)

            export.refresh_from_db()
            assert (export.state, export.num_records_done, export.num_lost) == ("running", 1, 0)

        tasks.export()
        export.refresh_from_db()
        assert export.state == "done"

    def test_a_worker_that_is_killed_at_the_end_leaves_it_to_the_next(self, settings, export):
        # By then all its files are written.
        kill_a_worker_at("training_artifact", WORK)
        export.refresh_from_db()
        assert (export.state, export.num_lost) == ("running", 1)

        def is_over():
            tasks.export()
            export.refresh_from_db()
            return export.state == "done"

        wait_until(is_over)
        folder = artifact_path(settings.ARTIFACT_ROOT, Export.objects.get().artifact_id)
        assert (folder / "train/preference.csv").is_file()
        assert Artifact.objects.filter(kind="export").count() == 1
