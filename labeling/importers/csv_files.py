"""Rows of a CSV file as objects of texts under the names of their columns."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from config.strict_json import StrictJSONError
from labeling.counting_words import count_of
from labeling.importers.files import (
    CsvRecords,
    Position,
    UnreadableFile,
    check_cell,
    split_lines,
)
from labeling.importers.json_files import NumberedValue

SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
# How spreadsheets and programs write that there is nothing.
NOTHING: Final = frozenset({"", "null", "none", "nan", "na", "n/a"})


def csv_rows(pieces: Iterable[bytes], *, needed: Collection[str] = ()) -> Iterator[NumberedValue]:
    """Each row with the line where it begins; empty cells and empty rows are left out.

    Raises: UnreadableFile without a usable first line.
    """
    names: list[str] | None = None
    for record in CsvRecords(split_lines(pieces, start=Position())):
        if record.problem and names is None:
            raise UnreadableFile(record.problem)
        if record.problem:
            yield record.line, StrictJSONError(record.problem)
        elif not any(record.cells):
            continue
        elif names is None:
            names = column_names(record.cells, needed)
        else:
            yield record.line, cells_by_name(names, record.cells)
    if names is None:
        raise UnreadableFile("The file is empty: its first line names the columns.")


def column_names(cells: list[str], needed: Collection[str]) -> list[str]:
    """What stands under no name is not read."""
    names = [name.strip() for name in cells]
    for name in names:
        try:
            check_cell(name)
        except ValueError as error:
            raise UnreadableFile(f"The first line, which names the columns: {error}") from error
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        raise UnreadableFile(f"The column {twice[0][:80]!r} appears twice in the first line.")
    if missing := [name for name in needed if name not in names]:
        raise UnreadableFile(
            f"The first line names the columns; {missing[0][:80]!r} is missing. {names_in(names)}"
        )
    return names


def names_in(names: Sequence[str]) -> str:
    """What the first line holds instead, and what that looks like."""
    remedy = otherwise_separated(names)
    said = f"It holds {', '.join(map(repr, names))}"[:300]
    return f"{said}{remedy}, or as a workbook." if remedy else f"{said}."


def otherwise_separated(names: Sequence[str]) -> str:
    """The remedy where all columns look like one."""
    found = [word for mark, word in SEPARATORS.items() if len(names) == 1 and mark in names[0]]
    return f": its columns are separated by {found[0]}; save it with commas" if found else ""


def cells_by_name(names: list[str], cells: list[str]) -> dict[str, str] | StrictJSONError:
    while len(cells) > len(names) and not cells[-1]:
        # A comma too many at the end of a row, behind which nothing stands.
        cells = cells[:-1]
    if len(cells) != len(names):
        columns = count_of(len(names), "column")
        return StrictJSONError(
            f"{count_of(len(cells), 'cell')}, but the first line names {columns}."
        )
    return named_cells({name: cell for name, cell in zip(names, cells, strict=True) if name})


def named_cells(cells: Mapping[str, str]) -> dict[str, str] | StrictJSONError:
    """Those that hold something, or what is wrong with the first that cannot be stored."""
    for name, cell in cells.items():
        try:
            check_cell(cell)
        except ValueError as error:
            return StrictJSONError(f"{name[:80]}: {error}")
    return {name: cell for name, cell in cells.items() if cell}


def is_nothing(cell: str) -> bool:
    return cell.strip().lower() in NOTHING


def read_cell_number(value: object) -> float:
    """A number as a spreadsheet writes it: 3 and 3.0 alike."""
    try:
        number = float(str(value).strip())
    except ValueError as error:
        raise ValueError("A number.") from error
    if not abs(number) < 2**31:
        raise ValueError("A number.")
    return number


def read_cell_rank(value: object) -> int | None:
    """None for what was not ranked: nothing at all, or a number below 0."""
    if is_nothing(str(value)):
        return None
    rank = read_cell_number(value)
    if rank != int(rank):
        raise ValueError("A rank is a whole number.")
    return None if rank < 0 else int(rank)
