"""Rankings as one string of bytes, and back: the columns that are kept of some thousand prompts.

A JSON line names the columns with the type and the length of each, and their numbers follow, in as
few bytes each as the largest of them needs.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from labeling.agreement.judgments import RankedItems
from labeling.selectors.judged_pairs import RankingRows

OF_ITEMS: Final = (
    "ranking",
    "position",
    "rank",
    "length",
    "task",
    "labeler",
    "prompt",
    "has_sides",
    "shown",
)
OF_ROWS: Final = (
    "source",
    "subject",
    "k",
    "k_of_task",
    "is_held_out",
    "is_simulated",
    "instructions",
    "submitted_at",
)
PROJECTS: Final = "projects"
PROMPTS: Final = "prompts"


def packed(rows: RankingRows) -> bytes:
    """Raises: ValueError for rankings of which it is not known in which order they were shown."""
    if rows.items.shown is None:
        raise ValueError("the order shown is missing")
    projects, prompts = np.array(rows.subjects, dtype=np.int64).reshape(-1, 2).T
    columns = {
        **{name: getattr(rows.items, name) for name in OF_ITEMS},
        **{name: getattr(rows, name) for name in OF_ROWS},
        PROJECTS: projects,
        PROMPTS: prompts,
    }
    small = {name: _in_few_bytes(column) for name, column in columns.items()}
    head = [(name, column.dtype.str, len(column)) for name, column in small.items()]
    parts = [column.tobytes() for column in small.values()]
    return b"".join([json.dumps(head).encode(), b"\n", *parts])


def unpacked(content: bytes) -> RankingRows:
    """Raises: ValueError for what is cut off."""
    head, _, numbers = content.partition(b"\n")
    columns: dict[str, NDArray[Any]] = {}
    offset = 0
    for name, form, length in json.loads(head):
        column = np.frombuffer(numbers, dtype=form, count=length, offset=offset)
        offset += column.nbytes
        columns[name] = column if column.dtype == np.bool_ else column.astype(np.int64)
    subjects = list(zip(columns[PROJECTS].tolist(), columns[PROMPTS].tolist(), strict=True))
    return RankingRows(
        items=RankedItems(**_named(columns, OF_ITEMS)),
        subjects=subjects,
        **_named(columns, OF_ROWS),
    )


def _named(columns: Mapping[str, NDArray[Any]], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: columns[name] for name in names}


def _in_few_bytes(column: NDArray[Any]) -> NDArray[Any]:
    if column.dtype == np.bool_ or not len(column):
        return column
    lowest, highest = (np.min_scalar_type(int(end)) for end in (column.min(), column.max()))
    return column.astype(np.result_type(lowest, highest))
