"""Rows of an XLSX workbook as objects of texts under the names of their columns, as of a CSV file.

Values only: of a formula what the spreadsheet last worked out, never the formula. A workbook comes
from a stranger, so what it unpacks to, its rows and its columns are bounded before they are read,
and openpyxl reads its XML through defusedxml, which expands no entity.
"""

import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile

from config.strict_json import StrictJSONError
from labeling.importers.csv_files import column_names, named_cells
from labeling.importers.files import UnreadableFile
from labeling.importers.json_files import NumberedValue

# Its texts are held in memory, so this is less than a file that is read line by line may have.
MAX_UNPACKED_BYTES: Final = 100_000_000
MAX_PARTS: Final = 2_000
# The format's own limit: a row that says it stands further down would be waited for.
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 1_000
KEPT_IN_MEMORY_BYTES: Final = 10_000_000
ROWS_AT_ONCE: Final = 100
ENCRYPTED: Final = 1
# How a spreadsheet writes the first half of a Windows line end.
CARRIAGE_RETURN: Final = "_x000D_"

# The row's number and its cells; those without a value are None.
SheetRow = tuple[int, tuple[Any, ...]]


def xlsx_rows(pieces: Iterable[bytes], *, needed: Collection[str] = ()) -> Iterator[NumberedValue]:
    """Each row below the names with its number in the sheet; empty cells are left out of it.

    The sheet is the first whose names hold all that is needed. Raises: UnreadableFile.
    """
    with SpooledTemporaryFile(KEPT_IN_MEMORY_BYTES) as file:
        for piece in pieces:
            file.write(piece)
        _check_archive(file)
        with _readable(), _workbook(file) as workbook:
            names, rows = _sheet_with(workbook, needed)
            for number, cells in rows:
                if _says_anything(cells):
                    yield number, _row_by_name(names, cells)


def _check_archive(file: IO[bytes]) -> None:
    """A part is never read beyond the size that it claims, so the claims can be added up."""
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except BadZipFile as error:
        raise UnreadableFile(f"This is no XLSX workbook: {error}.") from error
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise UnreadableFile("The workbook is encrypted; save it without a password.")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            f"The workbook is longer than {MAX_UNPACKED_BYTES / 1e6:g} MB once unpacked, or has "
            f"more than {MAX_PARTS:,} parts; split it, or save the sheet as CSV."
        )
    file.seek(0)


@contextmanager
def _readable() -> Iterator[None]:
    """openpyxl ends in any error at all where a workbook is broken."""
    try:
        yield
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(
            f"The workbook cannot be read ({_first_cause(error)}). Open it in a spreadsheet and "
            "save it anew, or save the sheet as CSV."
        ) from error


def _first_cause(error: BaseException) -> str:
    while before := error.__cause__ or error.__context__:
        error = before
    return f"{type(error).__name__}: {error}"[:200]


@contextmanager
def _workbook(file: IO[bytes]) -> Iterator[Any]:
    # Here and not above: the web process reads the formats at its start and opens no workbook.
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    with closing(workbook):
        yield workbook


def _sheet_with(workbook: Any, needed: Collection[str]) -> tuple[list[str], Iterator[SheetRow]]:
    """The names of the first sheet that has all that is needed, and the rows below them."""
    problems: list[UnreadableFile] = []
    for sheet in workbook.worksheets:
        # What a sheet says of its own size need not be true, and is filled up with empty cells.
        sheet.reset_dimensions()
        rows = _rows_of(sheet, below=0, num_columns=MAX_COLUMNS)
        number, head = next((row for row in rows if _says_anything(row[1])), (0, ()))
        if not number:
            continue
        names = ["" if cell.value is None else _text_of(cell).strip() for cell in head]
        while not names[-1]:
            names.pop()
        try:
            column_names([name for name in names if name], needed)
        except UnreadableFile as error:
            problems.append(error)
        else:
            return names, _rows_of(sheet, below=number, num_columns=len(names))
    raise problems[0] if problems else UnreadableFile("The workbook has no sheet with a row.")


def _rows_of(sheet: Any, *, below: int, num_columns: int) -> Iterator[SheetRow]:
    """The rows behind this one, the empty ones among them."""
    rows = sheet.iter_rows(min_row=below + 1, max_row=MAX_ROWS, max_col=num_columns)
    numbered = enumerate(rows, start=below + 1)
    while True:
        with warnings.catch_warnings():
            # Of drawings, validations and days before 1900, none of which is kept.
            warnings.simplefilter("ignore")
            some = list(islice(numbered, ROWS_AT_ONCE))
        if not some:
            return
        yield from some


def _says_anything(cells: tuple[Any, ...]) -> bool:
    return any(cell.value not in (None, "") for cell in cells)


def _row_by_name(names: list[str], cells: tuple[Any, ...]) -> dict[str, str] | StrictJSONError:
    """What stands under no name is a note beside the table, and is not read."""
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        if not name or cell.value is None:
            continue
        if cell.data_type == "e":
            return StrictJSONError(f"{name[:80]}: the cell holds the error {cell.value}.")
        found[name] = _text_of(cell)
    return named_cells(found)


def _text_of(cell: Any) -> str:
    """What a person sees in the cell, as CSV would have it: 3.0 as 3, a day without a time."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value).replace(CARRIAGE_RETURN, "\r")
