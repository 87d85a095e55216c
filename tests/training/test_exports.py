"""Exports in the background: asked for over the API, written by a worker, downloaded."""

import gzip
import hashlib
import io
import json
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from labeling.errors import Refused
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from training.artifact_store import artifact_path, open_verified
from training.exporters import twins
from training.exporters.writing import write_on
from training.models import Artifact, Export
from training.services.export_jobs import export_for, export_one_step, folder_of, request_export
from training.services.exports import wanted_of
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_demonstrations,
    freeze_pretraining_text,
    freeze_prompts,
    freeze_rankings,
)
from training.tasks import export as export_task

pytestmark = pytest.mark.django_db


def always() -> bool:
    return True


@pytest.fixture
def snapshot(cast):
    """Two tasks that Amina and a simulated labeler ranked, one of them held out."""
    project = make_ranking_project(overlap=3)
    for split in ("train", "validation"):
        task = make_task(project, make_prompt(f"Say {split}.", split=split))
        make_ranking(task, cast.amina, [1, 2, 2, 3])
        make_ranking(task, cast.sim, [2, 1, 3, 4])
    return freeze_rankings(by=cast.ada, name="Spring", query=SnapshotQuery(include_simulated=True))


@pytest.fixture
def done(snapshot, rosa):
    request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)
    assert not export_for(5.0)
    return Export.objects.get()


def lines(settings, export, name):
    path = artifact_path(settings.ARTIFACT_ROOT, export.artifact_id) / name
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_researcher_asks_for_an_export_and_downloads_what_a_worker_wrote(snapshot, rosa):
    browser = client_of(rosa)

    asked = browser.post(f"/api/snapshots/{snapshot.pk}/exports/", {}, format="json")
    assert asked.status_code == 201
    waiting = asked.json()
    assert (waiting["state"], waiting["num_records"], waiting["produced"]) == ("queued", 2, [])

    export_task()

    shown = browser.get(f"/api/exports/{waiting['id']}/").json()
    assert (shown["state"], shown["num_records_done"]) == ("done", 2)
    names = {file["name"]: file for file in shown["produced"]}
    assert names["train/ranking.jsonl"]["rows"] == 1
    file = browser.get(f"/api/exports/{waiting['id']}/files/train/ranking.jsonl")
    content = b"".join(file.streaming_content)
    assert len(content) == names["train/ranking.jsonl"]["bytes"]
    assert file["Content-Disposition"] == 'attachment; filename="train-ranking.jsonl"'
    assert browser.get(f"/api/snapshots/{snapshot.pk}/exports/").json() == [shown]


def test_neither_names_nor_accounts_leave_the_house(settings, done, cast):
    (row,) = lines(settings, done, "train/ranking.jsonl")

    assert [one["labeler"] for one in row["rankings"]] == ["labeler-1", "simulated-2"]
    folder = artifact_path(settings.ARTIFACT_ROOT, done.artifact_id)
    said = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert cast.amina.email not in said
    assert cast.amina.display_name not in said


def test_the_card_names_the_instructions_and_who_was_simulated(settings, done):
    card = (artifact_path(settings.ARTIFACT_ROOT, done.artifact_id) / "README.md").read_text()

    assert "| simulated labelers among them | 1 |" in card
    assert ", version 1 |" in card
    assert f"`{done.snapshot.records_sha256}`" in card


def test_the_same_snapshot_gives_the_same_files_whoever_exports_it(settings, done, snapshot, ada):
    """R49: the same hash exports the same bytes, here of the whole folder."""
    request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=ada)
    export_for(5.0)

    assert {export.artifact_id for export in Export.objects.all()} == {done.artifact_id}
    assert open_verified(Path(settings.ARTIFACT_ROOT), done.artifact_id)
    manifest = json.loads(
        (artifact_path(settings.ARTIFACT_ROOT, done.artifact_id) / "manifest.json").read_text()
    )
    for name, said in manifest["files"].items():
        content = (artifact_path(settings.ARTIFACT_ROOT, done.artifact_id) / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == said["sha256"]


def test_an_export_goes_on_where_a_worker_left_it(snapshot, rosa, settings, done):
    again = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)

    assert export_one_step(lambda: False)
    again.refresh_from_db()
    assert (again.state, again.num_records_done) == ("running", 0)
    assert folder_of(again).is_dir()
    export_for(5.0)

    again.refresh_from_db()
    assert again.artifact_id == done.artifact_id
    assert not folder_of(again).exists()


def test_only_the_files_that_were_chosen_are_written(settings, snapshot, rosa):
    export = request_export(snapshot_id=snapshot.pk, files=["unpaired"], forms=["csv"], by=rosa)
    export_for(5.0)

    export.refresh_from_db()
    folder = artifact_path(settings.ARTIFACT_ROOT, export.artifact_id)
    assert {path.name for path in folder.rglob("*.*")} == {
        "unpaired.jsonl",
        "unpaired.csv",
        "README.md",
        "manifest.json",
    }


def test_compressed_lines_are_those_of_the_plain_export(settings, snapshot, rosa, done):
    browser = client_of(rosa)
    body = {"is_compressed": True, "forms": ["csv"]}
    asked = browser.post(f"/api/snapshots/{snapshot.pk}/exports/", body, format="json").json()
    assert asked["is_compressed"]

    # In several steps, as under load: the job remembers what was wanted.
    assert export_one_step(lambda: False)
    export_task()

    shown = browser.get(f"/api/exports/{asked['id']}/").json()
    assert shown["state"] == "done"
    names = {file["name"] for file in shown["produced"]}
    assert {"train/ranking.jsonl.gz", "validation/unpaired.csv"} <= names
    assert not any(name.endswith(".jsonl") for name in names)
    answer = browser.get(f"/api/exports/{asked['id']}/files/train/preference.jsonl.gz")
    plain = artifact_path(settings.ARTIFACT_ROOT, done.artifact_id) / "train/preference.jsonl"
    assert gzip.decompress(b"".join(answer.streaming_content)) == plain.read_bytes()


def test_a_malformed_wish_for_compression_names_its_field(snapshot, rosa):
    body = {"is_compressed": "a little"}

    refused = client_of(rosa).post(f"/api/snapshots/{snapshot.pk}/exports/", body, format="json")

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["is_compressed"])
    assert Export.objects.count() == 0


def test_the_command_compresses_where_it_is_told_to(snapshot, tmp_path, settings, done):
    out = tmp_path / "out"
    call_command("export_snapshot", str(snapshot.pk), str(out), "--gzip", stdout=io.StringIO())

    plain = artifact_path(settings.ARTIFACT_ROOT, done.artifact_id) / "train/ranking.jsonl"
    packed = (out / "train/ranking.jsonl.gz").read_bytes()
    assert gzip.decompress(packed) == plain.read_bytes()


def test_the_command_begins_in_no_folder_that_holds_something_else(snapshot, tmp_path):
    """R49: what lies there of another snapshot would stand under the card of this one."""
    finished, strange = tmp_path / "finished", tmp_path / "strange"
    call_command("export_snapshot", str(snapshot.pk), str(finished), stdout=io.StringIO())
    strange.mkdir()
    (strange / "preference.csv").write_text("mine")
    before = {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()}

    for folder, said in (
        (finished, "holds a finished export. Name another folder"),
        (strange, "is not empty, and no export was begun there"),
        (strange / "preference.csv", "is not a folder"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("export_snapshot", str(snapshot.pk), str(folder))

    assert {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()} == before
    assert [path.name for path in strange.iterdir()] == ["preference.csv"]


def test_the_command_goes_on_with_its_own_export_alone(snapshot, tmp_path):
    """As after a kill while its twins were written: the same lines, never those of other wishes."""
    folder = tmp_path / "out"
    folder.mkdir()
    write_on(wanted_of(snapshot, files=[], is_compressed=False), folder, lambda: True)

    for other in (["--gzip"], ["--files", "ranking"]):
        with pytest.raises(CommandError, match="a part of another export"):
            call_command("export_snapshot", str(snapshot.pk), str(folder), *other)
    call_command("export_snapshot", str(snapshot.pk), str(folder), "--csv", stdout=io.StringIO())

    manifest = json.loads((folder / "manifest.json").read_text())
    assert "train/preference.csv" in manifest["files"]
    assert "manifest.json" not in manifest["files"]


def test_demonstrations_and_prompts_are_exported_too(settings, cast):
    project = make_demonstration_project()
    prompt = make_prompt("Say it.", split="train")
    make_demonstration(make_task(project, prompt, []), cast.amina, " It.")
    for frozen, name in (
        (freeze_demonstrations(by=cast.ada, name="sft", query=SnapshotQuery()), "sft"),
        (freeze_prompts(by=cast.ada, name="ppo", query=SnapshotQuery()), "prompts"),
    ):
        export = request_export(snapshot_id=frozen.pk, files=[], forms=[], by=cast.ada)
        export_for(5.0)
        export.refresh_from_db()

        (row,) = lines(settings, export, f"train/{name}.jsonl")
        assert row["prompt"] == "Say it."


def test_a_disk_that_is_gone_fails_the_export_and_lets_the_next_one_pass(
    settings, snapshot, rosa, done
):
    broken = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)
    folder_of(broken).write_text("a file in the way")
    after = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)

    export_for(5.0)

    broken.refresh_from_db()
    after.refresh_from_db()
    assert broken.state == "failed"
    assert broken.failure == (
        "Its data could not be stored: File exists. Export it again when that is mended."
    )
    assert after.state == "done"


def test_records_that_cannot_be_read_fail_the_export_and_let_the_next_one_pass(
    settings, snapshot, rosa, done, cast, caplog
):
    """Whatever it was, it would be there at every further try, and hold up all behind it."""
    other = freeze_rankings(by=cast.ada, name="Summer", query=SnapshotQuery())
    records = artifact_path(settings.ARTIFACT_ROOT, other.artifact_id) / "records.jsonl"
    records.chmod(0o644)
    records.write_bytes(b'{"rankings":{},"split":"train"}\n')
    broken = request_export(snapshot_id=other.pk, files=[], forms=[], by=rosa)
    after = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)

    assert not export_for(5.0)

    broken.refresh_from_db()
    after.refresh_from_db()
    assert (broken.state, broken.artifact) == ("failed", None)
    assert "nobody expected (ValueError: " in broken.failure
    assert broken.started_at <= broken.finished_at
    assert "broke off" in caplog.text
    assert after.state == "done"


def test_what_the_database_refuses_fails_the_export_without_its_values(snapshot, rosa):
    export = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE training_export ADD CHECK (state <> 'done')")

    assert not export_for(5.0)

    export.refresh_from_db()
    assert (export.state, export.artifact) == ("failed", None)
    assert "nobody expected (IntegrityError). The" in export.failure
    assert not Artifact.objects.filter(kind="export").exists()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"files": ["margins"]}, "unknown_file"),
        ({"forms": ["parquet"]}, "parquet_unavailable"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(snapshot, rosa, wanted, code, monkeypatch):
    monkeypatch.setattr(twins, "find_spec", lambda name: None)

    refused = client_of(rosa).post(f"/api/snapshots/{snapshot.pk}/exports/", wanted, format="json")

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert Export.objects.count() == 0


def test_plain_text_has_nothing_to_export(ada):
    frozen = freeze_pretraining_text(by=ada, name="text", text="A document.")

    with pytest.raises(Refused, match="as they are"):
        request_export(snapshot_id=frozen.pk, files=[], forms=[], by=ada)


def test_only_files_of_a_finished_export_are_found(snapshot, rosa, done):
    browser = client_of(rosa)
    waiting = request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)

    for address in (
        f"/api/exports/{waiting.pk}/files/README.md",
        f"/api/exports/{done.pk}/files/nothing.jsonl",
        f"/api/exports/{done.pk}/files/../../secret",
        f"/api/exports/{uuid.uuid4()}/",
        f"/api/snapshots/{uuid.uuid4()}/exports/",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_list_of_exports_takes_as_many_queries_as_one_export(
    snapshot, rosa, done, django_assert_max_num_queries
):
    for _ in range(3):
        request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=rosa)
    browser = client_of(rosa)

    with django_assert_max_num_queries(6):
        assert len(browser.get(f"/api/snapshots/{snapshot.pk}/exports/").json()) == 4


def test_an_export_without_files_is_never_done(snapshot, rosa):
    with pytest.raises(IntegrityError, match="a_finished_export_has_its_files"):
        Export.objects.create(snapshot=snapshot, created_by=rosa, state="done")


def test_the_artifact_says_what_it_is(done, settings):
    assert done.artifact.kind == Artifact.Kind.EXPORT
    assert Path(settings.ARTIFACT_ROOT, done.artifact_id).is_dir()
