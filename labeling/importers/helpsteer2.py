"""Pairs of responses, each rated on five axes from 0 to 4.

JSON Lines: {"prompt", "response", "helpfulness", "correctness", "coherence", "complexity",
"verbosity"}; rows that follow each other share their prompt. The ratings are the rounded mean of
several annotators.

Source: Wang et al. 2024.
"""

from collections.abc import Sequence
from typing import Final

from labeling.importers.reading import (
    MISSING,
    Row,
    ranks_by_score,
    read_whole_number,
    reader_of_groups,
)
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

AXES: Final = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
SOURCE: Final = "assistant"
ANNOTATORS: Final = "annotators"
SCALE: Final = range(5)


def prompt_of_row(row: Row, _: Choices) -> str:
    return repr(row.members["prompt"]) if "prompt" in row.members else ""


def read_task(rows: Sequence[Row], choices: Choices) -> JudgedTask:
    prompt = rows[0].text("prompt")
    answers = [JudgedCompletion(SOURCE, row.any_text("response")) for row in rows]
    scores = [read_score(row, choices["axis"]) for row in rows]
    axes = [read_axes(row) for row in rows]
    for row in rows:
        row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(answers),
        judgments=(Judgment(ANNOTATORS, ranks_by_score(scores), axes=tuple(axes)),),
    )


def read_score(row: Row, axis: str) -> float | None:
    """None where nobody rated it."""
    if axis not in row.members:
        row.problem(axis, MISSING)
    return row.optional(axis, read_rating)


def read_axes(row: Row) -> dict[str, float]:
    found = {axis: row.optional(axis, read_rating) for axis in AXES}
    return {axis: rating for axis, rating in found.items() if rating is not None}


def read_rating(value: object) -> float:
    rating = read_whole_number(value)
    if rating not in SCALE:
        raise ValueError("0 to 4.")
    return float(rating)


HELPSTEER2: Final = DataFormat(
    name="helpsteer2",
    about="Responses rated on five axes; rows of one prompt follow each other.",
    row="line",
    read=reader_of_groups(prompt_of_row, read_task),
    choices=(Choice("axis", "the axis that orders the responses", "helpfulness", AXES),),
)
