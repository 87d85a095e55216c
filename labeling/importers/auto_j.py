"""Two responses to a prompt of a scenario, one preferred or a tie.

JSON Lines: {"scenario", "label": 0 | 1 | 2, "prompt", "response 1", "response 2"}, where 0 and 1
name the better response and 2 is a tie.

Source: Li et al. 2023, Auto-J.
"""

from collections.abc import Mapping
from typing import Final

from labeling.importers.reading import Row, read_whole_number, reader_of_json
from labeling.importers.records import (
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

RANKS_OF_LABEL: Final[Mapping[int, tuple[int, int]]] = {0: (1, 2), 1: (2, 1), 2: (1, 1)}
SOURCE: Final = "assistant"


def read_task(row: Row, _: Choices) -> JudgedTask:
    prompt = row.text("prompt")
    responses = [row.any_text(f"response {side}") for side in (1, 2)]
    ranks = row.read("label", read_label) or (1, 1)
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(JudgedCompletion(SOURCE, text) for text in responses),
        judgments=(Judgment(SOMEBODY, ranks),),
    )


def read_label(value: object) -> tuple[int, int]:
    try:
        return RANKS_OF_LABEL[read_whole_number(value)]
    except (ValueError, KeyError) as error:
        said = "0 or 1 for the better response, 2 for a tie, as numbers."
        raise ValueError(said) from error


AUTO_J: Final = DataFormat(
    name="auto-j",
    about="Two responses and a label: 0, 1, or 2 for a tie.",
    row="line",
    read=reader_of_json(read_task),
)
