"""Four models' answers, rated by another model on several axes.

JSON Lines: {"instruction", "completions": [{"model", "response", "annotations": {AXIS: {"Rating":
"1".."5" | "N/A"}}}]}. A model judged, so nothing of it counts as a person's judgment.

Source: Cui et al. 2023.
"""

from collections.abc import Mapping
from statistics import fmean
from typing import Final

from labeling.importers.reading import Row, ranks_by_score, reader_of_json
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

JUDGE: Final = "gpt-4"
MEAN: Final = "mean"
NOT_RATED: Final = "N/A"


def read_task(row: Row, choices: Choices) -> JudgedTask:
    prompt = row.text("instruction")
    completions = row.rows("completions")
    answers = [JudgedCompletion(one.name("model"), one.any_text("response")) for one in completions]
    # Null is a completion, or an axis, that was not rated.
    axes = [
        read_axes(one.row("annotations")) if one.members.get("annotations", 0) is not None else {}
        for one in completions
    ]
    row.check()
    scores = [score_of(ratings, choices["axis"]) for ratings in axes]
    return JudgedTask(
        prompt=prompt,
        completions=tuple(answers),
        judgments=(Judgment(JUDGE, ranks_by_score(scores), axes=tuple(axes), is_by_model=True),),
    )


def read_axes(row: Row) -> dict[str, float]:
    found = {}
    for axis in sorted(row.members):
        if row.members.get(axis) is None:
            continue
        rating = row.row(axis).read("Rating", read_rating)
        if rating:
            found[axis] = rating
    return found


def read_rating(value: object) -> float:
    """0 where it was not rated."""
    if value is None or value == NOT_RATED:
        return 0.0
    number = value if not isinstance(value, str) else int(value) if value.isdecimal() else None
    if isinstance(number, bool) or not isinstance(number, int | float) or not 1 <= number <= 5:
        raise ValueError("1 to 5, or N/A.")
    return float(number)


def score_of(ratings: Mapping[str, float], axis: str) -> float | None:
    if axis != MEAN:
        return ratings.get(axis)
    return fmean(ratings.values()) if ratings else None


ULTRAFEEDBACK: Final = DataFormat(
    name="ultrafeedback",
    about="Answers rated by a model: no person's judgment.",
    row="line",
    read=reader_of_json(read_task),
    choices=(Choice("axis", "the axis that orders the answers, or their mean", MEAN),),
)
