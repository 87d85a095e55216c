"""Texts that several people scored on metrics, one file a data set.

One JSON object: {"dataset", "annotations": [{"metric", "category": "graded" | "continuous" |
"categorical", "worst", "best"}], "instances": [{"id", "instance", "annotations": {METRIC:
{"individual_human_scores": [...]}}}]}. Scores alone compare nothing: the instances that share a
prompt are one task, ordered by the scores of each annotator. Which member of an instance is the
prompt and which the completion differs from file to file and is chosen; either may stand beside
"instance" instead of within it, and an "instance" that is a text itself is the completion. An
annotator is known by a place in the list of scores only.

Source: Bavaresco et al. 2024.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import BinaryIO, Final

from labeling.importers.files import UnreadableFile
from labeling.importers.json_files import json_document
from labeling.importers.not_kept import Members, with_not_kept
from labeling.importers.prompts import RowError
from labeling.importers.reading import (
    BrokenRow,
    Row,
    ranks_by_score,
    read_identity,
    read_number,
)
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    NumberedRow,
)
from labeling.importers.settling import settled

SOURCE: Final = "instance"
CATEGORICAL: Final = "categorical"


@dataclass(frozen=True)
class Scored:
    """One text with the score of each annotator, None where one gave none; higher is better."""

    text: str
    key: str
    scores: Sequence[float | None]
    members: Members


def read_file(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    try:
        document = json_document(file)
        if not isinstance(document, dict):
            raise UnreadableFile("The file is one JSON object.")
        whole = Row.of(0, document)
        metric, direction = chosen_metric(whole, choices["metric"])
        instances = whole.rows("instances")
        whole.check()
    except UnreadableFile as error:
        yield 0, [RowError(0, "", str(error))]
        return
    except BrokenRow:
        yield 0, whole.problems.found
        return
    yield from tasks_of(instances, metric, direction, choices)


def chosen_metric(whole: Row, wanted: str) -> tuple[str, int]:
    """The metric to order by, and 1 where more is better, -1 where less is.

    Raises: UnreadableFile.
    """
    known = {
        one.name("metric"): one
        for one in whole.rows("annotations")
        if one.members.get("category") != CATEGORICAL
    }
    whole.check()
    name = wanted or next(iter(known), "")
    if name not in known:
        names = ", ".join(known) or "none"
        raise UnreadableFile(f"No metric {name!r} that orders anything; there are: {names}.")
    worst = known[name].optional("worst", read_number)
    best = known[name].optional("best", read_number)
    is_falling = worst is not None and best is not None and best < worst
    return name, -1 if is_falling else 1


def tasks_of(
    instances: Sequence[Row], metric: str, direction: int, choices: Choices
) -> Iterator[NumberedRow]:
    groups: dict[str, list[Scored]] = {}
    first_of: dict[str, int] = {}
    for number, row in enumerate(instances, start=1):
        one = Row.of(number, row.members)
        try:
            prompt, scored = read_instance(one, metric, direction, choices)
        except BrokenRow:
            yield number, one.problems.found
            continue
        groups.setdefault(prompt, []).append(scored)
        first_of.setdefault(prompt, number)
    for prompt, group in groups.items():
        task = settled(task_of(prompt, group))
        (found,) = with_not_kept([task], [one.members for one in group])
        yield first_of[prompt], replace(found, num_rows=len(group))


def read_instance(row: Row, metric: str, direction: int, choices: Choices) -> tuple[str, Scored]:
    """Raises: BrokenRow."""
    prompt = place_of(choices["prompt"], row).text(choices["prompt"])
    text = completion_of(row, choices["completion"])
    key = row.read("id", read_identity) or ""
    found = row.row("annotations").row(metric)
    scores = found.read("individual_human_scores", read_scores) or []
    row.check()
    rated = [None if score is None else direction * score for score in scores]
    return prompt, Scored(text, key, rated, row.members)


def place_of(name: str, row: Row) -> Row:
    """What holds the member of this name: the instance, or the row around it."""
    instance = row.members.get(SOURCE)
    is_within = isinstance(instance, dict) and (name in instance or name not in row.members)
    return row.row(SOURCE) if is_within else row


def completion_of(row: Row, name: str) -> str:
    if name not in row.members and isinstance(row.members.get(SOURCE), str):
        return row.any_text(SOURCE)
    return place_of(name, row).any_text(name)


def read_scores(value: object) -> list[float | None]:
    if not isinstance(value, list):
        raise ValueError("This must be a list.")
    return [None if score is None else read_number(score) for score in value]


def task_of(prompt: str, group: Sequence[Scored]) -> JudgedTask:
    # A list that is shorter than another lacks the last annotators' scores.
    by_annotator = zip_longest(*(one.scores for one in group))
    return JudgedTask(
        prompt=prompt,
        completions=tuple(JudgedCompletion(SOURCE, one.text, key=one.key) for one in group),
        judgments=tuple(
            Judgment(f"annotator {number}", ranks_by_score(scores))
            for number, scores in enumerate(by_annotator, start=1)
        ),
    )


JUDGE_BENCH: Final = DataFormat(
    name="judge-bench",
    about="Texts of one prompt, ordered by each annotator's scores.",
    row="instance",
    read=read_file,
    choices=(
        Choice("prompt", "the member of an instance that is the prompt", "prompt"),
        Choice("completion", "the member of an instance that was scored", "completion"),
        Choice("metric", "the metric that orders; the first that can unless chosen"),
    ),
)
