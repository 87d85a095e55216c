"""Export, import, export: the same to the byte, whatever the texts and however it was judged."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from labeling.importers.formats import FORMATS
from labeling.models import Prompt, User
from labeling.models.projects import K_MAXIMUM
from labeling.services.imported_tasks import Target, key_in_split
from labeling.services.judgment_imports import import_judgments
from labeling.services.prompt_import_slices import import_for
from labeling.text_hygiene import split_of_key, text_sha256
from tests.cast import (
    Cast,
    client_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.labeling.import_samples import SAMPLES
from training.exporters.frozen_tasks import frozen_task
from training.exporters.records import Pseudonyms, exported_task
from training.exporters.rows import FILES, encoded_task
from training.models import Snapshot
from training.services.canonical import canonical_line
from training.services.export_jobs import export_for
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_prompts, freeze_rankings

K_MINIMUM_HERE = 4
# Right to left, two characters that are one, a separator of lines, a quote, a formula.
STRANGE = "\u202e\u0627\u0628 e\u0301 \u2028 \"\t\\' =2+2 🇩🇪"
TEXTS = some.text(
    some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
)


@some.composite
def tasks(draw: some.DrawFn) -> dict[str, Any]:
    """A frozen task of two to five completions and one to four rankings by different labelers."""
    k = draw(some.integers(2, 5))
    ranks = some.lists(some.none() | some.integers(1, 3), min_size=k, max_size=k)
    ranks = ranks.filter(lambda one: sum(rank is not None for rank in one) > 1).map(dense)
    said = some.tuples(some.integers(1, 4), ranks)
    # Somebody may have judged other completions of the task too, but nobody says a thing twice.
    judged = draw(some.lists(said, min_size=1, max_size=5, unique_by=repr))
    return {
        "task_id": 1,
        "prompt_id": 1,
        "prompt": draw(TEXTS.filter(str.strip)),
        "category": draw(some.sampled_from([None, "chat"])),
        "split": draw(some.sampled_from(["train", "validation"])),
        "completions": [
            {"id": n, "text": draw(TEXTS | some.just("")), "source": draw(some.sampled_from("pq"))}
            for n in range(k)
        ],
        "rankings": [
            {"labeler": labeler, "ranks": ranks} | draw(some.just({}) | axes(ranks))
            for labeler, ranks in judged
        ],
    }


def axes(ranks: list[int | None]) -> some.SearchStrategy[dict[str, Any]]:
    """Ratings of what was judged that came with an imported judgment, at least one of them."""
    ratings = some.dictionaries(
        some.sampled_from(["accuracy", "overall"]), some.integers(0, 7) | some.just(4.5), max_size=2
    )
    of_each = [some.just({}) if rank is None else ratings for rank in ranks]
    return some.builds(lambda *found: {"axes": list(found)}, *of_each).filter(
        lambda made: any(made["axes"])
    )


def dense(ranks: list[int | None]) -> list[int | None]:
    known = sorted({rank for rank in ranks if rank is not None})
    return [None if rank is None else known.index(rank) + 1 for rank in ranks]


@given(some.lists(tasks(), min_size=1, max_size=4))
def test_what_is_read_of_an_export_would_be_exported_again_to_the_byte(
    frozen: list[dict[str, Any]],
) -> None:
    """Without a database: the record that was read, frozen under other numbers."""
    names = Pseudonyms()
    exported = [exported_line(task, names) for task in frozen]
    known = FORMATS["concord"]

    read = [row for _, row in known.read(io.BytesIO(b"".join(exported)), {})]

    accounts: dict[str, int] = {}
    again = Pseudonyms()
    for task, line in zip(read, exported, strict=True):
        assert exported_line(frozen_again(task, accounts), again) == line


def exported_line(task: dict[str, Any], names: Pseudonyms) -> bytes:
    """The row of `ranking` that a frozen task becomes."""
    ready = exported_task(frozen_task(canonical_line(task)), names)
    (line,) = FILES["rm"]["ranking"](encoded_task(ready, task["split"], 1))
    return line


def frozen_again(task: Any, accounts: dict[str, int]) -> dict[str, Any]:
    """As it would stand in a snapshot: accounts are made in the order of the file."""
    return {
        "task_id": 2,
        "prompt_id": 2,
        "prompt": task.prompt,
        "category": task.category,
        "split": task.split,
        "completions": [
            {"id": n, "text": one.text, "source": f"concord/{one.source}"}
            for n, one in enumerate(task.completions)
        ],
        "rankings": [
            {
                "labeler": accounts.setdefault(one.labeler, 1000 + len(accounts)),
                "ranks": list(one.ranks),
                "axes": list(one.axes),
            }
            for one in task.judgments
        ],
    }


@given(TEXTS, some.sampled_from(["train", "validation"]))
def test_a_prompt_stays_in_the_split_that_it_was_in(prompt: str, split: Any) -> None:
    """R6: and the same key is found wherever it is imported."""
    key = key_in_split("concord", prompt, split)

    assert split_of_key(key or text_sha256(prompt)) == split
    assert len(key) <= 120
    assert key == key_in_split("concord", prompt, split)


FREEZE = {"rm": freeze_rankings, "sft": freeze_demonstrations, "ppo": freeze_prompts}


def frozen(cast: Cast, name: str, kind: str) -> Snapshot:
    # Of the prompts a few that were held out come along.
    query = SnapshotQuery(include_simulated=True, num_validation_prompts=20 if kind == "ppo" else 0)
    return FREEZE[kind](by=cast.ada, name=name, query=query)


def exported(snapshot_id: UUID, folder: Path) -> dict[str, bytes]:
    call_command("export_snapshot", str(snapshot_id), str(folder), stdout=io.StringIO())
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.jsonl"))
    }


def import_file(name: str, content: bytes) -> None:
    known = FORMATS[name]
    rows = known.read(io.BytesIO(content), known.choices_of({}))
    report = import_judgments(rows, target=Target(name, name), dry_run=False, on_progress=id)
    assert report.errors == []


def forget_everything() -> None:
    """Another installation: nothing is there, and its numbers are others."""
    tables = ("labeling_prompt", "labeling_project", "labeling_completionsource")
    with connection.cursor() as cursor:
        # What is checked at the end of a transaction is checked before its rows go.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    User.objects.exclude(imported_from="").delete()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["rm", "sft"])
def test_an_installation_exports_what_another_one_exported(
    kind: str, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    for name in (
        "summarize",
        "ukp",
        "ultrafeedback",
        "mt-bench",
        "oasst",
        "dolly",
        "self-instruct",
    ):
        import_file(name, SAMPLES[name]())
    first = exported(frozen(cast, "First", kind).pk, tmp_path / "first")
    splits = dict(Prompt.objects.values_list("text", "split"))

    forget_everything()
    base = "ranking" if kind == "rm" else "sft"
    for split in ("train", "validation"):
        if f"{split}/{base}.jsonl" in first:
            import_file("concord", first[f"{split}/{base}.jsonl"])
    second = exported(frozen(cast, "Second", kind).pk, tmp_path / "second")

    assert first.keys() == second.keys()
    assert first == second
    assert dict(Prompt.objects.values_list("text", "split")).items() <= splits.items()


def own_rankings(cast: Cast) -> None:
    """Tasks of four to nine completions of two models, ranked here with all that can be said."""
    sources = [make_source("sft-1"), make_source("ppo-2")]
    for k in range(K_MINIMUM_HERE, K_MAXIMUM + 1):
        project = make_ranking_project(k=k, overlap=3)
        prompt = make_prompt(f"{STRANGE} Frage {k}?\r\n", category="chat" if k % 2 else None)
        # Neither model comes first in every task, and one says the same thing twice.
        made = [
            one
            for n in range(k)
            for one in make_completions(
                prompt, source=sources[(n + k) % 2], texts=[f" {STRANGE} {max(n, 2)}\n"]
            )
        ]
        # Another task shows some of them, in its own company, and a third one the very same.
        later = make_completions(prompt, source=sources[0], texts=["=1+1", ""])
        for number, shown in enumerate((made, [made[3], *later, made[0]], made)):
            task = make_task(project, prompt, shown)
            ranks = dense([(n * n + number) % 4 for n in range(len(shown))])
            said = {
                "ratings": [1 + n % 7 for n in range(len(shown))],
                "flags": {"hallucination": True},
                "note": STRANGE,
            }
            make_ranking(task, cast.amina, ranks, **said)
            make_ranking(task, cast.sim, [1] * len(shown), **said)
            make_ranking(task, cast.otto, list(range(1, len(shown) + 1)), **said)


@pytest.mark.django_db
def test_what_was_ranked_here_comes_back_in_every_file_and_form(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    """R49-R51: K of 4 to 9, ties, ratings, flags, notes, any script, several labelers, all forms.

    What an export has no place for (ratings, flags and notes of our own) does not disturb it.
    """
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    own_rankings(cast)
    first = exported_in_all_forms(frozen(cast, "First", "rm").pk, tmp_path / "first")

    forget_everything()
    for split in ("validation", "train"):
        if lines := first.get(f"{split}/ranking.jsonl"):
            import_file("concord", lines)
    second = exported_in_all_forms(frozen(cast, "Second", "rm").pk, tmp_path / "second")

    assert {name.partition(".")[2] for name in first} == {"jsonl", "csv", "parquet"}
    assert {name.partition("/")[2].partition(".")[0] for name in first} == FILES["rm"].keys()
    num_tasks = sum(first[name].count(b"\n") for name in first if name.endswith("/ranking.jsonl"))
    assert num_tasks == 3 * (K_MAXIMUM + 1 - K_MINIMUM_HERE)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def exported_in_all_forms(snapshot_id: UUID, folder: Path) -> dict[str, bytes]:
    forms = ("--csv", "--parquet")
    call_command("export_snapshot", str(snapshot_id), str(folder), *forms, stdout=io.StringIO())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent != folder
    }


@pytest.mark.django_db
def test_prompts_come_back_in_their_order_and_their_split(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    """R6: also those that fell into their split by the key of whoever wrote them."""
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    same_beginning = "Tell me about the harbour at dusk and " * 20
    for n in range(60):
        make_prompt(f"{same_beginning}{n}\n", user_key=f"u{n}")
    first = exported(frozen(cast, "First", "ppo").pk, tmp_path / "first")
    splits = dict(Prompt.objects.values_list("text", "split"))

    forget_everything()
    for split in ("validation", "train"):
        file = tmp_path / f"first/{split}/prompts.jsonl"
        call_command("import_prompts", str(file), f"--exported-split={split}", stdout=io.StringIO())
    second = exported(frozen(cast, "Second", "ppo").pk, tmp_path / "second")

    assert first.keys() == second.keys() == {"train/prompts.jsonl", "validation/prompts.jsonl"}
    assert first == second
    assert dict(Prompt.objects.values_list("text", "split")) == splits


def exported_by_api(cast: Cast, name: str) -> dict[str, bytes]:
    """What a browser downloads of a new snapshot of prompts."""
    snapshot, browser = frozen(cast, name, "ppo"), client_of(cast.ada)
    asked = browser.post(f"/api/snapshots/{snapshot.pk}/exports/", {}, format="json").json()
    assert not export_for(5.0)
    shown = browser.get(f"/api/exports/{asked['id']}/").json()
    names = [file["name"] for file in shown["produced"] if file["name"].endswith(".jsonl")]
    return {
        one: b"".join(browser.get(f"/api/exports/{asked['id']}/files/{one}").streaming_content)
        for one in names
    }


def import_by_api(cast: Cast, file_name: str, content: bytes, **wanted: object) -> dict[str, Any]:
    browser, address = client_of(cast.ada), "/api/prompt-imports/"
    announced = {"file_name": file_name, "num_bytes": len(content), **wanted}
    opened = browser.post(address, announced, format="json").json()
    one = f"{address}{opened['id']}/"
    browser.generic("PUT", f"{one}chunks/0/", content, content_type="application/octet-stream")
    assert not import_for(5.0)
    shown: dict[str, Any] = browser.get(one).json()
    return shown


@pytest.mark.django_db
def test_prompts_come_back_through_the_api_to_the_byte(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    """R6, R51: export, import, export as a browser does, tried first."""
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    same_beginning = "Tell me about the harbour at dusk and " * 20
    for n in range(60):
        make_prompt(f"{same_beginning}{n}\r\n\u2028", user_key=f"u{n}")
    first = exported_by_api(cast, "First")
    splits = dict(Prompt.objects.values_list("text", "split"))

    forget_everything()
    for split in ("validation", "train"):
        content, format_ = first[f"{split}/prompts.jsonl"], f"exported_{split}"
        for is_dry_run in (True, False):
            done = import_by_api(
                cast, f"{split}-prompts.jsonl", content, format=format_, is_dry_run=is_dry_run
            )
            assert done["num_lines"] == {
                **dict.fromkeys(done["num_lines"], 0),
                "accepted": content.count(b"\n"),
            }
    second = exported_by_api(cast, "Second")

    assert first.keys() == second.keys() == {"train/prompts.jsonl", "validation/prompts.jsonl"}
    assert first == second
    assert dict(Prompt.objects.values_list("text", "split")) == splits
