"""The columns of every exported file, for formats that must be told their types before the rows.

They do not depend on the data: both splits of an export, and two exports, have the same columns.
"""

from collections.abc import Mapping
from typing import Any, Final

TEXT: Final = str
# A list of messages, of one shape for the prompt and for what was written after it.
MESSAGES: Final = [{"role": TEXT, "content": TEXT}]
# The scales of an imported data set may have any names, so a rating carries the name of its own.
RATING: Final = {"name": TEXT, "value": float}
PAIR: Final = {
    "chosen_source": TEXT,
    "rejected_source": TEXT,
    "rank_gap": int,
    "pair_weight": float,
    "labeler": TEXT,
    "task": int,
    "category": TEXT,
}

# By the name of the file without its ending. A list of one is a list of such, a dict an object.
COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ranking": {
        "task": int,
        "prompt": TEXT,
        "category": TEXT,
        "split": TEXT,
        "completions": [{"text": TEXT, "source": TEXT}],
        # The ratings of each completion; no list at all where none came with the ranking.
        "rankings": [{"labeler": TEXT, "ranks": [int], "axes": [[RATING]]}],
    },
    "preference": {"prompt": TEXT, "chosen": TEXT, "rejected": TEXT} | PAIR,
    "preference_messages": {"prompt": MESSAGES, "chosen": MESSAGES, "rejected": MESSAGES} | PAIR,
    "unpaired": {
        "prompt": TEXT,
        "completion": TEXT,
        "label": bool,
        "completion_source": TEXT,
        "labeler": TEXT,
        "task": int,
        "category": TEXT,
    },
    "sft": {"prompt": TEXT, "completion": TEXT, "labeler": TEXT, "split": TEXT},
    "sft_messages": {"messages": MESSAGES, "labeler": TEXT},
    "prompts": {"prompt": TEXT},
}


def with_named_ratings(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of `ranking` with ``{"axes": [{"overall": 4}, {}]}`` as lists of name and value.

    Other rows, and rankings that nothing was rated with, are what they were.
    """
    if not any("axes" in one for one in row.get("rankings", ())):
        return row
    rankings = [
        one | {"axes": [named(ratings) for ratings in one["axes"]]} if "axes" in one else one
        for one in row["rankings"]
    ]
    return {**row, "rankings": rankings}


def named(ratings: Mapping[str, float]) -> list[dict[str, str | float]]:
    return [{"name": name, "value": float(value)} for name, value in ratings.items()]
