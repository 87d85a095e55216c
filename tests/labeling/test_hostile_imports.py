"""The same ugly files for every format of judgments: each is told apart and none breaks a reader.

What is sound beside them is read as if they were not there.
"""

import io
import json
from typing import Any

import pytest

from config.strict_json import read_json
from labeling.importers.formats import FORMATS
from labeling.importers.records import DataFormat, NumberedRow
from tests.labeling.import_samples import SAMPLES

NAMES = sorted(FORMATS)
WRONG_VALUES: list[Any] = [
    None,
    True,
    7,
    -1,
    0.5,
    "",
    " ",
    "x" * 300_000,
    [],
    [[]],
    {},
    [{}],
    ["a"],
]
LINES_OF_NOISE = [
    b"{",
    b"[1]]",
    b"7",
    b"null",
    b'"text"',
    b"{}",
    b'{"a": 1, "a": 2}',
    b'{"a": "\\u0000"}',
    b'{"a": "\\ud800"}',
    b'{"a": 1e999}',
    b"[" * 5_000,
    b'{"a": "\xff"}',
    b"\x00\x01\x02",
    b"a,b,c",
    b'"a,b\n"',
    b"<a><b></a>",
    b'{"a": "' + b"x" * 10_000_000 + b'"}',
]


def rows_of(known: DataFormat, content: bytes) -> list[NumberedRow]:
    return list(known.read(io.BytesIO(content), known.choices_of({})))


def records_of(known: DataFormat, content: bytes) -> list[object]:
    return [row for _, row in rows_of(known, content) if not isinstance(row, list)]


def test_every_format_has_its_sample() -> None:
    assert sorted(SAMPLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_whole(name: str) -> None:
    rows = rows_of(FORMATS[name], SAMPLES[name]())

    assert rows
    assert not [row for _, row in rows if isinstance(row, list)]


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_has_no_record(name: str) -> None:
    for content in (b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b" "):
        assert records_of(FORMATS[name], content) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_mark_at_the_beginning_and_other_line_ends_change_nothing(name: str) -> None:
    sample = SAMPLES[name]()
    plain = records_of(FORMATS[name], sample)

    assert records_of(FORMATS[name], b"\xef\xbb\xbf" + sample) == plain
    assert records_of(FORMATS[name], sample.replace(b"\n", b"\r\n")) == plain


@pytest.mark.parametrize("name", NAMES)
def test_a_file_in_utf_16_says_so_once(name: str) -> None:
    """What spreadsheets call Unicode text."""
    for coding in ("utf-16", "utf-16-be"):
        mark = b"" if coding == "utf-16" else b"\xfe\xff"
        rows = rows_of(FORMATS[name], mark + SAMPLES[name]().decode().encode(coding))
        if name == "wmt-xml":
            # Whose reader knows it.
            assert not any(isinstance(row, list) for _, row in rows)
            continue
        ((number, row),) = rows
        assert isinstance(row, list)
        assert number == 0
        assert "UTF-8" in row[0].message


@pytest.mark.parametrize("noise", LINES_OF_NOISE, ids=range(len(LINES_OF_NOISE)))
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_noise_gives_no_record_and_says_why(name: str, noise: bytes) -> None:
    for content in (noise, noise + b"\n" + noise):
        rows = rows_of(FORMATS[name], content)

        assert rows
        assert all(isinstance(row, list) and row for _, row in rows), rows[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_cut_off_anywhere_is_read_as_far_as_it_goes(name: str) -> None:
    sample = SAMPLES[name]()
    for end in range(0, len(sample), max(1, len(sample) // 40)):
        rows_of(FORMATS[name], sample[:end])


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_value_in_any_place_is_told_or_read_and_never_breaks(name: str) -> None:
    """Each member of each object of the sample in turn, at any depth, becomes something else."""
    sample = SAMPLES[name]()
    try:
        document = read_json(sample if sample.lstrip()[:1] in b"[{" else b"")
    except ValueError:
        document = [read_json(line) for line in sample.splitlines()] if sample[:1] == b"{" else None
    if document is None:
        pytest.skip("no JSON")
    is_lines = sample[:1] == b"{" and isinstance(document, list)
    for place in places(document):
        for wrong in WRONG_VALUES:
            changed = with_value(document, place, wrong)
            content = (
                b"\n".join(json.dumps(row).encode() for row in changed)
                if is_lines
                else json.dumps(changed).encode()
            )
            for _, row in rows_of(FORMATS[name], content):
                if isinstance(row, list):
                    assert all(error.message for error in row)


def places(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within this one; of a list only the first members."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value[:1]))
    else:
        inner = []
    return ([at] if at else []) + [
        place for key, member in inner for place in places(member, (*at, key))
    ]


def with_value(document: Any, place: tuple[Any, ...], value: object) -> Any:
    if not place:
        return value
    key, *rest = place
    changed = dict(document) if isinstance(document, dict) else list(document)
    changed[key] = with_value(document[key], tuple(rest), value)
    return changed
