"""Prompts that were exported here and come back: {"prompt"} a line, and a file for each split."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

from config.strict_json import StrictJSONError, read_json
from labeling.importers.prompts import PromptRow, RowError, numbered_lines, read_text
from labeling.text_hygiene import Split, split_of_key, text_sha256

IMPORTED_FROM: Final = "concord"
DIGITS_OF_HASH: Final = 32


def read_exported_prompts(
    lines: Iterable[bytes], split: Split
) -> Iterator[tuple[int, PromptRow | list[RowError]]]:
    """Every line that is not blank with its number from 1: a row, or what is wrong with it."""
    for number, line in numbered_lines(lines):
        yield number, read_exported_prompt(line, number, split)


def read_exported_prompt(line: bytes, number: int, split: Split) -> PromptRow | list[RowError]:
    """What was held out before must not be trained on afterwards (R6), so each prompt gets a key
    of its own that falls into ``split``.
    """
    try:
        row = read_json(line)
        if not isinstance(row, dict) or row.keys() != {"prompt"}:
            raise ValueError('A row of an exported prompts.jsonl is {"prompt": "..."}.')
        text = read_text(row["prompt"])
    except (StrictJSONError, ValueError) as error:
        return [RowError(number, "", str(error))]
    return PromptRow(text, user_key=key_of_line(number, text, split), imported_from=IMPORTED_FROM)


def key_of_line(number: int, text: str, split: Split) -> str:
    """The first key of this line in the split. Keys sort as their lines do.

    A snapshot takes held-out prompts in the order of their keys, so they come out as they came in.
    """
    base = f"{IMPORTED_FROM}/{number:09}/{text_sha256(text)[:DIGITS_OF_HASH]}"
    keys = (f"{base}/{place}" for place in count())
    return next(key for key in keys if split_of_key(key) == split)
