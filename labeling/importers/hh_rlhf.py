"""Pairs of dialogues that part at the assistant's last word.

JSON Lines: {"chosen", "rejected"}, both whole transcripts whose turns begin with "Human:" and
"Assistant:" behind an empty line. The prompt is what both begin with, up to the assistant's turn,
and is kept to the letter: prompt and completion put together are the transcript.

Source: Bai et al. 2022, helpful and harmless.
"""

from typing import Final

from labeling.importers.conversations import ASSISTANT, common_beginning, first_human_turn
from labeling.importers.reading import Row, reader_of_json
from labeling.importers.records import (
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
)

SOURCE: Final = "assistant"


def read_task(row: Row, _: Choices) -> JudgedTask | LeftOut:
    chosen, rejected = row.text("chosen"), row.text("rejected")
    row.check()
    return pair_of_transcripts(chosen, rejected)


def pair_of_transcripts(chosen: str, rejected: str) -> JudgedTask | LeftOut:
    shared = common_beginning(chosen, rejected)
    end = shared.rfind(ASSISTANT)
    if end < 0:
        return LeftOut("The two dialogues share no turn of the assistant.")
    prompt = shared[: end + len(ASSISTANT)]
    return JudgedTask(
        prompt=prompt,
        completions=(
            JudgedCompletion(SOURCE, chosen[len(prompt) :]),
            JudgedCompletion(SOURCE, rejected[len(prompt) :]),
        ),
        judgments=(Judgment(SOMEBODY, (1, 2)),),
        group=first_human_turn(prompt),
    )


HH_RLHF: Final = DataFormat(
    name="hh-rlhf",
    about="Chosen and rejected dialogues; the prompt is what both begin with.",
    row="line",
    read=reader_of_json(read_task),
)
