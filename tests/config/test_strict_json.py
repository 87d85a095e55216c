"""What is refused before it can hurt, and what must pass exactly as it was."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.strict_json import MAX_DEPTH, StrictJSONError, read_json


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "Not JSON"),
        (b"", "Not JSON"),
        (b"{'a': 1}", "Not JSON"),
        (b"\xff\xfe", "not UTF-8 (byte 0)"),
        (b'{"a": "\xc3"}', "not UTF-8"),
        (b'{"a": NaN}', "NaN is not"),
        (b"[Infinity]", "Infinity is not"),
        (b"[-Infinity]", "-Infinity is not"),
        (b"1e400", "too large"),
        (b"9223372036854775808", "64 bits"),
        (b"-9223372036854775809", "64 bits"),
        (b"1" * 5_000, "64 bits"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' appears twice"),
        (
            b'{"outer": {"inner": ["ok", "a\\u0000b"]}}',
            "NUL characters cannot be stored (in outer.inner.1)",
        ),
        (b'{"a\\u0000": 1}', "NUL"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b"[" * 5_000 + b"]" * 5_000, "Nested deeper"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "Nested deeper"),
        (b"[" * 100_000, "Nested deeper"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "Nested deeper"),
    ],
)
def test_it_refuses_what_cannot_be_kept_exactly(body: bytes, says: str) -> None:
    with pytest.raises(StrictJSONError, match=re.escape(says)):
        read_json(body)


def test_it_accepts_the_deepest_nesting_and_the_largest_integers() -> None:
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert read_json(b"[9223372036854775807, -9223372036854775808]") == [2**63 - 1, -(2**63)]


def test_it_keeps_whitespace_emoji_and_direction_marks() -> None:
    text = "  leading\n\ttrailing \r\n 👩‍👩‍👧 \u202eevil\u202c e\u0301 "

    assert read_json(json.dumps({"t": text}).encode()) == {"t": text}
    assert read_json(json.dumps({"t": text}, ensure_ascii=False).encode()) == {"t": text}


def test_a_long_key_is_not_copied_for_each_of_its_members() -> None:
    """A megabyte of key over 100,000 members must not become 100 GB of paths."""
    body = json.dumps({"k" * 1_000_000: ["x"] * 100_000}).encode()

    assert len(read_json(body)) == 1


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(documents)
def test_every_storable_document_comes_back_unchanged(document: object) -> None:
    assert read_json(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    with suppress(StrictJSONError):
        read_json(body)
