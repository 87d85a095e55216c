"""Rows that a job writes as it goes, so that a stop or a crash loses none and nothing is redone.

Every process appends to a file of its own; the finished rows are published as one.
"""

import json
from collections.abc import Iterable, Mapping
from os import SEEK_END
from pathlib import Path
from typing import Any

from training.ml.checkpointing import write_durably

Row = dict[str, Any]


class Drafts:
    """The unfinished rows of a kind in a job's output folder."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self.kind = kind

    def append(self, rank: int, rows: Iterable[Mapping[str, Any]]) -> None:
        append_lines(self.folder / f".{self.kind}-{rank}.jsonl", map(line_of, rows))

    def read(self) -> list[Row]:
        """What all processes have written, an earlier attempt's included."""
        drafts = sorted(self.folder.glob(f".{self.kind}-*.jsonl"))
        whole = b"".join(_whole_lines(path.read_bytes()) for path in drafts)
        return [json.loads(line) for line in whole.splitlines()]

    def publish(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """The finished rows in their order, in one file."""
        write_durably(self.folder / f"{self.kind}.jsonl", "".join(map(line_of, rows)))


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Append whole lines. Half of one, left by an attempt that was killed or found the disk full,
    goes first: what stands behind it would be lost with it.
    """
    with path.open("a+b") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 1))
        if size and file.read() != b"\n":
            file.seek(0)
            file.truncate(len(_whole_lines(file.read())))
        file.write("".join(lines).encode())


def line_of(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _whole_lines(raw: bytes) -> bytes:
    """All but half a line at the end, which a crash cut short: its row is made again."""
    return raw[: raw.rfind(b"\n") + 1]
