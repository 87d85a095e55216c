"""Files of prompts, read from any place on in constant memory: JSON Lines and CSV."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from labeling.catalogue import PROMPT_QUESTIONS
from labeling.counting_words import count_of
from labeling.importers.csv_files import otherwise_separated
from labeling.importers.files import (
    BYTE_ORDER_MARK,
    CsvRecords,
    FileLine,
    Position,
    UnreadableFile,
    check_cell,
    check_encoding,
    too_long,
)
from labeling.importers.prompts import (
    READERS,
    PromptRow,
    RowError,
    read_fields,
    read_prompt_row,
)

JSON_LINES_ENDINGS: Final = (".jsonl", ".ndjson")
CSV_ENDINGS: Final = (".csv",)

CSV_COLUMNS: Final = (*(name for name in READERS if name != "flags"), *PROMPT_QUESTIONS)
ANSWERS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


# A line that is not blank, and its number.
ReadLine = Callable[[bytes, int], PromptRow | list[RowError]]


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


def read_json_lines(
    lines: Iterable[FileLine], read: ReadLine = read_prompt_row
) -> Iterator[FileRow]:
    for line in lines:
        number = line.end.num_lines
        if number == 1:
            check_encoding(line.content)
        content = line.content.removeprefix(BYTE_ORDER_MARK) if number == 1 else line.content
        if not line.is_whole:
            yield FileRow(number, line.end, [RowError(number, "", too_long())])
        elif content.strip():
            yield FileRow(number, line.end, read(content, number))
        else:
            yield FileRow(number, line.end, None)


def read_csv_header(lines: Iterable[FileLine]) -> tuple[list[str], Position]:
    """The names of the columns, and where the first row begins.

    Raises: UnreadableFile.
    """
    for record in CsvRecords(lines):
        if record.problem:
            raise UnreadableFile(record.problem)
        names = [name.strip() for name in record.cells]
        if unknown := [name for name in names if name not in CSV_COLUMNS]:
            raise UnreadableFile(
                f"The column {unknown[0][:80]!r} is not one of {', '.join(CSV_COLUMNS)}"
                f"{otherwise_separated(names)}."
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
        elif not any(record.cells):
            row = None
        elif len(record.cells) != len(names):
            columns = count_of(len(names), "column")
            said = f"{count_of(len(record.cells), 'cell')}, but the first line names {columns}."
            row = [RowError(record.line, "", said)]
        else:
            row = read_cells(dict(zip(names, record.cells, strict=True)), record.line)
        yield FileRow(record.line, record.end, row)


def read_cells(cells: dict[str, str], line: int) -> PromptRow | list[RowError]:
    """An empty cell says nothing; the column of a flag or a tag holds true or false."""
    row: dict[str, object] = {}
    flags: dict[str, bool] = {}
    errors: list[RowError] = []
    for name, cell in cells.items():
        try:
            check_cell(cell)
            if name not in PROMPT_QUESTIONS:
                row |= {name: cell} if cell else {}
            elif cell.strip():
                flags[name] = read_answer(cell)
        except ValueError as error:
            errors.append(RowError(line, name, str(error)))
    if errors:
        return errors
    return read_fields({**row, "flags": flags}, line)


def read_answer(cell: str) -> bool:
    answer = ANSWERS.get(cell.strip().lower())
    if answer is None:
        raise ValueError("This must be true, false or empty.")
    return answer
