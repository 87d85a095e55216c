"""JSON read strictly: what comes out can be stored in Postgres and sent back unchanged.

The standard reader accepts NaN, duplicate keys, numbers of any size, NUL and half surrogate
pairs, and gives up with a RecursionError on deep nesting. All of that is refused here, with the
place where it stands.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 64
INTEGER_MINIMUM, INTEGER_MAXIMUM = -(2**63), 2**63 - 1
# Digits and sign of the longest 64-bit integer; longer ones are refused before they are parsed.
MAX_INTEGER_CHARACTERS = 20


class StrictJSONError(ValueError):
    """The text is not JSON, or is JSON that cannot be stored exactly.

    ``place`` is the dotted path to the member at fault, "" where the fault is not one member's.
    """

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.place = place


def read_json(body: bytes) -> Any:
    """The value of one JSON document in UTF-8.

    Raises: StrictJSONError with a sentence for the sender.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"The text is not UTF-8 (byte {error.start}).") from error
    try:
        value = json.loads(
            text,
            parse_int=parse_integer,
            parse_float=parse_finite,
            parse_constant=refuse_constant,
            object_pairs_hook=object_without_duplicates,
        )
    except json.JSONDecodeError as error:
        raise StrictJSONError(
            f"Not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from error
    except RecursionError as error:
        raise StrictJSONError(too_deep()) from error
    check_storable(value)
    return value


@dataclass(frozen=True)
class Unstorable:
    """In the place of a number that cannot be kept, until it is known where it stands."""

    message: str


def parse_integer(digits: str) -> int | Unstorable:
    if len(digits) <= MAX_INTEGER_CHARACTERS:
        number = int(digits)
        if INTEGER_MINIMUM <= number <= INTEGER_MAXIMUM:
            return number
    return Unstorable(f"The whole number {digits[:24]} does not fit into 64 bits")


def parse_finite(digits: str) -> float | Unstorable:
    number = float(digits)
    if not math.isfinite(number):
        return Unstorable(f"The number {digits[:24]} is too large")
    return number


def refuse_constant(name: str) -> Unstorable:
    return Unstorable(f"{name} is not a JSON number")


def object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise StrictJSONError(f"The key {key[:80]!r} appears twice in one object.")
            seen.add(key)
    return members


def too_deep() -> str:
    return f"Nested deeper than {MAX_DEPTH} levels."


def check_storable(document: object) -> None:
    """Walk the document without recursion, so that depth can be measured rather than survived."""
    waiting: list[tuple[object, str, int]] = [(document, "", 1)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise StrictJSONError(too_deep())
        if isinstance(value, Unstorable):
            raise StrictJSONError(f"{value.message}{standing_in(place)}.", place=place)
        if isinstance(value, str):
            check_text(value, place)
        elif isinstance(value, dict):
            for key in value:
                check_text(key, place)
            waiting.extend((member, inside(place, key), depth + 1) for key, member in value.items())
        elif isinstance(value, list):
            # Good numbers, true, false and null need no second look; long lists mostly hold them.
            waiting.extend(
                (item, inside(place, str(n)), depth + 1)
                for n, item in enumerate(value)
                if isinstance(item, str | dict | list | Unstorable)
            )


def inside(place: str, key: str) -> str:
    """The path to a member, kept short: a megabyte-long key must not be copied for each of them."""
    return f"{place}.{key[:40]}"[-80:].lstrip(".")


def standing_in(place: str) -> str:
    return f" (in {place})" if place else ""


def check_text(text: str, place: str) -> None:
    where = standing_in(place)
    if "\0" in text:
        raise StrictJSONError(f"NUL characters cannot be stored{where}.", place=place)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"Half of a surrogate pair is not text{where}."
        raise StrictJSONError(message, place=place) from error
