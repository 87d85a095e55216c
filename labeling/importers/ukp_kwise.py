"""Convincing arguments: K arguments for one side of a debate, compared in pairs by a crowd.

JSON Lines, a task a line: {"task_id", "prompt", "completions": [{"id", "text", "source_id"}],
"comparisons": [{"labeler", "a", "b", "label": "a" | "b" | "tie", "created_at"}]}, where source_id
and created_at may be missing. Every comparison becomes a partial ranking of two, so that the
judgments of a task may leave pairs open.

Source: Habernal and Gurevych 2016, UKPConvArg1.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from labeling.importers.reading import Row, one_of, read_identity, read_time, reader_of_json
from labeling.importers.records import (
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

RANKS_OF_LABEL: Final[Mapping[str, tuple[int, int]]] = {"a": (1, 2), "b": (2, 1), "tie": (1, 1)}
# Other shapes of judgment that the format has room for and this data set leaves empty.
UNREAD_MEMBERS: Final = ("rankings", "ratings")


def read_task(row: Row, _: Choices) -> JudgedTask:
    identity = row.read("task_id", read_identity) or ""
    prompt = row.text("prompt")
    completions = [
        (one.read("id", read_identity) or "", completion_of(one)) for one in row.rows("completions")
    ]
    position_of = {name: position for position, (name, _) in enumerate(completions)}
    if len(position_of) < len(completions):
        row.problem("completions", "The same completion twice in one task.")
    judgments = [judgment_of(one, position_of) for one in row.rows("comparisons")]
    for name in UNREAD_MEMBERS:
        if row.members.get(name):
            row.problem(name, "Only pairwise comparisons are imported; leave this list empty.")
    row.check()
    # Both sides of a debate stay in one split: what is argued for one is argued against in the
    # other.
    debate = prompt.split("\n", 1)[0]
    return JudgedTask(
        prompt=prompt,
        completions=tuple(completion for _, completion in completions),
        judgments=tuple(judgments),
        identity=identity,
        group=debate,
    )


def completion_of(row: Row) -> JudgedCompletion:
    key = row.optional("source_id", read_identity) or ""
    return JudgedCompletion("arguments", row.any_text("text"), key=key)


def judgment_of(row: Row, position_of: Mapping[str, int]) -> Judgment:
    labeler = row.read("labeler", read_identity) or ""
    first, second = row.read("label", one_of(RANKS_OF_LABEL)) or (1, 1)
    judged_at = row.optional("created_at", read_time)
    sides = [read_position(row, name, position_of) for name in ("a", "b")]
    return Judgment(
        labeler, ranks_of(sides, (first, second), len(position_of)), judged_at=judged_at
    )


def read_position(row: Row, name: str, position_of: Mapping[str, int]) -> int:
    completion = row.read(name, read_identity)
    if completion is not None and completion not in position_of:
        row.problem(name, f"The task has no completion {completion!r}.")
    return position_of.get(completion or "", 0)


def ranks_of(
    positions: Sequence[int], ranks: Sequence[int], num_completions: int
) -> tuple[int | None, ...]:
    """The ranks at these positions, and none elsewhere."""
    rank_of = dict(zip(positions, ranks, strict=True))
    return tuple(rank_of.get(position) for position in range(num_completions))


UKP: Final = DataFormat(
    name="ukp",
    about="Arguments of which every pair was judged by several people.",
    row="line",
    read=reader_of_json(read_task),
)
