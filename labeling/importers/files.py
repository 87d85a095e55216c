"""Files read piece by piece in constant memory: lines, CSV records, the items of a JSON array."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from config.strict_json import StrictJSONError, check_text

# Longer than any context that a model here reads; it keeps one row from being a whole book.
MAX_TEXT_CHARACTERS: Final = 200_000
# The longest text, every character of it escaped, with room for the other fields.
MAX_LINE_BYTES: Final = 2_500_000
PIECE_BYTES: Final = 1_000_000

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
# How files begin that data sets come in as well, and that hold no line of text.
OTHER_KINDS: Final = {
    b"PAR1": "a Parquet file",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"\xfd7zXZ\x00": "packed with xz",
    b"BZh": "packed with bzip2",
    b"7z\xbc\xaf\x27\x1c": "packed with 7-Zip",
    b"\xd0\xcf\x11\xe0": "an old workbook (XLS)",
    b"%PDF": "a PDF",
}
# What matters outside a string of JSON, and inside.
STRUCTURE: Final = re.compile(rb'["\[\]{},]')
STRING_END: Final = re.compile(rb'["\\]')


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says what to change."""


@dataclass(frozen=True)
class Position:
    """A place between two rows: how many bytes and lines lie before it."""

    num_bytes: int = 0
    num_lines: int = 0


@dataclass(frozen=True)
class FileLine:
    """``end`` is the place behind it; ``is_whole`` is False where the line was too long to keep."""

    content: bytes
    end: Position
    is_whole: bool


def check_encoding(beginning: bytes) -> None:
    """Raises: UnreadableFile."""
    if beginning.startswith(UTF_16_MARKS):
        raise UnreadableFile("The file is UTF-16; save it as UTF-8.")
    for mark, kind in OTHER_KINDS.items():
        if beginning.startswith(mark):
            raise UnreadableFile(f"The file is {kind}; save it as text first: JSON Lines or CSV.")


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def split_lines(
    pieces: Iterable[bytes], *, start: Position, at_most: int = MAX_LINE_BYTES
) -> Iterator[FileLine]:
    """The lines of the bytes from ``start`` on; a piece may end anywhere."""
    kept = bytearray()
    num_bytes, num_lines = start.num_bytes, start.num_lines
    length = 0
    for piece in pieces:
        for part in piece.splitlines(keepends=True) if piece else ():
            kept += part[: at_most - len(kept)]
            length += len(part)
            if part.endswith(b"\n"):
                num_bytes, num_lines = num_bytes + length, num_lines + 1
                end = Position(num_bytes, num_lines)
                yield FileLine(bytes(kept), end, is_whole=len(kept) == length)
                kept.clear()
                length = 0
    if length:
        end = Position(num_bytes + length, num_lines + 1)
        yield FileLine(bytes(kept), end, is_whole=len(kept) == length)


def too_long(at_most: int = MAX_LINE_BYTES) -> str:
    return f"The line is longer than {at_most / 1_000_000:g} MB."


@dataclass(frozen=True)
class CsvRecord:
    line: int
    end: Position
    cells: list[str]
    problem: str = ""


class CsvRecords:
    """The records of a CSV file with the place behind each; a broken one does not end the file."""

    def __init__(self, lines: Iterable[FileLine]) -> None:
        # For the whole process; every reader here wants the same.
        csv.field_size_limit(MAX_TEXT_CHARACTERS + 1)
        self._lines = iter(lines)
        self._end = Position()
        self._first_line = 0
        self._is_cut = False
        self._reader = csv.reader(self._texts(), strict=True)

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            self._end = line.end
            if not self._first_line:
                self._first_line = line.end.num_lines
            self._is_cut |= not line.is_whole
            content = line.content
            if line.end.num_lines == 1:
                check_encoding(content)
                # Before the reader sees it: a name in quotes begins with the quote.
                content = content.removeprefix(BYTE_ORDER_MARK)
            # Bytes that are no UTF-8 come out as half surrogates, which no row may hold.
            yield content.decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[CsvRecord]:
        while True:
            self._first_line = 0
            self._is_cut = False
            try:
                cells = next(self._reader)
                problem = too_long() if self._is_cut else ""
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], csv_problem(error)
            yield CsvRecord(self._first_line, self._end, cells, problem)


def csv_problem(error: csv.Error) -> str:
    """What is wrong, in the words of whoever saved the file."""
    said = str(error)
    if said.startswith("field larger"):
        return f"A cell is longer than {MAX_TEXT_CHARACTERS:,} characters."
    if said.startswith("new-line character"):
        return "A line ends with a carriage return alone; save the file with other line ends."
    if said == "unexpected end of data":
        return "A quote is opened and never closed: the file ends within a cell."
    if "expected after" in said:
        return "Something follows a closing quote: within quotes, a quote is written twice."
    return f"Not CSV: {said}."


def check_cell(cell: str) -> None:
    """Raises: ValueError."""
    try:
        check_text(cell, "")
    except StrictJSONError as error:
        if "\0" in cell:
            raise ValueError("NUL characters cannot be stored.") from error
        raise ValueError("The text is not UTF-8; save the file as CSV in UTF-8.") from error
