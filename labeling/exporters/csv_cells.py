"""CSV that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """What csv.writer writes into: it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """One line of text for each row, as they come. None is an empty cell."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield str(writer.writerow([safe_cell(value) for value in row]))


def safe_cell(value: object) -> object:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
