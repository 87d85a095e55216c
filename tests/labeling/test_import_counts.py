"""The numbers of an import's report add up, in rows of the file whatever a row becomes (R42)."""

import io
import json
from typing import Any
from unittest.mock import patch

import pytest

from labeling.importers.formats import FORMATS
from labeling.importers.json_files import json_rows
from labeling.importers.table_files import table_rows
from labeling.models import JudgmentImport
from labeling.services import judgment_import_slices as slices
from labeling.services.import_counts import RowOutcome
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments
from tests.cast import Cast, client_of
from tests.labeling.import_samples import (
    SAMPLES,
    WMT_COLUMNS,
    array,
    lines,
    some_tree,
    steered,
    table,
    tree,
    wmt_pair,
)
from tests.labeling.judgment_files import duel

pytestmark = pytest.mark.django_db

Numbers = tuple[int, int, int, int, int]


def report_of(name: str, content: bytes, *, is_study: bool = True) -> JudgmentImportReport:
    known = FORMATS[name]
    rows = known.read(io.BytesIO(content), known.choices_of({}))
    target = Target(name, f"Of {name} {is_study}", is_study=is_study)
    return import_judgments(rows, target=target, dry_run=False, on_progress=id)


def numbers(report: JudgmentImportReport) -> Numbers:
    """Read; stored, with nothing new, left out, broken."""
    num = report.rows.by_outcome()
    return (
        report.num_read,
        num[RowOutcome.STORED],
        num[RowOutcome.SKIPPED],
        num[RowOutcome.LEFT_OUT],
        num[RowOutcome.BROKEN],
    )


def num_rows_in(name: str, content: bytes) -> int:
    """Counted without the format's reader."""
    if name == "judge-bench":
        return len(json.loads(content)["instances"])
    if name == "wmt-xml":
        return content.count(b"<ranking-result ")
    rows = table_rows if name in {"csv", "tulu", "wmt-csv"} else json_rows
    return len(list(rows(io.BytesIO(content))))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_rows_stored_with_nothing_new_left_out_and_broken_are_those_of_the_file(name: str) -> None:
    content = SAMPLES[name]()
    num_rows = num_rows_in(name, content)

    first, again = report_of(name, content), report_of(name, content)

    for found in (first, again):
        read, *by_outcome = numbers(found)
        assert read == sum(by_outcome) == num_rows
    assert numbers(first)[1] > 0
    assert numbers(again)[1] == 0


BROKEN_PAIR = wmt_pair("b", "c", (2, 3), 2)
BROKEN_PAIR[6] = "x"
FILES: list[tuple[str, bytes, Numbers]] = [
    (
        "wmt-csv",
        table(
            WMT_COLUMNS,
            *[wmt_pair(*pair, 1) for pair in (("a", "b", (1, 2)), ("a", "c", (1, 3)))],
            wmt_pair("a", "b", (1, 2), 2),
            BROKEN_PAIR,
            wmt_pair("a", "b", (-1, -1), 3),
        ),
        (5, 2, 0, 1, 2),
    ),
    # A tree is two tasks, and one without replies to compare is none.
    ("oasst", lines(some_tree(), some_tree(), tree(), "no object"), (4, 1, 1, 1, 1)),
    (
        "helpsteer2",
        lines(
            *[steered(text, n) for n, text in enumerate("abc")],
            *[steered(text, n, prompt="Another?") for n, text in enumerate("ab")],
            steered("a", 1, prompt="Alone?"),
            steered("a", 7, prompt="Broken?"),
        ),
        (7, 5, 0, 1, 1),
    ),
    (
        "pandalm",
        array(
            duel(0),
            duel(0),
            duel(1, response1=5),
            duel(2, annotator1=None, annotator2=None, annotator3=None),
        ),
        (4, 1, 1, 1, 1),
    ),
    # What the second row breaks is the whole task, which was stored before.
    ("pandalm", array(duel(0), duel(0, response1="Otherwise.")), (2, 1, 0, 0, 1)),
]


@pytest.mark.parametrize(("name", "content", "expected"), FILES)
def test_rows_that_are_several_tasks_or_part_of_one_count_once(
    name: str, content: bytes, expected: Numbers
) -> None:
    assert numbers(report_of(name, content)) == expected


def test_a_file_that_is_none_has_no_row() -> None:
    report = report_of("judge-bench", b"[]")

    assert numbers(report) == (0, 0, 0, 0, 0)
    assert [error.line for error in report.errors] == [0]


@pytest.mark.parametrize("is_dry_run", [True, False])
@pytest.mark.parametrize(("name", "content", "expected"), FILES)
def test_the_page_adds_up_the_same_numbers_slice_by_slice(
    cast: Cast, name: str, content: bytes, expected: Numbers, is_dry_run: bool
) -> None:
    """A slice ends where a row does: the two tasks of a tree are one row stored."""
    browser, address = client_of(cast.rosa), "/api/judgment-imports/"
    wanted: dict[str, Any] = {
        "file_name": name,
        "num_bytes": len(content),
        "format": name,
        "dataset": name,
        "is_dry_run": is_dry_run,
    }
    opened = browser.post(address, wanted, format="json").json()
    one = f"{address}{opened['id']}/"
    browser.generic("PUT", f"{one}chunks/0/", content, content_type="application/octet-stream")

    with patch.object(slices, "ROWS_PER_SLICE", 1):
        slices.import_judgments_for(5.0)

    shown = browser.get(one).json()
    names = ("read", "stored", "skipped", "left_out", "broken")
    assert shown["state"] == "done"
    assert tuple(shown[f"num_rows_{name}"] for name in names) == expected
    assert JudgmentImport.objects.get().num_rows_read == expected[0]
