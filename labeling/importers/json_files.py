"""JSON from files of any size: JSON Lines, one array, or one document, told by the first byte."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from config.strict_json import StrictJSONError, read_json
from labeling.importers.files import (
    BYTE_ORDER_MARK,
    Position,
    UnreadableFile,
    check_encoding,
    pieces_of,
    split_lines,
    too_long,
)

# Nine of the longest texts with every other character escaped.
MAX_ROW_BYTES: Final = 8_000_000
# A file that is one object cannot be read in pieces.
MAX_DOCUMENT_BYTES: Final = 200_000_000

ZIP_MARK: Final = b"PK\x03\x04"
STRUCTURE: Final = re.compile(rb'["\[\]{},]')
STRING_END: Final = re.compile(rb'["\\]')

COMMA_BEHIND: Final = (
    "A comma follows the object; take it out, or make all rows one array in brackets."
)

# A row with its number: the value, or why it cannot be read.
NumberedValue = tuple[int, object | StrictJSONError]


def json_rows(file: BinaryIO) -> Iterator[NumberedValue]:
    """The lines of JSON Lines, or the items of an array, numbered from 1.

    Raises: UnreadableFile behind the last good row of an array that does not end.
    """
    pieces = without_mark(pieces_of(file))
    first = next((piece for piece in pieces if piece.strip()), b"")
    check_kind(first.lstrip())
    pieces = prepended(first, pieces)
    if first.lstrip().startswith(b"["):
        for number, item in enumerate(ArrayItems(pieces), start=1):
            yield number, value_of(item)
        return
    for line in split_lines(pieces, start=Position(), at_most=MAX_ROW_BYTES):
        if not line.is_whole:
            yield line.end.num_lines, StrictJSONError(too_long(MAX_ROW_BYTES))
        elif line.content.strip():
            yield line.end.num_lines, value_of(line.content)


def check_kind(beginning: bytes) -> None:
    """What can be told of the whole file at once and would spoil every line of it.

    Raises: UnreadableFile.
    """
    check_encoding(beginning)
    if beginning.startswith(ZIP_MARK):
        raise UnreadableFile("This is a workbook or a ZIP archive; this format is read from JSON.")
    if beginning.split(b"\n", 1)[0].rstrip() == b"{" and b"\n" in beginning:
        raise UnreadableFile(
            "One JSON object stands on several lines; put each on one line, or all into an array."
        )


def json_document(file: BinaryIO) -> object:
    """Raises: UnreadableFile."""
    content = file.read(MAX_DOCUMENT_BYTES + 1).removeprefix(BYTE_ORDER_MARK)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise UnreadableFile(f"Longer than {MAX_DOCUMENT_BYTES // 1_000_000} MB; split the file.")
    try:
        return read_json(content)
    except StrictJSONError as error:
        raise UnreadableFile(str(error)) from error


def without_mark(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for number, piece in enumerate(pieces):
        yield piece if number else piece.removeprefix(BYTE_ORDER_MARK)


def prepended(first: bytes, others: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def value_of(content: bytes | None) -> object | StrictJSONError:
    if content is None:
        return StrictJSONError(f"The item is longer than {MAX_ROW_BYTES / 1_000_000:g} MB.")
    if not content.strip():
        return StrictJSONError("Nothing stands beside a comma of the array; take the comma out.")
    try:
        value: object = read_json(content)
    except StrictJSONError as error:
        return StrictJSONError(COMMA_BEHIND) if ends_in_comma(content) else error
    return value


def ends_in_comma(content: bytes) -> bool:
    """Whether a comma is all that is wrong: items of an array without its brackets."""
    line = content.rstrip()
    if not line.endswith(b","):
        return False
    try:
        read_json(line[:-1])
    except StrictJSONError:
        return False
    return True


class ArrayItems:
    """The items of one JSON array as bytes, None for one too long to keep.

    Only strings, brackets and commas are looked at, so what is wrong within an item spoils that
    item alone.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._item = bytearray()
        self._is_too_long = False
        self._depth = 0
        self._is_over = False
        self._in_string = False
        self._is_escaped = False

    def __iter__(self) -> Iterator[bytes | None]:
        """Raises: UnreadableFile."""
        num_items = 0
        for piece in self._pieces:
            for item in self._items_of(piece):
                # Nothing between the brackets is no item; nothing before a comma is a broken one.
                if item is None or item.strip() or num_items or self._depth:
                    num_items += 1
                    yield item
        if self._depth or self._in_string:
            raise UnreadableFile("The file ends in the middle of its array.")

    def _items_of(self, piece: bytes) -> Iterator[bytes | None]:
        at = 0
        while at < len(piece):
            if self._in_string:
                at = self._through_string(piece, at)
                continue
            found = STRUCTURE.search(piece, at)
            end = found.start() if found else len(piece)
            self._keep(piece[at:end])
            at = end + 1
            if found and self._ends_item(found.group()):
                yield self._taken()

    def _through_string(self, piece: bytes, at: int) -> int:
        """Keep what belongs to the string; where to go on."""
        if self._is_escaped:
            self._is_escaped = False
            self._keep(piece[at : at + 1])
            return at + 1
        found = STRING_END.search(piece, at)
        end = found.end() if found else len(piece)
        self._keep(piece[at:end])
        if found:
            self._is_escaped = found.group() == b"\\"
            self._in_string = self._is_escaped
        return end

    def _ends_item(self, mark: bytes) -> bool:
        """Whether this bracket, comma or quote ends an item; it is kept where it belongs to one."""
        if self._is_over:
            raise UnreadableFile("There is more than one array in the file.")
        ends = self._depth == 1 and mark in b",]}"
        is_outermost = ends or (self._depth == 0 and mark == b"[")
        if mark in b"[{":
            self._depth += 1
        elif mark in b"]}":
            self._depth -= 1
        self._is_over = ends and not self._depth
        self._in_string = mark == b'"'
        if not is_outermost:
            self._keep(mark)
        return ends

    def _keep(self, part: bytes) -> None:
        if self._depth == 0 and part.strip():
            raise UnreadableFile("There is something beside the array.")
        if len(self._item) + len(part) > MAX_ROW_BYTES:
            self._is_too_long = True
        else:
            self._item += part

    def _taken(self) -> bytes | None:
        item = None if self._is_too_long else bytes(self._item)
        self._item.clear()
        self._is_too_long = False
        return item
