"""Prompts as JSON Lines: one object a line, only ``text`` required."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from config.strict_json import StrictJSONError, read_json
from labeling.catalogue import CATEGORIES, PROMPT_QUESTIONS
from labeling.importers.files import BYTE_ORDER_MARK, MAX_TEXT_CHARACTERS
from labeling.models import Prompt

MAX_KEY_CHARACTERS: Final = 120
MAX_CONSENT_CHARACTERS: Final = 200

LOOKS_EXPORTED: Final = (
    "This is a line of a prompts.jsonl that was exported: import the file as exported prompts of "
    'its split, or call the field "text".'
)


@dataclass(frozen=True)
class PromptRow:
    """A prompt as it comes in, before it has an id, a hash and a split."""

    text: str
    source_kind: str = Prompt.SourceKind.LABELER_PLAIN
    distribution: str = Prompt.Distribution.INSTRUCT
    category: str | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)
    user_key: str = ""
    organization_key: str = ""
    consent_reference: str = ""
    imported_from: str = ""
    # Only to be looked at: see Prompt.Standing.STUDY.
    is_study: bool = False
    # Of prompts written here only: what they were written from (R2, R3).
    description_id: int | None = None
    few_shot_set_id: int | None = None


@dataclass(frozen=True)
class RowError:
    """What is wrong with a line; ``field`` is empty when it is the whole of it."""

    line: int
    field: str
    message: str


def read_prompt_rows(lines: Iterable[bytes]) -> Iterator[tuple[int, PromptRow | list[RowError]]]:
    """Every line that is not blank with its number from 1: a row, or all that is wrong with it."""
    for number, line in numbered_lines(lines):
        yield number, read_prompt_row(line, number)


def numbered_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank with its number from 1."""
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if text.strip():
            yield number, text


def read_prompt_row(line: bytes, number: int) -> PromptRow | list[RowError]:
    try:
        row = read_json(line)
    except StrictJSONError as error:
        return [RowError(number, "", str(error))]
    if not isinstance(row, dict):
        return [RowError(number, "", "A row is a JSON object.")]
    return read_fields(row, number)


def read_fields(row: Mapping[str, object], number: int) -> PromptRow | list[RowError]:
    """A row by the names of its fields, or all that is wrong with it."""
    if row.keys() == {"prompt"}:
        return [RowError(number, "prompt", LOOKS_EXPORTED)]
    values: dict[str, Any] = {}
    errors = [
        RowError(number, name[:80], f"Not one of the fields {', '.join(READERS)}.")
        for name in sorted(row.keys() - READERS.keys())
    ]
    for name, read in READERS.items():
        if name in row:
            try:
                values[name] = read(row[name])
            except ValueError as error:
                errors.append(RowError(number, name, str(error)))
        elif name == "text":
            errors.append(RowError(number, name, "Missing."))
    if lacks_consent(values):
        errors.append(
            RowError(number, "consent_reference", "A customer's prompt needs one (source_kind).")
        )
    return errors or PromptRow(**values)


def lacks_consent(values: Mapping[str, Any]) -> bool:
    """A customer's prompt is stored only with the reference of their consent (R1)."""
    is_customer = values.get("source_kind") == Prompt.SourceKind.CUSTOMER
    return is_customer and not values.get("consent_reference")


def read_string(value: object, *, at_most: int) -> str:
    if not isinstance(value, str):
        raise ValueError("This must be text in quotes.")
    if len(value) > at_most:
        raise ValueError(f"Longer than {at_most:,} characters.")
    return value


def read_text(value: object) -> str:
    """The text exactly as written; its own spaces and line ends belong to it."""
    text = read_string(value, at_most=MAX_TEXT_CHARACTERS)
    if not text.strip():
        raise ValueError("Empty.")
    return text


def read_category(value: object) -> str | None:
    return None if value is None else read_choice(value, CATEGORIES)


def read_flags(value: object) -> dict[str, bool]:
    if not isinstance(value, dict):
        raise ValueError("This must be an object of flags, each true or false.")
    for key, answer in value.items():
        if key not in PROMPT_QUESTIONS:
            raise ValueError(f"{key[:80]!r} is not one of {', '.join(PROMPT_QUESTIONS)}.")
        if not isinstance(answer, bool):
            raise ValueError(f"{key} is true or false.")
    return value


def read_choice(value: object, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"One of {', '.join(choices)}.")
    return value


def read_key(value: object) -> str:
    return read_string(value, at_most=MAX_KEY_CHARACTERS)


READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "text": read_text,
    "category": read_category,
    "flags": read_flags,
    "source_kind": lambda value: read_choice(value, Prompt.SourceKind.values),
    "distribution": lambda value: read_choice(value, Prompt.Distribution.values),
    "user_key": read_key,
    "organization_key": read_key,
    "consent_reference": lambda value: read_string(value, at_most=MAX_CONSENT_CHARACTERS),
}
