"""What of a file has no place here is said, with how many rows hold it: nothing goes in silence."""

import io
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command

from labeling.importers.not_kept import MAX_PLACES, OTHERS
from labeling.importers.records import LeftOut
from labeling.models import Ranking
from labeling.services.judgment_import_slices import ROWS_PER_SLICE
from tests.labeling.import_samples import (
    SAMPLES,
    TIDES,
    array,
    benchmark,
    lines,
    message,
    read,
    scored,
    summaries_compared,
    summary_rated,
    table,
    tree,
)
from tests.labeling.test_judgment_import_jobs import json_lines, run_through, upload

# Of each format's sample; of those that are not here everything is kept.
NOT_KEPT: Mapping[str, Mapping[str, int]] = {
    "judge-bench": {"annotations.engaging.mean_human": 2},
    "label-studio": {
        "annotations.id": 1,
        "annotations.result.from_name": 1,
        "annotations.result.id": 1,
        "annotations.result.to_name": 1,
        "data.items.title": 1,
    },
    "oasst": {"prompt.replies.lang": 1, "tree_state": 1},
    "self-instruct": {"is_classification": 1, "name": 1},
    "summarize": {"extra.confidence": 1, "summaries.note": 1},
    "summarize-axes": {"batch": 2, "summary.axes.compatible": 2},
    "tulu": {"instance_index": 2},
    "ultrafeedback": {
        "completions.annotations.helpfulness.Rationale": 1,
        "completions.annotations.honesty.Rationale": 1,
        "models": 1,
        "source": 1,
    },
    "webgpt": {"question.dataset": 1},
    "wmt-csv": {"srcIndex": 2},
    "wmt-xml": {"HIT.block-id": 1, "HIT.hit-id": 1},
}


def not_kept(found: list[Any]) -> dict[str, int]:
    """By place, of all rows."""
    total = Counter[str]()
    for one in found:
        total.update(getattr(one, "not_kept", {}))
    return dict(total)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_format_says_what_it_does_not_keep(name: str) -> None:
    assert not_kept(read(name, SAMPLES[name]())) == NOT_KEPT.get(name, {})


def test_what_is_empty_is_nothing_to_keep() -> None:
    nothing = summaries_compared(extra={"confidence": None}, note="", tags=[], more={"a": {}})

    assert "extra.confidence" not in not_kept(read("summarize", lines(nothing)))
    assert not_kept(read("summarize", lines(nothing | {"tags": [0], "flag": False}))) == {
        "summaries.note": 1,
        "tags": 1,
        "flag": 1,
    }


def test_the_rows_of_one_record_are_counted_and_what_is_asked_of_one_is_known_in_all() -> None:
    """The split stands in every row of a worker and is read from the first."""
    rated = [summary_rated(f" Summary {n}.", n + 1, seconds=n) for n in range(3)]

    (found,) = read("summarize-axes", lines(*rated))

    assert found.split == "validation"
    assert found.not_kept == {"batch": 3, "seconds": 3, "summary.axes.compatible": 3}


def test_replies_to_replies_go_by_one_name_and_a_tree_is_one_row() -> None:
    deep = message("Sure?", "prompter", replies=[message("Yes.", labels={"spam": {"value": 0.1}})])
    reply = message("Moon.", rank=0, replies=[deep])

    (found,) = read("oasst", lines(tree(reply, message("Sun.", rank=1, labels={"spam": 0}))))

    assert found.not_kept["prompt.replies.labels.spam.value"] == 1
    assert found.not_kept["prompt.replies.labels.spam"] == 1


def test_a_column_that_is_not_chosen_is_named() -> None:
    content = table(
        ["prompt", "completion_a", "completion_b", "better", "sure", "empty"],
        [TIDES, "Moon.", "Sun.", "a", "very", ""],
        [TIDES, "Moon.", "Stars.", "b", "", ""],
    )

    assert not_kept(read("csv", content, preferred="better")) == {"sure": 1}


def test_what_is_left_out_or_broken_keeps_nothing_and_says_so_already() -> None:
    same = [{"text": " Same.", "policy": "sup4", "note": "ok"}] * 2
    left, broken = read(
        "summarize", lines(summaries_compared(summaries=same), summaries_compared(choice=3))
    )

    assert isinstance(left, LeftOut)
    assert isinstance(broken, list)


def test_the_second_metric_of_a_benchmark_is_named() -> None:
    texts = [scored("Moon!", 5, 4), scored("Sun.", 2, 1)]
    for one in texts:
        one["annotations"]["clear"] = {"individual_human_scores": [1, 0]}

    found = not_kept(read("judge-bench", benchmark(*texts)))

    assert found["annotations.clear.individual_human_scores"] == 2


@pytest.mark.django_db
def test_an_import_in_slices_adds_up_what_a_trial_and_the_command_say(rosa, tmp_path) -> None:
    rows = [
        summaries_compared(worker=f"w{n}", extra={"confidence": n % 9})
        for n in range(ROWS_PER_SLICE + 5)
    ]
    content = json_lines(*rows)
    path = tmp_path / "compared.jsonl"
    path.write_bytes(content)

    tried = run_through(rosa, upload(rosa, content, format="summarize", is_dry_run=True))
    done = run_through(rosa, upload(rosa, content, format="summarize"))
    out = io.StringIO()
    call_command("import_judgments", "summarize", str(path), "--dry-run", stdout=out)

    expected = {"extra.confidence": len(rows), "summaries.note": len(rows)}
    assert tried["not_kept"] == done["not_kept"] == expected
    assert Ranking.objects.count() == len(rows)
    assert f"not kept: extra.confidence, of {len(rows)} rows" in out.getvalue().splitlines()


@pytest.mark.django_db
def test_a_file_of_endless_names_says_the_first_of_them(rosa) -> None:
    items = [summaries_compared(worker=f"w{n}", **{f"odd {n}": n}) for n in range(MAX_PLACES + 20)]

    done = run_through(rosa, upload(rosa, array(*items), format="summarize"))

    assert len(done["not_kept"]) == MAX_PLACES + 1
    assert sum(done["not_kept"].values()) == 3 * len(items)
    assert done["not_kept"][OTHERS] > 0
