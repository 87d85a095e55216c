"""Two models' answers to an instruction, judged by several annotators.

One JSON array; each item: {"idx", "motivation_app", "cmp_key": "MODEL_MODEL", "instruction",
"input", "response1", "response2", "annotator1": 0 | 1 | 2, "annotator2", ...}, 0 being a tie.

Source: Wang et al. 2023, the PandaLM test set.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from config.strict_json import StrictJSONError, read_json
from labeling.importers.files import MAX_TEXT_CHARACTERS
from labeling.importers.judgments import (
    JudgedCompletion,
    JudgedTask,
    Judgment,
    JudgmentFormat,
    NumberedTask,
    Problems,
    content_key,
    read_name,
    read_object,
    split_key,
)
from labeling.importers.prompts import PromptRow, RowError, read_string

DATASET: Final = "pandalm"
RANKS_OF_ANSWER: Final[Mapping[int, tuple[int, int]]] = {0: (1, 1), 1: (1, 2), 2: (2, 1)}
ANNOTATOR: Final = re.compile(r"annotator\d{1,3}")
RESPONSES: Final = ("response1", "response2")


def read_tasks(file: BinaryIO) -> Iterator[NumberedTask]:
    """The items with their ``idx``, or their place from 0 where they have none.

    The array is one JSON document, so a syntax error spoils all of it.
    """
    try:
        items = read_json(file.read())
    except StrictJSONError as error:
        yield 0, [RowError(0, "", str(error))]
        return
    if not isinstance(items, list):
        yield 0, [RowError(0, "", "The file is a JSON array.")]
        return
    for place, item in enumerate(items):
        yield number_of(item, place), read_task(item, number_of(item, place))


def number_of(item: object, place: int) -> int:
    number = item.get("idx") if isinstance(item, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else place


def read_task(item: object, number: int) -> JudgedTask | list[RowError]:
    problems = Problems(number)
    if not isinstance(item, dict):
        problems.add("", "An item is a JSON object.")
        return problems.found
    row = read_object(item)
    problems.read(row, "idx", read_index)
    app = problems.read(row, "motivation_app", read_name)
    models = problems.read(row, "cmp_key", read_models)
    instruction = problems.read(row, "instruction", read_any_text)
    context = problems.read(row, "input", read_any_text)
    responses = [problems.read(row, name, read_response) for name in RESPONSES]
    judgments = list(read_judgments(row, number, problems))
    prompt = joined(instruction or "", context or "")
    if not prompt.strip():
        problems.add("instruction", "Empty, and so is the input.")
    if problems.found or models is None or app is None:
        return problems.found
    return JudgedTask(
        identity=str(number),
        prompt=PromptRow(text=prompt, user_key=split_key(DATASET, app), imported_from=DATASET),
        completions=tuple(
            JudgedCompletion(f"{DATASET}/{model}", content_key(prompt, text or ""), text or "")
            for model, text in zip(models, responses, strict=True)
        ),
        judgments=tuple(judgments),
        notes=tuple(
            f"{name} is the JSON value {str(row[name]).lower()}, stored as the text {row[name]!s}."
            for name in RESPONSES
            if isinstance(row[name], bool)
        ),
    )


def read_judgments(
    row: Mapping[str, object], number: int, problems: Problems
) -> Iterator[Judgment]:
    annotators = sorted(name for name in row if ANNOTATOR.fullmatch(name))
    if not annotators:
        problems.add("annotator1", "Missing: there is no judgment to import.")
    for name in annotators:
        ranks = problems.read(row, name, read_answer)
        if ranks is not None:
            yield Judgment(labeler=name, ranks=ranks, identity=f"{number}/{name}")


def read_index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("A whole number from 0.")
    return value


def read_answer(value: object) -> tuple[int, int]:
    if isinstance(value, bool) or not isinstance(value, int) or value not in RANKS_OF_ANSWER:
        raise ValueError("0 for a tie, 1 or 2 for the better response.")
    return RANKS_OF_ANSWER[value]


def read_models(value: object) -> tuple[str, str]:
    first, _, second = read_name(value).partition("_")
    if not first or not second or "_" in second or first == second:
        raise ValueError("Two different model names with one underscore between them.")
    return first, second


def read_any_text(value: object) -> str:
    return read_string(value, at_most=MAX_TEXT_CHARACTERS)


def read_response(value: object) -> str:
    """An empty response is an answer too, and was judged as one.

    Six responses of the published file are the bare JSON value true: a model's answer "True" that
    a converter took for a truth value.
    """
    return str(value) if isinstance(value, bool) else read_any_text(value)


def joined(instruction: str, context: str) -> str:
    return f"{instruction}\n\n{context}" if context else instruction


PANDALM: Final = JudgmentFormat(name=DATASET, row="item", read=read_tasks)
