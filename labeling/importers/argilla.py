"""Records of Argilla with the responses to a ranking question.

JSON: {"fields": {NAME: TEXT}, "responses": {QUESTION: [{"value": [names, best first] | [{"value",
"rank"}], "user_id", "status"}]}}; the older export has "responses": [{"user_id", "status",
"values": {QUESTION: {"value": ...}}}]. The ranked names are names of fields. Only submitted
responses count: a draft is nobody's answer, and nor is a response without the question, which may
have been left open.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from labeling.importers.not_kept import Members
from labeling.importers.reading import (
    MISSING,
    Row,
    read_any_text,
    read_identity,
    read_name,
    read_object,
    read_objects,
    read_rank,
    reader_of_json,
)
from labeling.importers.records import (
    SOMEBODY,
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
)

SUBMITTED: Final = "submitted"


def read_task(row: Row, choices: Choices) -> JudgedTask | LeftOut:
    fields = row.row("fields")
    prompt = fields.text(choices["prompt"])
    names = [name for name in fields.members if name != choices["prompt"]]
    answers = list(answers_of(row, choices["question"]))
    ranked = [(labeler_of(one), read_ranks(one, names)) for one in answers]
    # Fields that nobody could rank, such as an explanation, are no completions.
    used = [name for name in names if any(name in rank_of for _, rank_of in ranked)]
    texts = [fields.any_text(name) for name in used]
    row.check()
    if not answers:
        others = other_questions(row.members.get("responses"))
        return LeftOut(
            f"Nobody has submitted an answer to the question {choices['question']!r}{others}."
        )
    if not used:
        return LeftOut(f"No answer to the question {choices['question']!r} ranks anything.")
    return JudgedTask(
        prompt=prompt,
        completions=tuple(
            JudgedCompletion(name, text) for name, text in zip(used, texts, strict=True)
        ),
        judgments=tuple(
            Judgment(labeler, tuple(rank_of.get(name) for name in used))
            for labeler, rank_of in ranked
        ),
    )


def labeler_of(answer: Row) -> str:
    return answer.optional("user_id", read_identity) or SOMEBODY


def answers_of(row: Row, question: str) -> Iterator[Row]:
    """The submitted responses to the question, in either of the two shapes."""
    if isinstance(row.members.get("responses"), list):
        for response in row.rows("responses"):
            values = response.row("values") if response.members.get("values") is not None else None
            if is_submitted(response) and values and values.members.get(question) is not None:
                yield with_value(response, values, question)
        return
    if row.optional("responses", read_object) is None:
        return
    responses = row.row("responses")
    if responses.members.get(question) is None:
        return
    for response in responses.rows(question):
        if is_submitted(response):
            yield response


def is_submitted(response: Row) -> bool:
    return (response.optional("status", read_name) or SUBMITTED) == SUBMITTED


def other_questions(responses: object) -> str:
    """What was answered instead, where the name of the question may be another one."""
    if not isinstance(responses, dict) or not responses:
        return ""
    return f"; answers are there to: {', '.join(sorted(responses))}"[:200]


def with_value(response: Row, values: Row, question: str) -> Row:
    """The response as the newer shape has it."""
    answer = values.row(question)
    answer.pass_over("value")
    members = {**answer.members, "user_id": response.members.get("user_id", SOMEBODY)}
    return Row(response.number, Members(members), response.problems, response.at)


def read_ranks(answer: Row, names: Sequence[str]) -> dict[str, int | None]:
    """By the name of the field, of each that could be ranked; None where it was not."""
    rank_of: dict[str, int | None] = {}
    if answer.members.get("value", MISSING) is None:
        return rank_of
    for name, rank in answer.read("value", read_order) or []:
        if name not in names or name in rank_of:
            answer.problem("value", f"Not one of the fields, or twice: {name[:80]!r}.")
        rank_of[name] = rank
    return rank_of


def read_order(value: object) -> list[tuple[str, int | None]]:
    """Names, best first; or names with their ranks, which may be equal."""
    if not isinstance(value, list):
        raise ValueError("This must be a list.")
    if all(isinstance(one, str) for one in value):
        return [(read_any_text(name), rank) for rank, name in enumerate(value, start=1)]
    return [
        (read_name(one.get("value")), read_rank(one.get("rank"))) for one in read_objects(value)
    ]


ARGILLA: Final = DataFormat(
    name="argilla",
    about="Submitted answers to a ranking question, ties included.",
    row="item",
    read=reader_of_json(read_task),
    choices=(
        Choice("prompt", "the field that holds the prompt", "prompt"),
        Choice("question", "the name of the ranking question", "ranking"),
    ),
)
