"""Reading JSON files of any size: lines or one array, told by the first byte, in pieces."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from config.strict_json import StrictJSONError
from labeling.importers.files import UnreadableFile
from labeling.importers.json_files import MAX_ROW_BYTES, ArrayItems, json_rows

TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-9, 9) | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


class Trickle(io.BytesIO):
    """A file that gives a few bytes at a time, however many are asked for."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, _: int | None = -1) -> bytes:
        return super().read(self._size)


def values(content: bytes, size: int = 1_000_000) -> list[Any]:
    return [value for _, value in json_rows(Trickle(content, size))]


@given(some.lists(VALUES, max_size=5), some.integers(1, 7), some.sampled_from([None, 2]))
def test_an_array_in_any_pieces_is_read_item_by_item(
    items: list[Any], size: int, indent: int | None
) -> None:
    for is_ascii in (True, False):
        content = json.dumps(items, ensure_ascii=is_ascii, indent=indent).encode()

        assert values(content, size) == items


@given(some.lists(VALUES, min_size=1, max_size=5), some.integers(1, 7))
def test_lines_in_any_pieces_are_read_line_by_line(items: list[Any], size: int) -> None:
    rows = [{"value": item} for item in items]
    content = b"\xef\xbb\xbf" * (size > 3) + "\r\n".join(json.dumps(row) for row in rows).encode()

    assert values(content, size) == rows


def test_what_is_wrong_within_an_item_spoils_that_item_alone() -> None:
    first, second, third = values(b'[{"a": 1}, {"a": NaN, "b": "]["}, {"a": 3}]')

    assert (first, third) == ({"a": 1}, {"a": 3})
    assert isinstance(second, StrictJSONError)


def test_an_item_that_is_too_long_is_passed_by() -> None:
    """Nothing is kept of it, and the next one is read."""
    long = b'{"a": "' + b"x" * (MAX_ROW_BYTES + 1) + b'"}'

    found = values(b"[1, " + long + b", 3]")
    assert found[::2] == [1, 3]
    assert "longer than 8 MB" in str(found[1])

    found = values(long + b"\n3\n")
    assert "longer than 8 MB" in str(found[0])
    assert found[1] == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, 2", "ends in the middle"),
        (b'[1, "2', "ends in the middle"),
        (b"[1] [2]", "more than one array"),
        (b"[1] 2", "beside the array"),
        (b"[1}]", "more than one array"),
        (b"[1]]", "more than one array"),
    ],
)
def test_what_is_no_single_array_is_told_behind_its_good_items(content: bytes, reason: str) -> None:
    items = iter(ArrayItems([content]))

    assert next(items) == b"1"
    with pytest.raises(UnreadableFile, match=reason):
        list(items)


@pytest.mark.parametrize("content", [b"", b"  \r\n \n", b"\xef\xbb\xbf", b"[]", b"[ \n ]"])
def test_nothing_is_no_row(content: bytes) -> None:
    assert values(content) == []


def test_a_missing_item_is_a_broken_one() -> None:
    assert [type(value) for value in values(b"[1,,2]")] == [int, StrictJSONError, int]
