"""Pretraining text in sequences: every token of it is learned from (R57, R70)."""

from itertools import chain

import pytest

from tests.training.ml.jobs import demonstration
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.model_folders import load_tokenizer
from training.ml.pretraining_texts import beginnings, documents, hold_out

ROWS = [demonstration(n, f"Count to {n}.", "one") for n in range(3)]


@pytest.mark.parametrize(
    ("num_tokens", "lengths"),
    # Of five tokens a sequence predicts four.
    [(2, [2]), (5, [5]), (6, [5, 2]), (9, [5, 5]), (10, [5, 5, 2])],
)
def test_a_long_text_becomes_sequences_that_predict_each_of_its_tokens_once(num_tokens, lengths):
    """R57: each begins with the token that the one before ended with."""
    ids = list(range(num_tokens))

    found = documents([ids], 5)

    assert [one.length for one in found] == lengths
    assert list(chain.from_iterable(one.answer for one in found)) == ids[1:]
    assert [one.context for one in found] == [[one.answer[0] - 1] for one in found]


def test_a_text_is_held_out_whole():
    """R57: no sequence of a held-out text is learned from, and its beginning judges."""
    texts = [[100 * n + place for place in range(9)] for n in range(10)]

    learned, held_out = hold_out([*texts, texts[9]])

    assert (learned, held_out) == (texts[:9], texts[9:])
    assert [one.answer for one in beginnings(held_out, 5)] == [[901, 902, 903, 904]]


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_the_beginning_of_a_text_is_what_the_encoder_calls_a_document(tiny_folders, architecture):
    """Both read texts alike, up to a limit."""
    encoder = TextEncoder(load_tokenizer(tiny_folders[architecture]), TokenLimits(8, 8))
    text = "Water is wet, they say."

    [beginning] = beginnings([encoder.text(text)], 7)

    assert (beginning.context, beginning.answer) == encoder.document(text, 7)


def test_a_mix_learns_from_all_of_a_text_longer_than_the_context(jobs):
    """R57: 300 characters against places for 128: three sequences, one a step."""
    settings = {"epochs": 3, "batch_size": 4, "pretraining_share": 0.25}
    text = [{"text": "abc" * 100}]

    _, history = jobs.run(jobs.make("sft", settings, demonstrations=ROWS, pretraining=text))

    answers = 3 * (len("one") + 1)
    assert len(history) == 3
    read = sum(step.metrics["tokens"] - answers for step in history)
    assert read in (300 - 1, 300)
