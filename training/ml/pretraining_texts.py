"""Pretraining text as sequences to mix in, and those of it that nobody learns from (R57, R75)."""

from training.ml.batches import TextEncoder
from training.ml.errors import BadInput
from training.ml.job import Job
from training.ml.language_modelling import Example
from training.ml.records import read_pretraining

# This many pretraining texts to one that is held out.
HELD_OUT_EVERY = 10


def read_documents(job: Job, encoder: TextEncoder, max_tokens: int) -> list[Example]:
    """The texts of which there is something to predict, in order. Raises: BadInput."""
    texts = read_pretraining(job.input("pretraining"))
    examples = [Example(*encoder.document(text, max_tokens)) for text in texts]
    usable = [example for example in examples if example.answer]
    if not usable:
        raise BadInput("no pretraining text has two tokens")
    return usable


def hold_out(documents: list[Example]) -> tuple[list[Example], list[Example]]:
    """Those to learn from, and every tenth, which no equal text is learned from."""
    held_out = documents[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    kept_out = {tuple(document.context + document.answer) for document in held_out}
    learned = [
        document
        for document in documents
        if tuple(document.context + document.answer) not in kept_out
    ]
    if not learned:
        raise BadInput("every pretraining text is held out: they are all the same")
    return learned, held_out
