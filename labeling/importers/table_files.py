"""A table with named columns, in whichever of the two ways that spreadsheets save one."""

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import BinaryIO

from labeling.importers.csv_files import csv_rows
from labeling.importers.files import pieces_of
from labeling.importers.json_files import ZIP_MARK, NumberedValue
from labeling.importers.xlsx_files import xlsx_rows


def table_rows(file: BinaryIO, *, needed: Collection[str] = ()) -> Iterator[NumberedValue]:
    """Each row of CSV, or of XLSX, told by its first bytes, as texts by the names of the columns.

    Raises: UnreadableFile without a usable first line.
    """
    begin = b""
    while len(begin) < len(ZIP_MARK) and (piece := file.read(len(ZIP_MARK) - len(begin))):
        begin += piece
    rows = xlsx_rows if begin == ZIP_MARK else csv_rows
    return rows(chain([begin], pieces_of(file)), needed=needed)


def reader_of(needed: Collection[str]) -> Callable[[BinaryIO], Iterator[NumberedValue]]:
    return lambda file: table_rows(file, needed=needed)
