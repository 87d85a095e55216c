"""Instructions with answers to imitate.

self-instruct: {"id", "instruction", "instances": [{"input", "output"}]}, a prompt for each
instance. Alpaca: {"instruction", "input", "output"}. Dolly: {"instruction", "context", "response",
"category"}. Who wrote the answers does not stand in the files: people's train a model, a model's
never count as a labeler's.
"""

from collections.abc import Mapping
from typing import Final

from labeling.importers.reading import (
    Row,
    joined,
    read_any_text,
    read_identity,
    read_name,
    reader_of_json,
)
from labeling.importers.records import (
    SOMEBODY,
    Choice,
    Choices,
    DataFormat,
    Demonstrated,
    LeftOut,
    Record,
)

MODEL: Final = "model"
CATEGORY_OF: Final[Mapping[str, str]] = {
    "brainstorming": "brainstorming",
    "classification": "classification",
    "closed_qa": "closed_qa",
    "creative_writing": "generation",
    "general_qa": "open_qa",
    "information_extraction": "extract",
    "open_qa": "open_qa",
    "summarization": "summarization",
}


def written_by(default: str) -> Choice:
    return Choice("written-by", "who wrote the answers", default, ("people", MODEL))


def read_self_instruct(row: Row, choices: Choices) -> tuple[Record, ...]:
    instruction = row.text("instruction")
    group = row.optional("id", read_identity) or ""
    instances = [
        (one.optional("input", read_any_text) or "", one.any_text("output"))
        for one in row.rows("instances")
    ]
    row.check()
    return tuple(
        demonstrated(joined(instruction, context), answer, choices, group=group)
        for context, answer in instances
    ) or (LeftOut("No instance."),)


def read_alpaca(row: Row, choices: Choices) -> Record:
    prompt = joined(row.text("instruction"), row.optional("input", read_any_text) or "")
    answer = row.any_text("output")
    row.check()
    return demonstrated(prompt, answer, choices)


def read_dolly(row: Row, choices: Choices) -> Record:
    prompt = joined(row.text("instruction"), row.optional("context", read_any_text) or "")
    answer = row.any_text("response")
    category = row.optional("category", read_name)
    row.check()
    return demonstrated(prompt, answer, choices, category=CATEGORY_OF.get(category or ""))


def demonstrated(
    prompt: str, answer: str, choices: Choices, *, group: str = "", category: str | None = None
) -> Record:
    if not answer.strip():
        return LeftOut("An empty answer is nothing to imitate.")
    return Demonstrated(
        prompt=prompt,
        text=answer,
        writer=MODEL if choices["written-by"] == MODEL else SOMEBODY,
        is_by_model=choices["written-by"] == MODEL,
        group=group,
        category=category,
    )


SELF_INSTRUCT: Final = DataFormat(
    name="self-instruct",
    about="Demonstrations with their instances.",
    row="line",
    read=reader_of_json(read_self_instruct),
    choices=(written_by("people"),),
)
ALPACA: Final = DataFormat(
    name="alpaca",
    about="Demonstrations: instruction, input, output.",
    row="item",
    read=reader_of_json(read_alpaca),
    choices=(written_by(MODEL),),
)
DOLLY: Final = DataFormat(
    name="dolly",
    about="Demonstrations: instruction, context, response.",
    row="line",
    read=reader_of_json(read_dolly),
    choices=(written_by("people"),),
)
