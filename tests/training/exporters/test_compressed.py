"""Gzipped lines say what plain ones say, to the byte, and go on where they were cut off."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.exporters.frozen import exported, frozen_task, wanted_of
from training.exporters.data_card import CardFacts, write_card
from training.exporters.groups import UNITS_PER_MEMBER
from training.exporters.twins import write_twin
from training.exporters.writing import write_on

FACTS = CardFacts("Spring", "rm", "the prompt's own", {}, "ab" * 32, [], 0)


def many(number: int) -> list[dict[str, Any]]:
    return [
        frozen_task(n, (n % 7, [1, 2, 3]), split=("train", "validation")[n % 10 == 0])
        for n in range(number)
    ]


def compressed(folder: Path, records: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    progress = write_on(wanted_of(folder, "rm", records, is_compressed=True), folder, lambda: True)
    write_card(folder, FACTS, progress)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.gz"))
    }


def test_it_unfolds_to_the_plain_files(tmp_path: Path) -> None:
    records = many(UNITS_PER_MEMBER * 2 + 7)
    plain, progress = exported(tmp_path, "rm", records)

    packed = contents(compressed(tmp_path / "packed", records))

    assert packed.keys() == {f"{name}.gz" for name in progress.num_rows}
    for name, content in packed.items():
        unfolded = (plain / name.removesuffix(".gz")).read_bytes()
        assert gzip.decompress(content) == unfolded
        assert len(content) < len(unfolded) / 4


def test_the_card_and_the_manifest_name_the_compressed_files(tmp_path: Path) -> None:
    folder = compressed(tmp_path / "packed", many(11))

    assert (
        "  - split: validation\n    path: validation/ranking.jsonl.gz\n"
        in (folder / "README.md").read_text()
    )
    said = json.loads((folder / "manifest.json").read_text())["files"]
    assert said["train/ranking.jsonl.gz"]["rows"] == 9
    assert said["train/ranking.jsonl.gz"]["bytes"] == len(
        contents(folder)["train/ranking.jsonl.gz"]
    )


@pytest.mark.parametrize("damage", ["none", "files ahead of the state", "many short steps"])
def test_one_that_was_cut_off_goes_on_to_the_same_bytes(tmp_path: Path, damage: str) -> None:
    """R49: the same snapshot is the same files, however often a worker had to leave it."""
    records = many(UNITS_PER_MEMBER * 3 + 5)
    whole = contents(compressed(tmp_path / "whole", records))
    folder = tmp_path / "again"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "rm", records, is_compressed=True)

    # As many looks as are no: the first of each call begins what the last one had left.
    looks = iter([True, False] * (9 if damage == "many short steps" else 1))
    progress = write_on(wanted, folder, lambda: next(looks, True))
    assert (progress.is_over, progress.tally.num_records) == (False, UNITS_PER_MEMBER)
    if damage == "files ahead of the state":
        with (folder / "train/ranking.jsonl.gz").open("ab") as file:
            file.write(gzip.compress(b'{"task": 1001, "pro'))
    while not progress.is_over:
        progress = write_on(wanted, folder, lambda: next(looks, True))

    assert contents(folder) == whole


def test_a_twin_is_made_of_compressed_lines_too(tmp_path: Path) -> None:
    folder = compressed(tmp_path / "packed", many(11))

    twin = write_twin(folder / "train/unpaired.jsonl.gz", "csv")

    assert twin == folder / "train/unpaired.csv"
    with twin.open(newline="") as file:
        assert [row["completion"] for row in csv.DictReader(file)][:2] == ["Answer 0", "Answer 2"]
    assert write_twin(folder / "train/ranking.jsonl.gz", "csv") is None
