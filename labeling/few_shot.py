"""Few-shot prompts: K pairs of one instruction make K prompts, each with its answer (R2).

Every example shows the instruction and the other K-1 pairs, and then asks its own query. The pairs
come in turn, beginning after the example's own, so that no pair always stands first.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MIN_PAIRS: Final = 2
MAX_PAIRS: Final = 16
# Shorter queries stand inside other texts by chance: "the" is part of "the cat".
LONG_ENOUGH_TO_QUOTE: Final = 20


@dataclass(frozen=True)
class Pair:
    query: str
    response: str


@dataclass(frozen=True)
class Example:
    """A prompt and the demonstration that answers it."""

    prompt: str
    response: str


def examples_of(instruction: str, pairs: Sequence[Pair]) -> list[Example]:
    """One example for each pair, in their order."""
    return [
        Example(prompt=_prompt(instruction, pairs, number), response=pair.response)
        for number, pair in enumerate(pairs)
    ]


def leaks_of(instruction: str, pairs: Sequence[Pair]) -> dict[int, str]:
    """The pairs whose own answer their example would give away, by number, and how.

    That is a query asked twice, so that the other one shows the answer, or a pair written out
    whole in the instruction or in another pair.
    """
    leaks: dict[int, str] = {}
    first_with: dict[str, int] = {}
    for number, pair in enumerate(pairs):
        first = first_with.setdefault(_plain(pair.query), number)
        if first != number:
            leaks[number] = (
                f"The same query as pair {first + 1}: each would show the other's answer."
            )
        elif place := _quoted_in(instruction, pairs, number):
            leaks[number] = f"This query and its response also stand in {place}."
    return leaks


def _prompt(instruction: str, pairs: Sequence[Pair], number: int) -> str:
    context = [*pairs[number + 1 :], *pairs[:number]]
    shown = [f"Query: {pair.query}\nResponse: {pair.response}" for pair in context]
    return "\n\n".join([instruction, *shown, f"Query: {pairs[number].query}\nResponse:"])


def _quoted_in(instruction: str, pairs: Sequence[Pair], number: int) -> str | None:
    query, response = _plain(pairs[number].query), _plain(pairs[number].response)
    if len(query) < LONG_ENOUGH_TO_QUOTE:
        return None
    others = {
        f"pair {n + 1}": f"{pair.query} {pair.response}"
        for n, pair in enumerate(pairs)
        if n != number
    }
    for place, text in {"the instruction": instruction, **others}.items():
        _, found, after = _plain(text).partition(query)
        if found and response in after:
            return place
    return None


def _plain(text: str) -> str:
    """How it reads, whatever its case, its spaces and its composed characters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
