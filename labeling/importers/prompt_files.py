"""Files of prompts, read from any place on in constant memory: JSON Lines and CSV."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from config.strict_json import StrictJSONError, check_text
from labeling.catalogue import PROMPT_FLAGS
from labeling.importers.prompts import (
    BYTE_ORDER_MARK,
    MAX_TEXT_CHARACTERS,
    READERS,
    PromptRow,
    RowError,
    read_fields,
    read_prompt_row,
)

# The longest text, every character of it escaped, with room for the other fields.
MAX_LINE_BYTES: Final = 2_500_000

JSON_LINES_ENDINGS: Final = (".jsonl", ".ndjson")
CSV_ENDINGS: Final = (".csv",)

CSV_COLUMNS: Final = (*(name for name in READERS if name != "flags"), *PROMPT_FLAGS)
ANSWERS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


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


@dataclass(frozen=True)
class FileRow:
    """A row with the line where it begins, counted from 1; None stands for a blank line."""

    line: int
    end: Position
    row: PromptRow | list[RowError] | None


def is_csv(file_name: str) -> bool:
    return file_name.lower().endswith(CSV_ENDINGS)


def is_prompt_file(file_name: str) -> bool:
    return file_name.lower().endswith((*JSON_LINES_ENDINGS, *CSV_ENDINGS))


def split_lines(pieces: Iterable[bytes], *, start: Position) -> Iterator[FileLine]:
    """The lines of the bytes from ``start`` on; a piece may end anywhere."""
    kept = bytearray()
    num_bytes, num_lines = start.num_bytes, start.num_lines
    length = 0
    for piece in pieces:
        for part in piece.splitlines(keepends=True) if piece else ():
            kept += part[: MAX_LINE_BYTES - len(kept)]
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


def read_json_lines(lines: Iterable[FileLine]) -> Iterator[FileRow]:
    for line in lines:
        number = line.end.num_lines
        content = line.content.removeprefix(BYTE_ORDER_MARK) if number == 1 else line.content
        if not line.is_whole:
            yield FileRow(number, line.end, [RowError(number, "", too_long())])
        elif content.strip():
            yield FileRow(number, line.end, read_prompt_row(content, number))
        else:
            yield FileRow(number, line.end, None)


def too_long() -> str:
    return f"The line is longer than {MAX_LINE_BYTES / 1_000_000:g} MB."


def read_csv_header(lines: Iterable[FileLine]) -> tuple[list[str], Position]:
    """The names of the columns, and where the first row begins.

    Raises: UnreadableFile.
    """
    for record in CsvRecords(lines):
        names = [name.strip().removeprefix("\ufeff") for name in record.cells]
        if unknown := [name for name in names if name not in CSV_COLUMNS]:
            raise UnreadableFile(
                f"The column {unknown[0][:80]!r} is not one of {', '.join(CSV_COLUMNS)}."
            )
        if len(set(names)) < len(names):
            raise UnreadableFile("A column appears twice in the first line.")
        if "text" not in names:
            raise UnreadableFile('The first line names the columns; "text" is missing.')
        return names, record.end
    raise UnreadableFile("The file is empty: its first line names the columns.")


def read_csv_rows(lines: Iterable[FileLine], *, names: list[str]) -> Iterator[FileRow]:
    for record in CsvRecords(lines):
        if record.problem:
            row: PromptRow | list[RowError] | None = [RowError(record.line, "", record.problem)]
        elif not record.cells:
            row = None
        elif len(record.cells) != len(names):
            said = f"{len(record.cells)} cells, but the first line names {len(names)} columns."
            row = [RowError(record.line, "", said)]
        else:
            row = read_cells(dict(zip(names, record.cells, strict=True)), record.line)
        yield FileRow(record.line, record.end, row)


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
        self._reader = csv.reader(self._texts(), strict=True)

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            self._end = line.end
            if not self._first_line:
                self._first_line = line.end.num_lines
            # Bytes that are no UTF-8 come out as half surrogates, which no row may hold.
            yield line.content.decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[CsvRecord]:
        while True:
            self._first_line = 0
            try:
                cells, problem = next(self._reader), ""
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], f"Not CSV: {error}."
            yield CsvRecord(self._first_line, self._end, cells, problem)


def read_cells(cells: dict[str, str], line: int) -> PromptRow | list[RowError]:
    """An empty cell says nothing; a flag's column holds true or false."""
    row: dict[str, object] = {}
    flags: dict[str, bool] = {}
    errors: list[RowError] = []
    for name, cell in cells.items():
        try:
            check_cell(cell)
            if name not in PROMPT_FLAGS:
                row |= {name: cell} if cell else {}
            elif cell.strip():
                flags[name] = read_answer(cell)
        except ValueError as error:
            errors.append(RowError(line, name, str(error)))
    if errors:
        return errors
    return read_fields({**row, "flags": flags}, line)


def check_cell(cell: str) -> None:
    """Raises: ValueError."""
    try:
        check_text(cell, "")
    except StrictJSONError as error:
        said = "NUL characters cannot be stored." if "\0" in cell else "The text is not UTF-8."
        raise ValueError(said) from error


def read_answer(cell: str) -> bool:
    answer = ANSWERS.get(cell.strip().lower())
    if answer is None:
        raise ValueError("This is true, false or empty.")
    return answer
