"""Votes between two models' conversations, by people and by a model.

JSON: {"question_id", "model_a", "model_b", "winner": "model_a" | "model_b" | "tie" | "tie
(inconsistent)", "judge": NAME | [MODEL, ...], "turn": 1 | 2, "conversation_a", "conversation_b"},
the conversations being lists of {"role", "content"}. A vote on the second turn judges both answers
together, so the completion is then all that follows the first question.

Source: Zheng et al. 2023, MT-bench human judgments.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from labeling.importers.conversations import HUMAN, Turn, answer_of, prompt_of, turns_of
from labeling.importers.reading import (
    Row,
    one_of,
    read_identity,
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
    LeftOut,
)

RANKS_OF_WINNER: Final[Mapping[str, tuple[int, int]]] = {
    "model_a": (1, 2),
    "model_b": (2, 1),
    "tie": (1, 1),
    "tie (inconsistent)": (1, 1),
    # As the votes of Chatbot Arena, which have this shape, say that neither was any good.
    "tie (bothbad)": (1, 1),
}
SIDES: Final = ("a", "b")


def read_task(row: Row, _: Choices) -> JudgedTask | LeftOut:
    question = row.read("question_id", read_identity) or ""
    models = [row.name(f"model_{side}") for side in SIDES]
    ranks = row.read("winner", one_of(RANKS_OF_WINNER)) or (1, 1)
    judge, is_model = row.read("judge", read_judge) or ("", False)
    turn = row.read("turn", read_turn) or 1
    if not any(f"conversation_{side}" in row.members for side in SIDES):
        row.check()
        return votes_alone(question, turn, models, Judgment(judge, ranks, is_by_model=is_model))
    talks = [judged_turns(row, f"conversation_{side}", turn) for side in SIDES]
    row.check()
    first = talks[0][:1]
    if first != talks[1][:1]:
        return LeftOut("The two conversations begin with different questions.")
    return JudgedTask(
        prompt=prompt_of(first),
        completions=tuple(
            JudgedCompletion(model, answer_of(talk[1:], after=first))
            for model, talk in zip(models, talks, strict=True)
        ),
        judgments=(Judgment(judge, ranks, is_by_model=is_model),),
        group=f"question {question}",
    )


def votes_alone(
    question: str, turn: int, models: Sequence[str], vote: Judgment
) -> JudgedTask | LeftOut:
    """The votes are also handed out without what was voted on."""
    return JudgedTask(
        prompt=f"Question {question} of MT-bench, turn {turn}",
        completions=tuple(JudgedCompletion(model, "") for model in models),
        judgments=(vote,),
        group=f"question {question}",
        has_texts=False,
    )


def judged_turns(row: Row, name: str, turn: int) -> Sequence[Turn]:
    talk = turns_of(row, name)[: 2 * turn]
    if len(talk) < 2 * turn or talk[0].mark != HUMAN or not talk[0].text.strip():
        row.problem(name, f"A question and an answer for each of {turn} turns.")
    return talk


def read_judge(value: object) -> tuple[str, bool]:
    """A name, and whether a model bears it: models come in a list with how they were asked."""
    if isinstance(value, list):
        if not value:
            raise ValueError("Empty.")
        return read_name(value[0]), True
    name = read_name(value)
    return name, name.lower().startswith(("gpt", "claude"))


def read_turn(value: object) -> int:
    turn = read_whole_number(value)
    if turn not in {1, 2}:
        raise ValueError("1 or 2.")
    return turn


MT_BENCH: Final = DataFormat(
    name="mt-bench",
    about="Votes of people or of a model between two models.",
    row="item",
    read=reader_of_json(read_task),
)
