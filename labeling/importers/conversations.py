"""Conversations as one text, the way hh-rlhf writes them down.

A prompt of several turns is a transcript that ends where the assistant is to speak. A single
message is its own text, as everywhere else here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from labeling.importers.reading import Row, one_of, read_any_text

HUMAN: Final = "\n\nHuman:"
ASSISTANT: Final = "\n\nAssistant:"
SYSTEM: Final = "\n\nSystem:"
MARK_OF_ROLE: Final = {
    "user": HUMAN,
    "human": HUMAN,
    "prompter": HUMAN,
    "assistant": ASSISTANT,
    "gpt": ASSISTANT,
    "system": SYSTEM,
}


@dataclass(frozen=True)
class Turn:
    mark: str
    text: str


def turns_of(row: Row, name: str) -> list[Turn]:
    """The messages of a list: {"role", "content"}."""
    return [
        Turn(
            one.read("role", one_of(MARK_OF_ROLE)) or HUMAN,
            one.read("content", read_any_text) or "",
        )
        for one in row.rows(name)
    ]


def transcript(turns: Sequence[Turn]) -> str:
    return "".join(f"{turn.mark} {turn.text}" for turn in turns)


def prompt_of(turns: Sequence[Turn]) -> str:
    """What an assistant answers to."""
    if len(turns) == 1 and turns[0].mark == HUMAN:
        return turns[0].text
    return transcript(turns) + ASSISTANT


def answer_of(turns: Sequence[Turn], *, after: Sequence[Turn]) -> str:
    """What follows the prompt, so that a transcript goes on with it as it stands."""
    if len(turns) == 1 and len(after) == 1 and after[0].mark == HUMAN:
        return turns[0].text
    return transcript(turns).removeprefix(ASSISTANT)


def first_human_turn(text: str) -> str:
    """What a dialogue begins with: dialogues that go on from it belong into one split."""
    _, _, rest = text.partition(HUMAN)
    return rest.partition(ASSISTANT)[0].strip() or text


def common_beginning(first: str, second: str) -> str:
    """The longest text that both begin with."""
    # Halving the length that is still unknown compares whole slices instead of characters.
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return first[:low]
