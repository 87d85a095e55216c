"""Snapshots: what goes in, what stays out, and that the same content is the same bytes."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from labeling.errors import Refused
from labeling.models import Pool, Prompt
from tests.cast import (
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from training.artifact_store import artifact_file, open_verified
from training.models import Snapshot, SnapshotRanking
from training.services import snapshots as service
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_demonstrations,
    freeze_pretraining_text,
    freeze_rankings,
    preview,
)

EVERYTHING = SnapshotQuery()


@pytest.fixture
def task(cast):
    project = make_ranking_project(overlap=3)
    return make_task(project, make_prompt("Say hi.", split="train", category="generation"))


def records_of(settings, snapshot):
    path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def manifest_of(settings, snapshot):
    path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "manifest.json")
    return json.loads(path.read_text())


@pytest.mark.django_db
class TestRankings:
    def test_a_record_holds_one_task_with_everybodys_ranks(self, settings, ada, amina, otto, task):
        """R50: all K completions, ranks, labeler, and what wrote each completion."""
        first = make_ranking(task, amina, [1, 2, 2, 3])
        second = make_ranking(task, otto, [4, 3, 2, 1])

        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        [record] = records_of(settings, snapshot)
        assert record["task_id"] == task.pk
        assert (record["prompt_id"], record["prompt"]) == (task.prompt_id, "Say hi.")
        assert (record["category"], record["split"]) == ("generation", "train")
        assert [one["text"] for one in record["completions"]] == [
            "Answer A",
            "Answer B",
            "Answer C",
            "Answer D",
        ]
        assert {one["source"] for one in record["completions"]} == {"policy-a"}
        assert {one["id"]: (one["labeler"], one["ranks"]) for one in record["rankings"]} == {
            str(first.pk): (amina.pk, [1, 2, 2, 3]),
            str(second.pk): (otto.pk, [4, 3, 2, 1]),
        }

    def test_the_counts_say_how_many_comparisons_and_ties_there_are(self, ada, amina, otto, task):
        """K = 4 has 6 pairs: [1, 2, 2, 3] has one tie, [4, 3, 2, 1] none."""
        make_ranking(task, amina, [1, 2, 2, 3])
        make_ranking(task, otto, [4, 3, 2, 1])

        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        assert snapshot.num_records == 1
        assert snapshot.counts == {
            "train": 1,
            "validation": 0,
            "tasks": 1,
            "prompts": 1,
            "completions": 4,
            "rankings": 2,
            "labelers": 2,
            "pairs": 11,
            "ties": 1,
            "source_labeler_plain": 1,
        }

    def test_the_rows_it_came_from_are_linked(self, ada, amina, otto, task):
        rankings = {
            make_ranking(task, amina, [1, 2, 3, 4]).pk,
            make_ranking(task, otto, [4, 3, 2, 1]).pk,
        }

        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        links = SnapshotRanking.objects.filter(snapshot=snapshot)
        assert set(links.values_list("ranking_id", flat=True)) == rankings

    def test_a_link_to_nothing_is_refused_among_others_too(self, ada, amina, otto, task):
        """R53: they are checked together, and none of them is kept."""
        make_ranking(task, amina, [1, 2, 3, 4])
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)
        later = make_ranking(task, otto, [1, 2, 3, 4])
        good = {"snapshot": snapshot, "ranking": later}
        nothing = uuid4()
        for missing in ({"snapshot_id": nothing}, {"ranking_id": nothing}):
            named = [key for key in good if f"{key}_id" not in missing]
            bad = SnapshotRanking(**{key: good[key] for key in named}, **missing)

            with (
                pytest.raises(IntegrityError, match=f"names .* {nothing} that does not exist"),
                transaction.atomic(),
            ):
                SnapshotRanking.objects.bulk_create([SnapshotRanking(**good), bad])

        assert SnapshotRanking.objects.count() == 1

    def test_held_out_and_simulated_labelers_stay_out(self, settings, ada, amina, hana, sim, task):
        """R14, and simulated labelers are excluded unless asked for."""
        wanted = make_ranking(task, amina, [1, 2, 3, 4])
        make_ranking(task, hana, [4, 3, 2, 1])
        make_ranking(task, sim, [4, 3, 2, 1])

        without = freeze_rankings(by=ada, name="people", query=EVERYTHING)
        including = freeze_rankings(
            by=ada, name="both", query=SnapshotQuery(include_simulated=True)
        )

        assert [one["id"] for one in records_of(settings, without)[0]["rankings"]] == [
            str(wanted.pk)
        ]
        labelers = {one["labeler"] for one in records_of(settings, including)[0]["rankings"]}
        assert labelers == {amina.pk, sim.pk}

    def test_a_held_out_project_stays_out(self, ada, amina):
        make_ranking(make_task(make_ranking_project(pool=Pool.HELD_OUT)), amina, [1, 2, 3, 4])

        with pytest.raises(Refused, match="No sealed ranking"):
            freeze_rankings(by=ada, name="none", query=EVERYTHING)

    def test_what_can_still_be_taken_back_waits(self, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4], submitted_at=timezone.now())

        with pytest.raises(Refused) as refusal:
            freeze_rankings(by=ada, name="early", query=EVERYTHING)

        assert refusal.value.code == "empty_snapshot"
        assert "1 ranking can still be taken back" in refusal.value.message
        assert not Snapshot.objects.exists()

    def test_rankings_that_are_one_tie_teach_nothing(self, ada, amina, task):
        make_ranking(task, amina, [1, 1, 1, 1])

        with pytest.raises(Refused) as refusal:
            freeze_rankings(by=ada, name="ties", query=EVERYTHING)

        assert refusal.value.code == "no_comparisons"

    def test_projects_and_category_narrow_it(self, settings, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])
        other = make_task(make_ranking_project(), make_prompt(category="brainstorming"))
        make_ranking(other, amina, [1, 2, 3, 4])

        by_project = freeze_rankings(
            by=ada, name="p", query=SnapshotQuery(project_ids=[other.project_id])
        )
        by_category = freeze_rankings(
            by=ada, name="c", query=SnapshotQuery(prompt_category="generation")
        )

        assert [one["task_id"] for one in records_of(settings, by_project)] == [other.pk]
        assert [one["task_id"] for one in records_of(settings, by_category)] == [task.pk]

    def test_a_larger_validation_share_holds_out_all_the_smaller_one_does(
        self, settings, ada, amina
    ):
        """No prompt that was ever held out comes to be trained on; no prompt is in both."""
        project = make_ranking_project()
        for _ in range(60):
            make_ranking(make_task(project), amina, [1, 2, 3, 4])

        def held_out(share):
            snapshot = freeze_rankings(
                by=ada, name=f"{share}", query=SnapshotQuery(validation_share=share)
            )
            records = records_of(settings, snapshot)
            return {one["prompt_id"] for one in records if one["split"] == "validation"}

        own = set(Prompt.objects.filter(split="validation").values_list("pk", flat=True))
        assert own <= held_out(None) == held_out(0.1) < held_out(0.5)
        assert 15 <= len(held_out(0.5)) <= 45


@pytest.mark.django_db
class TestIdentity:
    def test_the_same_content_has_the_same_hash_and_the_same_bytes(
        self, settings, ada, rosa, amina, task
    ):
        """R49: whoever freezes it, whenever, under whatever name."""
        make_ranking(task, amina, [1, 2, 3, 4])

        first = freeze_rankings(by=ada, name="one", query=EVERYTHING)
        second = freeze_rankings(by=rosa, name="two", query=EVERYTHING)

        assert first.pk != second.pk
        assert first.artifact_id == second.artifact_id
        assert first.records_sha256 == second.records_sha256

    def test_its_hash_is_that_of_its_bytes(self, settings, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])

        snapshot = freeze_rankings(by=ada, name="one", query=EVERYTHING)

        path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == snapshot.records_sha256
        assert manifest_of(settings, snapshot)["records_sha256"] == snapshot.records_sha256
        open_verified(settings.ARTIFACT_ROOT, snapshot.artifact_id)

    def test_one_more_ranking_is_another_snapshot(self, ada, amina, otto, task):
        make_ranking(task, amina, [1, 2, 3, 4])
        before = freeze_rankings(by=ada, name="before", query=EVERYTHING)

        make_ranking(task, otto, [1, 2, 3, 4])
        after = freeze_rankings(by=ada, name="after", query=EVERYTHING)

        assert before.artifact_id != after.artifact_id

    def test_lines_are_canonical(self, settings, ada, cast):
        """Sorted keys, no spaces, and people's letters as they are."""
        amina = cast.amina
        task = make_task(make_demonstration_project(), make_prompt("Où ?\u2028🙂", split="train"))
        make_demonstration(task, amina, "  Là.\n")

        snapshot = freeze_demonstrations(by=ada, name="d", query=EVERYTHING)

        path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
        assert path.read_bytes().decode() == (
            f'{{"completion":"  Là.\\n","labeler":{amina.pk},"prompt":"Où ?\u2028🙂",'
            f'"prompt_id":{task.prompt_id},"source":"labeler","split":"train"}}\n'
        )

    def test_the_manifest_says_how_it_was_made(self, settings, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])
        query = SnapshotQuery(prompt_category="generation", validation_share=0.25)

        manifest = manifest_of(settings, freeze_rankings(by=ada, name="m", query=query))

        assert manifest["kind"] == "rm"
        assert manifest["query"]["prompt_category"] == "generation"
        assert manifest["split_rule"].startswith("0.25 of the keys")
        assert manifest["num_records"] == 1

    def test_a_snapshot_cannot_be_changed(self, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])
        snapshot = freeze_rankings(by=ada, name="one", query=EVERYTHING)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Snapshot.objects.filter(pk=snapshot.pk).update(name="other")


@pytest.mark.django_db
class TestOtherKinds:
    def test_demonstrations_keep_their_source(self, settings, ada, amina, cast):
        """R52: labeler and customer prompts stay distinguishable."""
        project = make_demonstration_project()
        customer = make_prompt(source_kind="customer", consent_reference="terms 3")
        make_demonstration(make_task(project, customer), amina, "For a customer.")
        make_demonstration(make_task(project), amina, "For a labeler.")
        make_demonstration(make_task(project), amina, "")

        snapshot = freeze_demonstrations(by=ada, name="d", query=EVERYTHING)

        sources = {one["completion"]: one["source"] for one in records_of(settings, snapshot)}
        assert sources == {"For a customer.": "customer", "For a labeler.": "labeler"}
        assert snapshot.counts["source_customer"] == snapshot.counts["source_labeler"] == 1
        assert snapshot.counts["empty"] == 1

    def test_what_waits_for_a_review_is_named(self, ada, amina):
        project = make_demonstration_project(requires_review=True)
        make_demonstration(make_task(project), amina, "Not reviewed.")

        seen = preview(kind="sft", query=EVERYTHING)

        assert seen.counts["demonstrations"] == 0
        assert "1 demonstration waits for a review" in seen.problems[-1]

    def test_no_demonstration_is_refused(self, ada):
        with pytest.raises(Refused, match="No sealed demonstration"):
            freeze_demonstrations(by=ada, name="none", query=EVERYTHING)

    def test_pretraining_documents_are_set_apart_by_blank_lines(self, settings, ada):
        text = "One,\nstill one.\n\n  \nTwo.  \n"

        snapshot = freeze_pretraining_text(by=ada, name="t", text=text)

        texts = [one["text"] for one in records_of(settings, snapshot)]
        assert texts == ["One,\nstill one.", "Two.  "]
        assert snapshot.counts == {"documents": 2, "characters": 21}

    def test_a_text_of_blanks_is_refused(self, ada):
        with pytest.raises(Refused, match="empty"):
            freeze_pretraining_text(by=ada, name="t", text=" \n\n ")


@pytest.mark.django_db
class TestPreview:
    def test_it_counts_what_freezing_would_store_and_stores_nothing(self, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])

        seen = preview(kind="rm", query=EVERYTHING)
        snapshot = freeze_rankings(by=ada, name="one", query=EVERYTHING)

        assert seen.counts == snapshot.counts
        assert Snapshot.objects.count() == 1

    def test_it_names_what_is_missing(self, ada, amina, task):
        make_ranking(task, amina, [1, 2, 3, 4])

        [problem] = preview(kind="rm", query=EVERYTHING).problems

        assert problem.startswith("No prompt is in the validation split")


@pytest.mark.django_db(transaction=True)
def test_a_ranking_committed_while_freezing_is_in_whole_or_not_at_all(settings, cast, monkeypatch):
    """R49: one REPEATABLE READ transaction; the second read sees what the first one saw."""
    project = make_ranking_project(overlap=2)
    task = make_task(project, make_prompt(split="train"))
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    read = service.records_of_rankings
    seen = []

    def num_rankings(query):
        records = read(query)
        for _ in records.lines:
            pass
        return records.counts["rankings"]

    def read_twice(query):
        seen.append(num_rankings(query))
        in_another_connection(lambda: make_ranking(task, cast.otto, [1, 2, 3, 4]))
        seen.append(num_rankings(query))
        return read(query)

    monkeypatch.setitem(service.MAKERS, "rm", read_twice)
    snapshot = freeze_rankings(by=cast.ada, name="one", query=EVERYTHING)

    assert seen == [1, 1]
    assert snapshot.counts["rankings"] == 1
    assert preview(kind="rm", query=EVERYTHING).counts["rankings"] == 2


def in_another_connection(action):
    def work():
        try:
            action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
