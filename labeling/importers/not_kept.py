"""What of a row nobody asked for, so that nothing that was collected is dropped without a word.

Every object of a row notes which of its members a reader asked for. What is left, and holds
something, has no place here and is named in the report: nested members with dots between them, the
objects of a list under one name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from labeling.importers.records import LeftOut, Record

MAX_DEPTH: Final = 4
MAX_PLACE_CHARACTERS: Final = 120
# Of a file whose every row has names of its own; what comes later goes by one name.
MAX_PLACES: Final = 100
OTHERS: Final = "…"


class Members(dict[str, object]):
    """The members of an object, and which of them were asked for."""

    __slots__ = ("asked",)

    def __init__(self, members: Mapping[str, object]) -> None:
        super().__init__(members)
        # Of a million rows that wait to be put together none has been asked anything.
        self.asked: set[str] | None = None

    def __getitem__(self, name: str) -> object:
        self._note(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._note(name)
        return super().get(name, default)

    def keep(self, name: str, value: object) -> None:
        """Put the objects that are read in its place, so that they are asked as one thing."""
        super().__setitem__(name, value)

    def _note(self, name: str) -> None:
        if self.asked is None:
            self.asked = set()
        self.asked.add(name)


def members_of(value: Mapping[str, object]) -> Members:
    return value if isinstance(value, Members) else Members(value)


def with_not_kept(
    records: Sequence[Record], rows: Sequence[Mapping[str, object]], known: Iterable[str] = ()
) -> tuple[Record, ...]:
    """The records of these rows; the first that is stored says what of the rows is not kept.

    A place that was asked for in one of the rows is known in all: what says the same in each is
    read once. ``known`` are names that were asked for before.
    """
    first = next((one for one in records if not isinstance(one, LeftOut)), None)
    if first is None:
        return tuple(records)
    asked, left = set(known), Counter[str]()
    for row in rows:
        left.update(set(_walk(members_of(row), "", asked)))
    found = {place: num_rows for place, num_rows in left.items() if place not in asked}
    return tuple(replace(one, not_kept=found) if one is first else one for one in records)


def added(total: Counter[str], found: Mapping[str, int]) -> None:
    """Count what is not kept of one more record."""
    for place, num_rows in found.items():
        is_known = place in total or len(total) < MAX_PLACES
        total[place if is_known else OTHERS] += num_rows


def _walk(members: Members, at: str, asked: set[str]) -> Iterator[str]:
    """The places that nobody asked for; those that somebody did are noted in ``asked``."""
    for name, value in members.items():
        place = _place(at, name)
        if members.asked is None or name not in members.asked:
            yield from _held(value, place)
            continue
        asked.add(place)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Members):
                yield from _walk(one, place, asked)


def _held(value: object, place: str, depth: int = 1) -> Iterator[str]:
    """Where something is within what nobody asked for; nothing where it is empty."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for name, one in value.items():
            yield from _held(one, _place(place, name), depth + 1)
    elif value not in (None, "", [], {}):
        yield place


def _place(at: str, name: str) -> str:
    # Replies to replies are replies.
    is_same = at == name or at.endswith(f".{name}")
    place = at if is_same else f"{at}.{name}" if at else name
    return place[:MAX_PLACE_CHARACTERS]
