"""The cheapest way of reading a prompt with its completions, counted by hand."""

import pytest
from transformers import GPT2Config, LlamaConfig, MistralConfig, Qwen2Config

from training.ml.encodings import Weights, choose_encoding, costs_of, operations_per_token
from training.ml.errors import BadInput

LLAMA = LlamaConfig(
    hidden_size=8, intermediate_size=20, num_attention_heads=4, num_key_value_heads=2
)
MATRICES_ALONE = Weights(0.0, {"shared": 0.0, "packed": 0.0, "rows": 0.0}, 0.0)
ATTENTION_ALONE = Weights(0.0, {"shared": 1.0, "packed": 1.0, "rows": 1.0}, 0.0)


def test_the_matrices_of_a_layer_are_counted_as_they_are():
    """Queries and outputs 8x8, keys and values 8x4 (two heads of two), three MLP matrices 8x20."""
    # 2 * (64 + 64 + 32 + 32 + 3 * 160) = 1344.
    assert operations_per_token(LLAMA) == 1344
    # GPT-2 of width 8: 2 * (4 * 64 + 2 * 8 * 32) = 1536.
    assert operations_per_token(GPT2Config(n_embd=8, n_head=2)) == 1536


def test_tokens_are_counted_once_or_k_times():
    """RM4: P = 3 and R = 2, 4: together 3 + 2 + 4 = 9 tokens, in rows 2 * (3 + 4) = 14."""
    costs = costs_of(LLAMA, [(3, [2, 4])], MATRICES_ALONE)

    assert costs == {"shared": 9 * 1344, "packed": 9 * 1344, "rows": 14 * 1344}


def test_attention_pays_for_what_each_form_computes():
    """Shared 9/2 + 3 * 6 + (4 + 16)/2 = 32.5 pairs, packed 9 * 9, rows 2 * 7 * 7 / 2."""
    extra = costs_of(LLAMA, [(3, [2, 4])], ATTENTION_ALONE)
    tokens = costs_of(LLAMA, [(3, [2, 4])], MATRICES_ALONE)

    # Four heads of two: 4 * 8 operations for a pair.
    pairs = {form: (extra[form] - tokens[form]) / 32 for form in extra}
    assert pairs == {"shared": 32.5, "packed": 81, "rows": 49}


WIDE = LlamaConfig(hidden_size=384, intermediate_size=1024, num_attention_heads=6)
NARROW = LlamaConfig(hidden_size=48, intermediate_size=128, num_attention_heads=1)


@pytest.mark.parametrize(
    ("config", "prompt", "completions", "expected"),
    [
        (WIDE, 512, [128] * 9, "shared"),
        (WIDE, 256, [64] * 4, "shared"),
        (WIDE, 128, [128] * 4, "shared"),
        (NARROW, 16, [6, 7, 8, 8], "packed"),
        (NARROW, 8, [100, 128] * 4, "rows"),
        (WIDE, 1, [512] * 4, "rows"),
    ],
)
def test_the_choice_is_the_one_that_was_measured_to_be_fastest(
    config, prompt, completions, expected
):
    """benchmarks/results/reward-model.md."""
    assert choose_encoding("auto", config, [(prompt, completions)] * 3) == expected


def test_architectures_that_would_ignore_a_layout_are_read_in_rows():
    """T6: sliding windows; asked for by name it is refused."""
    shapes = [(512, [128] * 9)]

    assert choose_encoding("auto", MistralConfig(), shapes) == "rows"
    for asked in ("shared", "packed"):
        with pytest.raises(BadInput, match=f"encoding: mistral is not known to read {asked}"):
            choose_encoding(asked, MistralConfig(), shapes)
        assert choose_encoding(asked, Qwen2Config(), shapes) == asked
