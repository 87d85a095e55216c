"""A file that was given under the name of another format: told once, with the names that fit it."""

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import BinaryIO, Final, cast

from labeling.importers.files import UnreadableFile
from labeling.importers.formats import FORMATS
from labeling.importers.json_files import json_rows
from labeling.importers.prompts import RowError
from labeling.importers.reading import MISSING
from labeling.importers.records import Choices, DataFormat, Demonstrated, JudgedTask, NumberedRow

# So many broken rows at the beginning, and nothing but them, are no accident.
NUM_ROWS: Final = 20
# What is looked at to find a format that fits: enough for a few rows of any.
BEGINNING_BYTES: Final = 1_000_000
NUM_TRIED: Final = 3
MAX_SAID: Final = 300


def read_as(known: DataFormat, file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    """The rows of the file. Where the first ones are all broken, what it looks like instead is said
    before what is wrong with the first of them.
    """
    kept = _Kept(file)
    rows = known.read(cast(BinaryIO, kept), choices)
    first: list[NumberedRow] = []
    for number, row in islice(rows, NUM_ROWS):
        first.append((number, row))
        if not isinstance(row, list):
            break
    if first and all(isinstance(row, list) for _, row in first):
        if len(first) < NUM_ROWS:
            # The reader is done, perhaps with the first bytes, and what follows is nobody's.
            with suppress(OSError, EOFError, zlib.error, UnreadableFile):
                kept.read(BEGINNING_BYTES)
        number, errors = first[0]
        errors = cast(list[RowError], errors)
        if hint := _hint(known, bytes(kept.beginning), errors):
            first[0] = number, [RowError(number, "", hint), *errors]
    yield from first
    yield from rows


def _hint(known: DataFormat, beginning: bytes, errors: Sequence[RowError]) -> str:
    fitting = [
        other.name for other in FORMATS.values() if other is not known and _fits(other, beginning)
    ]
    if fitting:
        return f"The file is not of the format {known.name}; it reads as {' or '.join(fitting)}."
    # What is there matters where something else is not.
    is_missed = any(one.message == MISSING and "." not in one.field for one in errors)
    if is_missed and (names := _names_of_first(beginning)):
        return f"A row of the file holds {', '.join(map(repr, names))}"[:MAX_SAID] + "."
    return ""


def _fits(other: DataFormat, beginning: bytes) -> bool:
    """Whether a reader makes something of the first rows, with nothing chosen."""
    rows = other.read(io.BytesIO(beginning), other.choices_of({}))
    return any(isinstance(row, JudgedTask | Demonstrated) for _, row in islice(rows, NUM_TRIED))


def _names_of_first(beginning: bytes) -> list[str]:
    try:
        value = next((value for _, value in json_rows(io.BytesIO(beginning))), None)
    except UnreadableFile:
        return []
    return list(value) if isinstance(value, dict) else []


class _Kept(io.RawIOBase):
    """The file, and what was read of its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.beginning = bytearray()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.beginning += content[: BEGINNING_BYTES - len(self.beginning)]
        return content
