"""Judgments made elsewhere, as plain records that every format is read into."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, TypeVar

from labeling.importers.prompts import MAX_KEY_CHARACTERS, PromptRow, RowError, read_string
from labeling.models.projects import K_MAXIMUM
from labeling.text_hygiene import has_control_characters, text_sha256

K_MINIMUM: Final = 2
MAX_NAME_CHARACTERS: Final = 120
# Far from the edges at which a time zone moves a year out of what Python can read back.
YEARS: Final = range(1970, 3000)

Value = TypeVar("Value")


@dataclass(frozen=True)
class JudgedCompletion:
    """One of the completions of a task; ``source_key`` is its identity within its source."""

    source_name: str
    source_key: str
    text: str


@dataclass(frozen=True)
class Judgment:
    """One labeler's dense ranks, aligned with the task's completions; None was not judged.

    ``identity`` tells the judgment from every other of its data set. ``judged_at`` None where the
    data set has no times.
    """

    labeler: str
    ranks: tuple[int | None, ...]
    identity: str
    judged_at: datetime | None = None


@dataclass(frozen=True)
class JudgedTask:
    """A prompt with its completions and all judgments of them; stored whole or not at all.

    ``notes`` say what was read otherwise than it stands in the file.
    """

    identity: str
    prompt: PromptRow
    completions: tuple[JudgedCompletion, ...]
    judgments: tuple[Judgment, ...]
    notes: tuple[str, ...] = ()


NumberedTask = tuple[int, JudgedTask | list[RowError]]


@dataclass(frozen=True)
class JudgmentFormat:
    """A file format: its name, what it calls a row, and how to read one."""

    name: str
    row: str
    read: Callable[[BinaryIO], Iterator[NumberedTask]]


@dataclass
class Problems:
    """All that is wrong with one row, so that its author mends it once."""

    line: int
    found: list[RowError] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        self.found.append(RowError(self.line, place, message))

    def read(
        self, row: Mapping[str, object], name: str, reader: Callable[[object], Value], at: str = ""
    ) -> Value | None:
        """The member as ``reader`` understands it, None where it is missing or wrong."""
        place = f"{at}.{name}" if at else name
        if name not in row:
            self.add(place, "Missing.")
            return None
        try:
            return reader(row[name])
        except ValueError as error:
            self.add(place, str(error))
            return None


def read_name(value: object) -> str:
    """A short, non-empty string: an id or a name."""
    name = read_string(value, at_most=MAX_NAME_CHARACTERS)
    if not name.strip():
        raise ValueError("Empty.")
    if has_control_characters(name):
        raise ValueError("A name has no control characters.")
    return name


def read_time(value: object) -> datetime:
    moment = datetime.fromisoformat(read_string(value, at_most=MAX_NAME_CHARACTERS))
    if moment.tzinfo is None:
        raise ValueError("A time carries its time zone.")
    if moment.year not in YEARS:
        raise ValueError(f"A time between {YEARS.start} and {YEARS.stop - 1}.")
    return moment


def read_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("This is a JSON object.")
    return value


def read_objects(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise ValueError("This is a list.")
    return [read_object(member) for member in value]


def read_completion_list(value: object) -> list[dict[str, object]]:
    """As many completions as a task may have: imported ones from two (R24)."""
    completions = read_objects(value)
    if not K_MINIMUM <= len(completions) <= K_MAXIMUM:
        raise ValueError(
            f"A task has {K_MINIMUM} to {K_MAXIMUM} completions, not {len(completions)}."
        )
    return completions


def split_key(dataset: str, group: str) -> str:
    """The key under which the prompts of one group share a split; never longer than it may be."""
    key = f"{dataset}/{group}"
    return key if len(key) <= MAX_KEY_CHARACTERS else f"{dataset}/{text_sha256(group)}"


def content_key(*parts: str) -> str:
    """An identity that two different contents never share."""
    return text_sha256("\0".join(parts))
