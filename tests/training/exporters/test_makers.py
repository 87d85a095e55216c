"""Several processes export the same bytes as one (R49, R50)."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.training.exporters.frozen import exported, frozen_task, wanted_of
from training.exporters import groups, makers
from training.exporters.line_files import LineFile
from training.exporters.records import Pseudonyms
from training.exporters.writing import Progress, write_on

NUM_RECORDS = 61


def crowd() -> list[dict[str, Any]]:
    """New labelers come all the time, two of them in a task that says the same of both."""
    return [
        frozen_task(
            n,
            (n % 11, [1, 2, 3]),
            (500 - n, [1, 2, 3]),
            (n // 3 + 20, [2, None, 1]),
            split=("train", "validation")[n % 3 == 0],
        )
        for n in range(1, NUM_RECORDS + 1)
    ]


def regulars() -> list[dict[str, Any]]:
    return [frozen_task(n, (n % 5 + 1, [1, 1, 2])) for n in range(1, NUM_RECORDS + 1)]


def talkers() -> list[dict[str, Any]]:
    """A group, and what it is made into, is longer than any pipe."""
    return [
        frozen_task(n, (n, [1, 2, 3]), prompt=f"{n}" + "x" * makers.PIPE_BYTES)
        for n in range(1, 31)
    ]


@pytest.fixture
def by_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "UNITS_PER_GROUP", 5)
    monkeypatch.setattr(groups, "UNITS_PER_MEMBER", 5)
    monkeypatch.setattr(makers, "WORTHWHILE_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 3)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.parent != folder]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(files)}


def written(folder: Path, records: list[dict[str, Any]], **how: Any) -> tuple[Path, Progress]:
    folder.mkdir()
    (folder / "out").mkdir()
    wanted = wanted_of(folder, "rm", records, [3, 21], **how)
    return folder / "out", write_on(wanted, folder / "out", lambda: True)


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize(
    "records", [crowd(), regulars(), talkers()], ids=["crowd", "regulars", "talkers"]
)
def test_they_write_what_one_writes(
    tmp_path: Path, request: pytest.FixtureRequest, records: list[Any], is_compressed: bool
) -> None:
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr(groups, "UNITS_PER_MEMBER", 5)
        expected, progress = written(tmp_path / "one", records, is_compressed=is_compressed)
    request.getfixturevalue("by_hands")

    found, others = written(tmp_path / "several", records, is_compressed=is_compressed)

    assert contents(found) == contents(expected)
    assert others == progress
    assert len(contents(found)) == 8


def test_they_go_on_where_they_were_cut_off(tmp_path: Path, by_hands: None) -> None:
    expected, _ = exported(tmp_path, "rm", crowd())
    folder = tmp_path / "again"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "rm", crowd())
    looks = iter([True, True, False] * 4)

    seen = []
    while not (progress := write_on(wanted, folder, lambda: next(looks, True))).is_over:
        seen.append(progress.tally.num_records)

    assert seen == [10, 20, 30, 40]
    assert contents(folder) == contents(expected)


def test_a_process_that_is_gone_is_not_missed(
    tmp_path: Path, by_hands: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = exported(tmp_path, "rm", crowd(), [3, 21])
    monkeypatch.setattr(sys, "executable", "false")

    found, _ = written(tmp_path / "several", crowd())

    assert contents(found) == contents(expected)


@pytest.mark.parametrize("killed", [0, 4, 7])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_what_a_killed_process_was_told_to_write_is_written(
    tmp_path: Path,
    by_hands: None,
    monkeypatch: pytest.MonkeyPatch,
    is_compressed: bool,
    killed: int,
) -> None:
    """The first of the eight groups that others write, a later one, or the last of all: nobody
    asks after that one any more. Five are made here: their labelers were given numbers meanwhile.
    """
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr(makers, "HANDS_AT_MOST", 0)
        expected, progress = written(tmp_path / "one", regulars(), is_compressed=is_compressed)
    told = iter(range(NUM_RECORDS))

    class Mortal(makers.Hand):
        def write(self, group: groups.Group, files: Sequence[LineFile]) -> None:
            if next(told) == killed:
                self._process.kill()
                self._process.wait()
            super().write(group, files)

    monkeypatch.setattr(makers, "Hand", Mortal)

    found, others = written(tmp_path / "several", regulars(), is_compressed=is_compressed)

    assert contents(found) == contents(expected)
    assert others == progress
    assert next(told) > killed


def test_what_is_no_record_is_refused_as_without_them(
    tmp_path: Path, by_hands: None, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "rm", [*regulars(), {"split": "train", "task_id": 1}])

    with pytest.raises(ValueError, match="unpack"):
        write_on(wanted, folder, lambda: True)

    assert "ValueError" in capfd.readouterr().err


def test_little_is_written_without_them() -> None:
    """Nor is what has no rankings, where a unit may be several records."""
    shape = groups.Shape("rm", ["ranking"])
    for num_bytes, kind in ((makers.WORTHWHILE_BYTES, "rm"), (10**12, "sft")):
        with makers.makers_of(
            groups.Shape(kind, shape.files), Pseudonyms(), {}, num_bytes=num_bytes
        ) as chosen:
            assert not chosen._hands
