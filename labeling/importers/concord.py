"""What Concord itself exports of rankings and demonstrations.

JSON Lines: {"prompt", "category", "split", "completions": [{"text", "source"}], "rankings":
[{"labeler", "ranks"}]}, a ranking with "axes" where ratings had been imported with it; or
{"prompt", "completion", "labeler", "split"}. Labelers stay apart under their pseudonyms, simulated
ones stay simulated, a prompt stays in its split, and what was two tasks of the same completions
is two tasks again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, Final, cast

from labeling.catalogue import CATEGORIES
from labeling.counting_words import count_of
from labeling.importers.json_files import json_rows
from labeling.importers.prompts import read_choice
from labeling.importers.reading import Row, read_name, read_rank, read_values
from labeling.importers.records import (
    SIMULATED,
    Choices,
    DataFormat,
    Demonstrated,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
    NumberedRow,
    Record,
)
from labeling.text_hygiene import Split

SPLITS: Final = ("train", "validation")
MAX_SOURCE_CHARACTERS: Final = 160


def read_file(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    seen: Counter[bytes] = Counter()

    def read_row(row: Row, _: Choices) -> Record:
        # The number of a task is one of the export, and counted anew in the next.
        row.pass_over("task")
        return told_apart(read_task(row), seen) if "rankings" in row.members else written(row)

    return read_values(json_rows(file), read_row, choices)


def told_apart(task: JudgedTask, seen: Counter[bytes]) -> JudgedTask:
    """The second task of the same completions in a file, and every later one, under its number."""
    told = repr(sorted((one.source, one.text, one.key) for one in task.completions))
    content = sha256(f"{task.prompt}\0{told}".encode())
    seen[content.digest()] += 1
    times = seen[content.digest()]
    return replace(task, identity=f"{content.hexdigest()}/{times}") if times > 1 else task


def read_task(row: Row) -> JudgedTask:
    prompt, split = row.text("prompt"), read_split(row)
    category = row.read("category", read_category, "") or None
    completions = numbered([read_completion(one) for one in row.rows("completions")])
    judgments = [read_ranking(one, len(completions)) for one in row.rows("rankings")]
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(completions),
        judgments=tuple(judgments),
        category=category,
        split=split,
    )


def written(row: Row) -> Demonstrated | LeftOut:
    prompt, split = row.text("prompt"), read_split(row)
    text = row.any_text("completion")
    writer = row.name("labeler")
    row.check()
    if not text:
        return LeftOut("An empty answer is nothing to imitate.")
    return Demonstrated(
        prompt=prompt,
        text=text,
        writer=writer,
        is_by_model=writer.startswith(SIMULATED),
        split=split,
    )


def read_split(row: Row) -> Split | None:
    found = row.optional("split", lambda value: read_choice(value, SPLITS))
    return cast(Split | None, found)


def read_category(value: object) -> str:
    return "" if value is None or value == "" else read_choice(value, CATEGORIES)


def read_completion(row: Row) -> JudgedCompletion:
    return JudgedCompletion(row.read("source", read_source) or "", row.any_text("text"))


def read_source(value: object) -> str:
    """What came in under a name went out with its data set before that."""
    return read_name(value, at_most=MAX_SOURCE_CHARACTERS)


def numbered(completions: Sequence[JudgedCompletion]) -> list[JudgedCompletion]:
    """A model may say the same thing twice: the second time is a completion of its own."""
    seen: Counter[JudgedCompletion] = Counter()
    found = []
    for one in completions:
        seen[one] += 1
        times = seen[one]
        found.append(JudgedCompletion(one.source, one.text, key=str(times) if times > 1 else ""))
    return found


def read_ranking(row: Row, k: int) -> Judgment:
    labeler = row.name("labeler")
    ranks = row.read("ranks", read_ranks) or (None,) * k
    if len(ranks) != k:
        row.problem("ranks", f"{count_of(len(ranks), 'rank')} of {k} completions.")
        ranks = (None,) * k
    axes = row.optional("axes", read_axes) or []
    if axes and len(axes) != k:
        row.problem("axes", f"Axes of {len(axes)} of {k} completions.")
    return Judgment(labeler, ranks, is_by_model=labeler.startswith(SIMULATED), axes=tuple(axes))


def read_axes(value: object) -> list[dict[str, float]]:
    """Per completion its ratings on the scales of the data set that it first came from."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("This must be a list of ratings by axis.")
    for axes in value:
        for axis, rating in axes.items():
            if isinstance(rating, bool) or not isinstance(rating, int | float):
                raise ValueError(f"The rating of {axis} is a number.")
    return value


def read_ranks(value: object) -> tuple[int | None, ...]:
    if not isinstance(value, list):
        raise ValueError("This must be a list.")
    return tuple(read_rank(one) for one in value)


CONCORD: Final = DataFormat(
    name="concord",
    about="What is exported here: ranking.jsonl and sft.jsonl.",
    row="line",
    read=read_file,
)
