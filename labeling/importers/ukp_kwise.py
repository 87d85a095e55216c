"""Convincing arguments: K arguments for one side of a debate, compared in pairs by a crowd.

JSON Lines, a task a line: {"task_id", "prompt", "completions": [{"id", "source_id", "text"}],
"comparisons": [{"labeler", "a", "b", "label": "a" | "b" | "tie", "created_at"}]}. Every comparison
becomes a partial ranking of two, so that the judgments of a task may leave pairs open.

Source: Habernal and Gurevych 2016, UKPConvArg1.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final

from config.strict_json import StrictJSONError, read_json
from labeling.importers.judgments import (
    JudgedCompletion,
    JudgedTask,
    Judgment,
    JudgmentFormat,
    NumberedTask,
    Problems,
    content_key,
    read_completion_list,
    read_name,
    read_object,
    read_objects,
    read_time,
    split_key,
)
from labeling.importers.prompts import PromptRow, RowError, read_choice, read_text

DATASET: Final = "ukp"
RANKS_OF_LABEL: Final[Mapping[str, tuple[int, int]]] = {"a": (1, 2), "b": (2, 1), "tie": (1, 1)}
# Other shapes of judgment that the format has room for and this data set leaves empty.
UNREAD_MEMBERS: Final = ("rankings", "ratings")

Comparison = tuple[str, int, int]


def read_tasks(lines: BinaryIO) -> Iterator[NumberedTask]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, read_task(line, number)


def read_task(line: bytes, number: int) -> JudgedTask | list[RowError]:
    try:
        row = read_object(read_json(line))
    except StrictJSONError as error:
        return [RowError(number, "", str(error))]
    except ValueError:
        return [RowError(number, "", "A row is a JSON object.")]
    problems = Problems(number)
    identity = problems.read(row, "task_id", read_name)
    prompt = problems.read(row, "prompt", read_text)
    completions = problems.read(row, "completions", read_completion_list) or []
    position_of = positions(completions, problems)
    comparisons = problems.read(row, "comparisons", read_objects) or []
    judgments = list(read_judgments(comparisons, position_of, str(identity), problems))
    refuse_unread(row, problems)
    if not comparisons and not problems.found:
        problems.add("comparisons", "There is no judgment to import.")
    if problems.found or identity is None or prompt is None:
        return problems.found
    return JudgedTask(
        identity=identity,
        prompt=prompt_row(prompt),
        completions=tuple(judged_completion(prompt, row) for row in completions),
        judgments=tuple(judgments),
    )


def positions(completions: Iterable[Mapping[str, object]], problems: Problems) -> dict[str, int]:
    """Where each completion stands, by its id within the task."""
    position_of: dict[str, int] = {}
    source_ids = set()
    for position, row in enumerate(completions):
        at = f"completions.{position}"
        problems.read(row, "text", read_text, at)
        name = problems.read(row, "id", read_name, at)
        source_id = problems.read(row, "source_id", read_name, at)
        if name in position_of or source_id in source_ids:
            problems.add(at, "The same completion twice in one task.")
        if name is not None:
            position_of[name] = position
        if source_id is not None:
            source_ids.add(source_id)
    return position_of


def read_judgments(
    comparisons: Iterable[Mapping[str, object]],
    position_of: Mapping[str, int],
    task: str,
    problems: Problems,
) -> Iterator[Judgment]:
    seen: set[Comparison] = set()
    for index, row in enumerate(comparisons):
        at = f"comparisons.{index}"
        labeler = problems.read(row, "labeler", read_name, at)
        label = problems.read(row, "label", lambda value: read_choice(value, RANKS_OF_LABEL), at)
        a = read_position(row, "a", position_of, problems, at)
        b = read_position(row, "b", position_of, problems, at)
        judged_at = problems.read(row, "created_at", read_time, at) if "created_at" in row else None
        if labeler is None or label is None or a is None or b is None:
            continue
        comparison = (labeler, min(a, b), max(a, b))
        if a == b or comparison in seen:
            problems.add(at, "A completion against itself." if a == b else "Judged twice.")
            continue
        seen.add(comparison)
        ranks: list[int | None] = [None] * len(position_of)
        ranks[a], ranks[b] = RANKS_OF_LABEL[label]
        identity = f"{task}/{labeler}/{comparison[1]}/{comparison[2]}"
        yield Judgment(labeler, tuple(ranks), identity, judged_at)


def read_position(
    row: Mapping[str, object],
    name: str,
    position_of: Mapping[str, int],
    problems: Problems,
    at: str,
) -> int | None:
    completion = problems.read(row, name, read_name, at)
    if completion is not None and completion not in position_of:
        problems.add(f"{at}.{name}", f"The task has no completion {completion!r}.")
    return position_of.get(completion or "")


def refuse_unread(row: Mapping[str, object], problems: Problems) -> None:
    for name in UNREAD_MEMBERS:
        if row.get(name):
            problems.add(name, "Only pairwise comparisons are imported; leave this list empty.")


def prompt_row(text: str) -> PromptRow:
    """Both sides of a debate stay in one split: what is argued for one is argued against in the
    other."""
    debate, _, _ = text.partition("\n")
    return PromptRow(text=text, user_key=split_key(DATASET, debate), imported_from=DATASET)


def judged_completion(prompt: str, row: Mapping[str, object]) -> JudgedCompletion:
    text, source_id = str(row["text"]), str(row["source_id"])
    return JudgedCompletion(f"{DATASET}/arguments", content_key(prompt, source_id, text), text)


UKP: Final = JudgmentFormat(name=DATASET, row="line", read=read_tasks)
