"""The twins of the lines: CSV that is safe in a spreadsheet, Parquet that says the same."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.training.exporters.frozen import exported, frozen_demonstration, frozen_task, rows_of
from training.exporters.columns import COLUMNS
from training.exporters.rows import FILES
from training.exporters.twins import write_twin

RANKED = [frozen_task(1, (7, [None, 2, 1])), frozen_task(2, (7, [1, 2, 3]), category="chat")]
WRITTEN = [frozen_demonstration(n, f" Answer {n}", n) for n in range(2)]
ASKED = [{"prompt": f"Prompt {n}", "split": "train"} for n in range(2)]
RECORDS = {"rm": RANKED, "sft": WRITTEN, "ppo": ASKED, "eval": ASKED}
EVERY_FILE = [(kind, base) for kind, files in FILES.items() for base in files]


def twin_of(tmp_path: Path, kind: str, base: str, records: list[Any]) -> tuple[Any, list[Any]]:
    """The rows of the Parquet twin and of the lines of the training split."""
    from pyarrow.parquet import read_table

    out, _ = exported(tmp_path, kind, records)
    lines = out / f"train/{base}.jsonl"
    return read_table(write_twin(lines, "parquet")), rows_of(lines)


def rated(labeler: int, ranks: list[int | None], *axes: dict[str, float]) -> dict[str, Any]:
    return {"id": "r", "labeler": labeler, "ranks": ranks, "axes": list(axes)}


def test_a_cell_that_is_a_formula_stays_a_text_in_a_spreadsheet(tmp_path: Path) -> None:
    records = [frozen_demonstration(1, "=1+1", 1), frozen_demonstration(2, "a\nb", 1)]
    out, _ = exported(tmp_path, "sft", records)

    twin = write_twin(out / "train/sft.jsonl", "csv")

    assert twin is not None
    with twin.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["completion"] for row in rows] == ["'=1+1", "a\nb"]
    assert write_twin(out / "train/sft_messages.jsonl", "csv") is None


@pytest.mark.parametrize(("kind", "base"), EVERY_FILE)
def test_the_columns_of_a_file_are_known_before_its_rows(
    tmp_path: Path, kind: str, base: str
) -> None:
    out, _ = exported(tmp_path, kind, RECORDS[kind])

    for row in rows_of(out / f"train/{base}.jsonl"):
        assert list(row) == list(COLUMNS[base])


@pytest.mark.parametrize(("kind", "base"), EVERY_FILE)
def test_parquet_holds_the_same_rows(tmp_path: Path, kind: str, base: str) -> None:
    """A ranking that nothing was rated with has a null there, which the lines leave out."""
    table, rows = twin_of(tmp_path, kind, base, RECORDS[kind])

    for row in rows:
        for ranking in row.get("rankings", ()):
            ranking["axes"] = None
    assert table.to_pylist() == rows


def test_parquet_keeps_every_rating_wherever_it_stands(tmp_path: Path) -> None:
    """No ratings in the first row, an unrated completion, a whole number before 4.5, new names."""
    records = [
        frozen_task(1, (7, [1, 2, 3])),
        frozen_task(2, rankings=[rated(7, [None, 1, 2], {}, {"overall": 3}, {"overall": 4.5})]),
        frozen_task(3, rankings=[rated(7, [1, 2, 3], {"clear": 1}, {}, {"overall": 2})]),
    ]

    table, rows = twin_of(tmp_path, "rm", "ranking", records)

    found = [row["rankings"][0]["axes"] for row in table.to_pylist()]
    assert found == [
        None,
        [[], [{"name": "overall", "value": 3.0}], [{"name": "overall", "value": 4.5}]],
        [[{"name": "clear", "value": 1.0}], [], [{"name": "overall", "value": 2.0}]],
    ]
    again = [
        axes and [{one["name"]: one["value"] for one in each} for each in axes] for axes in found
    ]
    assert again == [row["rankings"][0].get("axes") for row in rows]


def test_parquet_has_the_same_columns_whatever_was_rated(tmp_path: Path) -> None:
    """So that the two splits of an export are one data set."""
    (tmp_path / "rated").mkdir()
    plain, _ = twin_of(tmp_path, "rm", "ranking", RANKED)
    ratings = rated(7, [1, 2, 3], {"overall": 1}, {"overall": 2}, {})
    of_rated, _ = twin_of(tmp_path / "rated", "rm", "ranking", [frozen_task(1, rankings=[ratings])])

    assert plain.schema == of_rated.schema
