"""Two models' answers to an instruction, judged by several annotators.

One JSON array; each item: {"idx", "cmp_key": "MODEL_MODEL", "instruction", "input", "response1",
"response2", "annotator1": 0 | 1 | 2, "annotator2", ...}, 0 being a tie. What an item was written
for may stand in "motivation_app": prompts of one share their split.

Source: Wang et al. 2023, the PandaLM test set.
"""

import re
from collections.abc import Mapping
from typing import Final

from labeling.importers.reading import (
    Row,
    joined,
    read_any_text,
    read_name,
    read_whole_number,
    reader_of_json,
)
from labeling.importers.records import (
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

RANKS_OF_ANSWER: Final[Mapping[int, tuple[int, int]]] = {0: (1, 1), 1: (1, 2), 2: (2, 1)}
ANNOTATOR: Final = re.compile(r"annotator\d{1,3}")
RESPONSES: Final = ("response1", "response2")


def read_task(row: Row, _: Choices) -> JudgedTask:
    number = row.read("idx", read_index)
    app = row.optional("motivation_app", read_name) or ""
    models = row.read("cmp_key", read_models) or ("", "")
    prompt = joined(row.any_text("instruction"), row.any_text("input"))
    if not prompt.strip():
        row.problem("instruction", "Empty, and so is the input.")
    responses = [row.read(name, read_response) or "" for name in RESPONSES]
    annotators = sorted(name for name in row.members if ANNOTATOR.fullmatch(name))
    answers = [(name, row.optional(name, read_answer)) for name in annotators]
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(
            JudgedCompletion(model, text) for model, text in zip(models, responses, strict=True)
        ),
        # Null is an annotator who said nothing.
        judgments=tuple(
            Judgment(labeler=name, ranks=ranks) for name, ranks in answers if ranks is not None
        ),
        identity=str(number),
        group=app,
        notes=tuple(
            f"{name} is the JSON value {str(row.members[name]).lower()}, "
            f"stored as the text {row.members[name]!s}."
            for name in RESPONSES
            if isinstance(row.members[name], bool)
        ),
    )


def read_index(value: object) -> int:
    number = read_whole_number(value)
    if number < 0:
        raise ValueError("A whole number from 0.")
    return number


def read_answer(value: object) -> tuple[int, int]:
    try:
        return RANKS_OF_ANSWER[read_whole_number(value)]
    except (ValueError, KeyError) as error:
        raise ValueError("0 for a tie, 1 or 2 for the better response, as numbers.") from error


def read_models(value: object) -> tuple[str, str]:
    first, _, second = read_name(value).partition("_")
    if not first or not second or "_" in second or first == second:
        raise ValueError("Two different model names with one underscore between them.")
    return first, second


def read_response(value: object) -> str:
    """An empty response is an answer too, and was judged as one.

    Six responses of the published file are the bare JSON value true: a model's answer "True" that
    a converter took for a truth value.
    """
    return str(value) if isinstance(value, bool) else read_any_text(value)


PANDALM: Final = DataFormat(
    name="pandalm",
    about="Two responses and several annotators; 0 is a tie.",
    row="item",
    read=reader_of_json(read_task),
)
