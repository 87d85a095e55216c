"""Two answers to a question, with a preference score for each.

JSON Lines: {"question": {"id", "full_text"}, "answer_0", "answer_1", "score_0", "score_1"}; the
higher score is the better answer, equal ones are a tie.

Source: Nakano et al. 2021, WebGPT comparisons.
"""

from typing import Final

from labeling.importers.reading import (
    Row,
    ranks_by_score,
    read_identity,
    read_number,
    reader_of_json,
)
from labeling.importers.records import (
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

SOURCE: Final = "webgpt"


def read_task(row: Row, _: Choices) -> JudgedTask:
    question = row.row("question")
    prompt = question.text("full_text")
    group = question.optional("id", read_identity) or ""
    answers = [JudgedCompletion(SOURCE, row.any_text(f"answer_{side}")) for side in (0, 1)]
    scores = [row.read(f"score_{side}", read_number) for side in (0, 1)]
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(answers),
        judgments=(Judgment(SOMEBODY, ranks_by_score(scores)),),
        group=group,
    )


WEBGPT: Final = DataFormat(
    name="webgpt",
    about="Two answers with a score each.",
    row="line",
    read=reader_of_json(read_task),
)
