"""Freezing for a person: asked for at once, done by a worker, and always over in the end."""

import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from labeling.models import AuditEntry
from tests.cast import client_of, make_prompt, make_ranking, make_ranking_project, make_task
from tests.locks import somebody_at
from tests.training.freezing import ask_to_freeze, ended_freezing, freeze_over_http
from tests.training.lost_workers import kill_a_worker_at, shut_down_at
from tests.training.processes import wait_until
from training import tasks
from training.models import Artifact, Freezing, Snapshot
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.freezings import freeze_for, freeze_next
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_these_prompts
from training.services.unattended import LONG_WORK

pytestmark = pytest.mark.django_db

WORK = "from training.tasks import freeze; freeze()"


@pytest.fixture
def ranking(amina):
    task = make_task(make_ranking_project(), make_prompt(split="train"))
    return make_ranking(task, amina, [1, 2, 3, 4])


def read(person, address: str):
    return client_of(person).get(f"/api/freezings/{address}")


class TestAsking:
    def test_the_wish_is_stored_at_once_and_a_worker_fulfils_it(self, ada, rosa, ranking):
        asked = ask_to_freeze(ada, name="Week 12")

        assert asked.status_code == 202
        body = asked.json()
        assert (body["name"], body["kind"], body["state"]) == ("Week 12", "rm", "queued")
        assert (body["snapshot_id"], body["started_at"]) == (None, None)
        assert body["created_by"] == {"id": ada.pk, "display_name": ada.display_name}
        assert not Snapshot.objects.exists()

        tasks.freeze()

        done = read(rosa, f"{body['id']}/").json()
        assert (done["state"], done["failure"]) == ("done", "")
        assert done["started_at"] is not None
        assert done["snapshot_id"] == str(Snapshot.objects.get(name="Week 12").pk)

    def test_it_takes_few_queries_however_much_there_is(
        self, ada, ranking, django_assert_num_queries
    ):
        client = client_of(ada)
        client.get("/api/freezings/")

        with django_assert_num_queries(8):
            client.post("/api/snapshots/", {"name": "all", "kind": "rm"}, format="json")

    def test_only_an_admin_asks_and_nobody_below_a_researcher_reads(self, ada, rosa, amina):
        assert ask_to_freeze(rosa).status_code == 403
        assert ask_to_freeze(amina).status_code == 403
        assert not Freezing.objects.exists()
        made = ask_to_freeze(ada).json()["id"]
        assert {read(amina, "").status_code, read(amina, f"{made}/").status_code} == {403}
        assert read(rosa, f"{uuid.uuid4()}/").status_code == 404

    def test_asking_twice_is_asking_once_while_it_is_on_its_way(self, ada, ranking):
        first, second = ask_to_freeze(ada).json(), ask_to_freeze(ada).json()
        other = ask_to_freeze(ada, name="another").json()

        assert first["id"] == second["id"] != other["id"]
        tasks.freeze()
        assert sorted(Snapshot.objects.values_list("name", flat=True)) == ["all", "another"]

        assert ask_to_freeze(ada).json()["id"] != first["id"]

    def test_every_part_of_a_wish_comes_to_the_worker(self, ada):
        wish = {
            "project_ids": [make_ranking_project().pk],
            "include_simulated": True,
            "validation_share": 0.25,
            "prompt_category": "chat",
        }
        ask_to_freeze(ada, **wish)

        query = SnapshotQuery(**Freezing.objects.get().query)

        assert {name: getattr(query, name) for name in wish} == wish

    def test_the_list_has_those_on_their_way_and_those_that_failed_within_a_day(
        self, ada, rosa, ranking, django_assert_num_queries
    ):
        freeze_over_http(ada, name="done")
        old = ended_freezing(ada, name="Long ago", kind="sft")
        Freezing.objects.filter(pk=old["id"]).update(finished_at=timezone.now() - timedelta(days=2))
        ended_freezing(ada, name="nothing", kind="sft")
        ask_to_freeze(ada, name="waits")
        client = client_of(rosa)
        client.get("/api/freezings/")

        with django_assert_num_queries(3):
            shown = client.get("/api/freezings/").json()

        assert [(one["name"], one["state"]) for one in shown] == [
            ("waits", "queued"),
            ("nothing", "failed"),
        ]


class TestAudit:
    def test_who_froze_what_stands_in_the_audit_trail(self, ada, ranking):
        snapshot = freeze_over_http(ada, name="Week 12")

        entry = AuditEntry.objects.get(action="freeze_snapshot")
        assert (entry.actor, entry.subject_kind, entry.subject_id) == (
            ada,
            "snapshot",
            snapshot["id"],
        )
        said = entry.details
        assert (said["name"], said["kind"], said["num_records"]) == ("Week 12", "rm", 1)
        assert (said["rankings"], said["pairs"], said["labelers"]) == (1, 6, 1)

    def test_what_was_not_frozen_leaves_no_trace(self, ada):
        ended_freezing(ada)

        assert not AuditEntry.objects.filter(action="freeze_snapshot").exists()

    def test_a_list_that_a_run_freezes_for_itself_is_no_deed_of_its_own(self, ada):
        """The audit trail has the run."""
        freeze_these_prompts(by=ada, name="a run", prompt_ids=[make_prompt().pk])

        assert not AuditEntry.objects.filter(action="freeze_snapshot").exists()


class TestEnding:
    def test_what_fails_says_why_and_lets_the_next_one_through(self, ada, ranking):
        ask_to_freeze(ada, name="nothing", kind="sft")
        ask_to_freeze(ada, name="something")

        tasks.freeze()

        first, second = Freezing.objects.order_by("created_at")
        assert (first.state, first.failure) == (
            "failed",
            "No sealed demonstration by a training labeler fits.",
        )
        assert second.state == "done"

    def test_a_full_disk_is_said_and_nothing_is_kept(self, settings, tmp_path, ada, ranking):
        nowhere = tmp_path / "a file"
        nowhere.write_text("in the way")
        settings.ARTIFACT_ROOT = nowhere

        failed = ended_freezing(ada)

        assert failed["state"] == "failed"
        assert failed["failure"] == (
            "Its data could not be stored: File exists. Freeze it again when that is mended."
        )
        assert not Artifact.objects.exists()

    def test_an_error_that_nobody_expected_ends_it_without_a_traceback(self, ada, ranking):
        ask_to_freeze(ada)
        # As another release may have stored it.
        Freezing.objects.update(query={"moon": "full"})

        tasks.freeze()

        failure = Freezing.objects.get().failure
        assert failure.startswith("It broke off with an error that nobody expected (TypeError: ")
        assert failure.endswith("The worker's log says where.")

    def test_pretraining_text_is_kept_in_the_snapshot_alone(self, ada):
        assert freeze_over_http(ada, kind="pretrain", text="One.\n\nTwo.")["num_records"] == 2

        assert Freezing.objects.get().text == ""

    def test_one_that_a_worker_was_lost_with_is_begun_again(self, settings, ada, ranking):
        asked = ask_to_freeze(ada).json()
        Freezing.objects.update(state="running", num_tries=1, started_at=timezone.now())
        left = Path(settings.ARTIFACT_ROOT) / ".tmp-freeze-asked-killed"
        left.mkdir(parents=True)

        tasks.freeze()

        assert read(ada, f"{asked['id']}/").json()["state"] == "done"
        assert not left.exists()

    def test_one_that_no_worker_survives_ends(self, ada, ranking):
        shut_down_at("training_snapshot")
        asked = ask_to_freeze(ada).json()
        for _ in range(MAX_LOST):
            with pytest.raises(OperationalError):
                freeze_next()
            assert read(ada, f"{asked['id']}/").json()["state"] == "running"

        freeze_for(5.0)

        ended = read(ada, f"{asked['id']}/").json()
        assert (ended["state"], ended["failure"], ended["snapshot_id"]) == ("failed", LOST, None)
        assert not Snapshot.objects.exists()

    def test_what_breaks_at_the_end_takes_everything_back(self, ada, ranking):
        """Snapshot, audit entry and the word that it is done are one transaction."""
        ask_to_freeze(ada, name="Week 12")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE training_freezing ADD CHECK (state <> 'done')")

        tasks.freeze()

        freezing = Freezing.objects.get()
        assert freezing.state == "failed"
        assert "IntegrityError" in freezing.failure
        assert "Week" not in freezing.failure
        assert not Snapshot.objects.exists()
        assert not AuditEntry.objects.filter(action="freeze_snapshot").exists()


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    def test_it_has_longer_than_other_tasks(self, settings):
        assert tasks.freeze.time_limit >= 20 * settings.CELERY_TASK_TIME_LIMIT

    def test_one_freezes_at_a_time_so_that_a_process_is_left_for_the_rest(self, ada, ranking):
        ask_to_freeze(ada)
        with somebody_at(LONG_WORK):
            tasks.freeze()
            assert Freezing.objects.get().state == "queued"
        tasks.freeze()
        assert Freezing.objects.get().state == "done"

    def test_two_clicks_at_the_same_moment_are_one_wish(self, ada):
        both = threading.Barrier(2)
        found: list[str] = []

        def click():
            both.wait(timeout=60)
            found.append(ask_to_freeze(ada).json()["id"])
            connections.close_all()

        clicks = [threading.Thread(target=click) for _ in range(2)]
        for one in clicks:
            one.start()
        for one in clicks:
            one.join()

        assert len(found) == 2
        assert len(set(found)) == Freezing.objects.count() == 1

    def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_half_frozen(
        self, settings, ada, ranking
    ):
        ask_to_freeze(ada, name="Week 12")
        # By then its records are written.
        kill_a_worker_at("training_snapshot", WORK)
        assert Freezing.objects.get().state == "running"

        def is_over():
            tasks.freeze()
            return Freezing.objects.get().state == "done"

        wait_until(is_over)
        assert Freezing.objects.get().num_tries == 2
        assert Snapshot.objects.get().name == "Week 12"
        assert AuditEntry.objects.filter(action="freeze_snapshot").count() == 1
        assert not list(Path(settings.ARTIFACT_ROOT).glob(".tmp-freeze-*"))
