"""A random Llama and answers to learn from: the same for every benchmark of one learning pass."""

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedModel

from training.ml.language_modelling import AnswerBatch, Example, side_by_side

VOCABULARY, NUM_ANSWERS, PROMPT_TOKENS, RESPONSE_TOKENS = 8192, 10, 128, 64


def random_policy(width: int, num_layers: int) -> PreTrainedModel:
    """The same weights every time, as transformers makes them."""
    torch.manual_seed(1)
    heads = width // 64
    config = LlamaConfig(
        hidden_size=width,
        intermediate_size=width * 8 // 3,
        num_hidden_layers=num_layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        vocab_size=VOCABULARY,
        tie_word_embeddings=True,
    )
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config)
    return model


def random_answers() -> AnswerBatch:
    """Ten answers of 64 tokens to prompts of 128, side by side."""
    torch.manual_seed(2)

    def tokens(count: int) -> list[int]:
        return torch.randint(VOCABULARY, (count,)).tolist()

    examples = [Example(tokens(PROMPT_TOKENS), tokens(RESPONSE_TOKENS)) for _ in range(NUM_ANSWERS)]
    return side_by_side(examples)
