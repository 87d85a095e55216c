"""Reading the rows of a file: what is wrong with one is told in full, and the rest is read."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Final, TypeVar

from config.strict_json import StrictJSONError
from labeling.importers.files import MAX_TEXT_CHARACTERS, UnreadableFile
from labeling.importers.json_files import NumberedValue, json_rows
from labeling.importers.not_kept import Members, members_of, with_not_kept
from labeling.importers.prompts import RowError, read_choice, read_string, read_text
from labeling.importers.records import Choices, JudgedTask, NumberedRow, Record
from labeling.importers.settling import settled
from labeling.text_hygiene import has_control_characters

MAX_NAME_CHARACTERS: Final = 120
# Far from the edges at which a time zone moves a year out of what Python can read back.
YEARS: Final = range(1970, 3000)
# Longer than anybody works on one task: what lies beyond is another unit, or a clock gone wrong.
MAX_SECONDS: Final = 10_000_000
# Of files whose rows are put together wherever they stand: below a gigabyte of WMT's pairs.
MAX_ROWS_HELD: Final = 1_500_000
TOO_MANY_HELD: Final = (
    f"Rows of one ranking may be far apart in this format, so at most {MAX_ROWS_HELD:,} are read; "
    "nothing is stored. Split the file where a ranking ends, for example by languages."
)
MISSING: Final = "Missing."
NO_OBJECT: Final = "A row is a JSON object."

Value = TypeVar("Value")


class BrokenRow(Exception):
    """There is something wrong with the row, and its problems are written down."""


@dataclass(slots=True)
class Problems:
    """All that is wrong with one row, so that its author mends it once."""

    line: int
    found: list[RowError] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        error = RowError(self.line, place, message)
        # A member that is read for two purposes is wrong once.
        if error not in self.found:
            self.found.append(error)


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object of a file; ``at`` is its place within the row.

    What is missing or wrong is written down and read as something empty, so that reading goes on;
    ``check`` stands before anything is made of it.
    """

    number: int
    members: Members
    problems: Problems
    at: str = ""

    @classmethod
    def of(cls, number: int, members: Mapping[str, object], at: str = "") -> "Row":
        return cls(number, members_of(members), Problems(number), at)

    def read(
        self, name: str, reader: Callable[[object], Value], default: Value | None = None
    ) -> Value | None:
        """The member as ``reader`` understands it; missing is wrong unless it has a default."""
        if name not in self.members:
            if default is None:
                self.problem(name, MISSING)
            return default
        try:
            return reader(self.members[name])
        except ValueError as error:
            self.problem(name, str(error))
            return default

    def optional(self, name: str, reader: Callable[[object], Value]) -> Value | None:
        """None where the member is missing, null or wrong."""
        if self.members.get(name) is None:
            return None
        return self.read(name, reader)

    def text(self, name: str) -> str:
        return self.read(name, read_text) or ""

    def any_text(self, name: str, default: str | None = None) -> str:
        """A text that may be empty."""
        return self.read(name, read_any_text, default) or ""

    def name(self, name: str, default: str | None = None) -> str:
        return self.read(name, read_name, default) or default or ""

    def rows(self, name: str) -> list["Row"]:
        """The objects of a list, each with its place."""
        found = [members_of(one) for one in self.read(name, read_objects) or []]
        if found:
            self.members.keep(name, found)
        place = self.place(name)
        return [
            Row(self.number, members, self.problems, f"{place}.{index}")
            for index, members in enumerate(found)
        ]

    def row(self, name: str) -> "Row":
        """The object under this name."""
        found = members_of(self.read(name, read_object) or {})
        if found:
            self.members.keep(name, found)
        return Row(self.number, found, self.problems, self.place(name))

    def pass_over(self, *names: str) -> None:
        """Members that say nothing which is not kept from elsewhere."""
        for name in names:
            self.members.get(name)

    def place(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at and name else self.at or name

    def problem(self, name: str, message: str) -> None:
        self.problems.add(self.place(name), message)

    def check(self) -> None:
        """Raises: BrokenRow when anything was wrong so far."""
        if self.problems.found:
            raise BrokenRow

    def refused(self, name: str, message: str) -> BrokenRow:
        """To be raised where nothing more can be read."""
        self.problem(name, message)
        return BrokenRow()


# A row is one record, or several.
RowReader = Callable[[Row, Choices], Record | tuple[Record, ...]]


def reader_of_json(
    read_row: RowReader,
) -> Callable[[BinaryIO, Choices], Iterator[NumberedRow]]:
    """Reads JSON Lines or one array, whatever the format is usually handed out in."""
    return reader_of_rows(read_row, json_rows)


def reader_of_rows(
    read_row: RowReader, rows: Callable[[BinaryIO], Iterator[NumberedValue]]
) -> Callable[[BinaryIO, Choices], Iterator[NumberedRow]]:
    def read(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
        return read_values(rows(file), read_row, choices)

    return read


def reader_of_groups(
    key_of: Callable[[Row, Choices], str],
    read_group: Callable[[Sequence[Row], Choices], Record],
    rows: Callable[[BinaryIO], Iterator[NumberedValue]] = json_rows,
    *,
    is_gathered: bool = False,
) -> Callable[[BinaryIO, Choices], Iterator[NumberedRow]]:
    """Reads rows that follow each other under one key as one record; an empty key stands alone.

    ``is_gathered`` puts together what is spread over the file, which is then held in memory.
    """

    def read(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
        gathered: dict[str, list[Row]] = {}
        words: dict[str, str] = {}
        in_keys: set[str] = set()
        last = ""
        for num_read, row in enumerate(rows_of(rows(file)), start=1):
            if isinstance(row, RowError):
                yield row.line, [row]
                continue
            key = key_of(row, choices)
            in_keys |= row.members.asked or set()
            if is_gathered and num_read > MAX_ROWS_HELD:
                yield row.number, [RowError(row.number, "", TOO_MANY_HELD)]
                return
            if not is_gathered and gathered and (key != last or not key):
                yield read_rows(gathered.pop(last), read_group, choices, in_keys)
            held = sharing_words(row, words) if is_gathered else row
            gathered.setdefault(key, []).append(held)
            last = key
        for key in list(gathered):
            yield read_rows(gathered.pop(key), read_group, choices, in_keys)

    return read


def sharing_words(row: Row, words: dict[str, str]) -> Row:
    """The same row; the short texts that many rows repeat are held once."""
    members = {
        name: words.setdefault(value, value)
        if isinstance(value, str) and len(value) <= MAX_NAME_CHARACTERS
        else value
        for name, value in row.members.items()
    }
    return Row(row.number, Members(members), row.problems)


def rows_of(values: Iterator[NumberedValue]) -> Iterator[Row | RowError]:
    number = 0
    try:
        for number, value in values:
            if isinstance(value, StrictJSONError):
                yield RowError(number, "", str(value))
            elif not isinstance(value, dict):
                yield RowError(number, "", NO_OBJECT)
            else:
                yield Row.of(number, value)
    except UnreadableFile as error:
        yield unreadable(number, error)


def unreadable(last: int, error: UnreadableFile) -> RowError:
    """Behind the last row that was read; row 0 is the file as a whole."""
    return RowError(last + 1 if last else 0, "", str(error))


def read_rows(
    group: Sequence[Row],
    read_group: Callable[[Sequence[Row], Choices], Record],
    choices: Choices,
    in_keys: Collection[str],
) -> NumberedRow:
    """All that is wrong with the rows of a group, each under its own number, or their record."""
    first = group[0].number
    try:
        record = read_group(group, choices)
        for row in group:
            row.check()
    except BrokenRow:
        return first, list(problems_of(group))
    (found,) = with_not_kept([stored_as(record)], [row.members for row in group], in_keys)
    return first, replace(found, num_rows=len(group))


def stored_as(record: Record) -> Record:
    return settled(record) if isinstance(record, JudgedTask) else record


def problems_of(group: Sequence[Row]) -> Iterator[RowError]:
    """What is wrong with each, and which of them are sound and not stored all the same."""
    broken = next(row.number for row in group if row.problems.found)
    for row in group:
        yield from row.problems.found or [
            RowError(row.number, "", f"Not stored, for row {broken} of the same task is broken.")
        ]


def read_values(
    values: Iterator[NumberedValue], read_row: RowReader, choices: Choices
) -> Iterator[NumberedRow]:
    number = 0
    try:
        for number, value in values:
            for record in read_value(number, value, read_row, choices):
                yield number, record
    except UnreadableFile as error:
        problem = unreadable(number, error)
        yield problem.line, [problem]


def read_value(
    number: int, value: object | StrictJSONError, read_row: RowReader, choices: Choices
) -> Iterator[Record | list[RowError]]:
    if isinstance(value, StrictJSONError):
        yield [RowError(number, "", str(value))]
        return
    if not isinstance(value, dict):
        yield [RowError(number, "", NO_OBJECT)]
        return
    row = Row.of(number, value)
    try:
        found = read_row(row, choices)
        row.check()
    except BrokenRow:
        yield row.problems.found
        return
    records = [stored_as(one) for one in (found if isinstance(found, tuple) else (found,))]
    yield from with_not_kept(records, [row.members])


def read_name(value: object, *, at_most: int = MAX_NAME_CHARACTERS) -> str:
    """A short, non-empty string: an id or a name."""
    name = read_string(value, at_most=at_most)
    if not name.strip():
        raise ValueError("Empty.")
    if has_control_characters(name):
        raise ValueError("A name has no control characters.")
    return name


def read_any_text(value: object) -> str:
    return read_string(value, at_most=MAX_TEXT_CHARACTERS)


def read_whole_number(value: object) -> int:
    """Also as 4.0, which is how a table with an empty cell in the column writes 4."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("A whole number.")
    return value


def read_rank(value: object) -> int | None:
    """None for what was not ranked: null, or a number below 0."""
    rank = -1 if value is None else read_whole_number(value)
    return None if rank < 0 else rank


def read_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("A number.")
    return float(value)


def read_seconds(value: object) -> float:
    seconds = read_number(value)
    if not 0 <= seconds < MAX_SECONDS:
        raise ValueError("Seconds, from 0 to some months.")
    return seconds


def read_identity(value: object) -> str:
    """An id that is a short text, or a whole number: 7, "7" and 7.0 are one."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return read_name(str(read_whole_number(value)) if is_number else value)


def read_time(value: object) -> datetime:
    moment = read_moment(value, "2023-05-25T14:08:33Z")
    if moment.tzinfo is None:
        raise ValueError("A time carries its time zone, as in 2023-05-25T14:08:33Z.")
    if moment.year not in YEARS:
        raise ValueError(f"A time between {YEARS.start} and {YEARS.stop - 1}.")
    return moment


def read_moment(value: object, example: str) -> datetime:
    try:
        return datetime.fromisoformat(read_string(value, at_most=MAX_NAME_CHARACTERS).strip())
    except ValueError as error:
        raise ValueError(f"A time as in {example}.") from error


def read_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("This must be a JSON object.")
    return value


def read_objects(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise ValueError("This must be a list.")
    return [read_object(member) for member in value]


def one_of(meanings: Mapping[str, Value]) -> Callable[[object], Value]:
    """Reads a word, and answers with what it stands for."""
    return lambda value: meanings[read_choice(value, meanings)]


def ranks_by_score(scores: Sequence[float | None]) -> tuple[int | None, ...]:
    """The highest score ranks first, equal ones tie, and None stays unranked."""
    known = sorted({score for score in scores if score is not None}, reverse=True)
    rank_of = {score: rank for rank, score in enumerate(known, start=1)}
    return tuple(None if score is None else rank_of[score] for score in scores)


def best_over_each(best: int, k: int) -> list[tuple[int | None, ...]]:
    """The chosen one of k before each of the others, among which nothing was said."""
    return [
        tuple({best: 1, other: 2}.get(place) for place in range(k))
        for other in range(k)
        if other != best
    ]


def joined(instruction: str, context: str) -> str:
    """An instruction with what it is about, as labelers and models read it."""
    return f"{instruction}\n\n{context}" if context else instruction
