"""Pretraining text as sequences to mix in, and those of it that nobody learns from (R57, R75)."""

from collections.abc import Sequence

from training.ml.batches import TextEncoder
from training.ml.errors import BadInput
from training.ml.glossary.automatic_evaluations import HELD_OUT_EVERY
from training.ml.job import Job
from training.ml.language_modelling import Example
from training.ml.records import read_pretraining

Text = list[int]


def read_texts(job: Job, encoder: TextEncoder) -> list[Text]:
    """The ids of the texts of which there is something to predict, in order. Raises: BadInput."""
    texts = [encoder.text(text) for text in read_pretraining(job.input("pretraining"))]
    usable = [ids for ids in texts if len(ids) > 1]
    if not usable:
        raise BadInput("inputs.pretraining: no text has two tokens, so nothing can be predicted")
    return usable


def hold_out(texts: list[Text]) -> tuple[list[Text], list[Text]]:
    """Those to learn from, and every tenth, which no equal text is learned from."""
    held_out = texts[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    kept_out = {tuple(ids) for ids in held_out}
    learned = [ids for ids in texts if tuple(ids) not in kept_out]
    if not learned:
        raise BadInput(
            "inputs.pretraining: its texts are all the same, so that nothing is left beside those "
            "held out; give different ones"
        )
    return learned, held_out


def documents(texts: Sequence[Text], max_tokens: int) -> list[Example]:
    """Each text in consecutive sequences of at most so many tokens: every one of them is read.

    A sequence begins with the last token of the one before, which it is given, so that all tokens
    but a text's first are predicted once.
    """
    return [
        Example(ids[first : first + 1], ids[first + 1 : first + max_tokens])
        for ids in texts
        for first in range(0, len(ids) - 1, max_tokens - 1)
    ]


def beginnings(texts: Sequence[Text], max_tokens: int) -> list[Example]:
    """The first of each text's sequences: what is held out is judged by as many as there are."""
    return [Example(ids[:1], ids[1:max_tokens]) for ids in texts]
