"""What is exported as preferences keeps its labelers and sources where it is read as TRL's."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from labeling.importers.formats import FORMATS
from labeling.models import CompletionSource, Ranking, TaskCompletion, User
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments
from tests.cast import Cast, make_prompt, make_ranking, make_ranking_project, make_task
from tests.labeling.import_samples import SAMPLES, lines
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings

UNKNOWN = "Somebody (the file does not say who judged, so all of it counts as one labeler's)"

pytestmark = pytest.mark.django_db


def import_as(name: str, content: bytes) -> JudgmentImportReport:
    known = FORMATS[name]
    rows = known.read(io.BytesIO(content), known.choices_of({}))
    return import_judgments(rows, target=Target("own", "Own"), dry_run=False, on_progress=id)


@pytest.mark.parametrize("file", ["preference", "preference_messages", "unpaired"])
def test_labelers_who_disagree_stay_two_and_sources_stay_what_they_were(
    file: str, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    task = make_task(make_ranking_project(overlap=3), make_prompt("Why?", split="train"))
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [4, 3, 2, 1])
    snapshot = freeze_rankings(by=cast.ada, name="A", query=SnapshotQuery())
    call_command("export_snapshot", str(snapshot.pk), str(tmp_path / "out"), stdout=io.StringIO())

    report = import_as("trl", (tmp_path / f"out/train/{file}.jsonl").read_bytes())

    live = Ranking.objects.filter(task__project__imported_from="own", superseded_at__isnull=True)
    assert report.num_judgments == live.count() > 1
    assert User.objects.filter(imported_from="own").count() == 2
    assert not any("judged it twice" in note.reason for note in report.notes)
    written = CompletionSource.objects.filter(name__startswith="own/")
    before = TaskCompletion.objects.filter(task=task).values_list(
        "completion__source__name", flat=True
    )
    assert set(written.values_list("name", flat=True)) <= {f"own/{name}" for name in before}


@pytest.mark.parametrize("name", ["trl", "webgpt", "auto-j"])
def test_rows_of_unknown_people_that_disagree_are_told_what_becomes_of_them(name: str) -> None:
    first = SAMPLES[name]()
    swapped = {
        "trl": lambda: lines({"prompt": "P", "chosen": "b", "rejected": "a"}),
        "webgpt": lambda: first.replace(b"0.5", b"0.25").replace(b"-0.25", b"0.75"),
        "auto-j": lambda: first.replace(b'"label": 0', b'"label": 1'),
    }
    if name == "trl":
        first = lines({"prompt": "P", "chosen": "a", "rejected": "b"})
    import_as(name, first.splitlines()[0])

    report = import_as(name, swapped[name]().splitlines()[0])

    (note,) = report.notes
    assert note.reason == f"{UNKNOWN} judged it twice; the later one counts."


def test_a_simulated_labeler_of_an_export_stays_simulated() -> None:
    row = {"prompt": "P", "chosen": "a", "rejected": "b", "labeler": "simulated-1"}

    import_as("trl", lines(row))

    assert User.objects.get(imported_from="own").is_simulated
