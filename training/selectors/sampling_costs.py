"""What writing completions takes: side by side, by one policy after another (R85).

A pass of the model writes one token of every completion of a batch. It reads the weights once,
however many there are, so few completions side by side cost nearly as much as many.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.ml.hyperparameters import SamplingHyperparameters

# Reading the weights once takes as long as the products of so many tokens. One core's speeds in
# benchmarks/results/sampling.md say 37 in fp32: (4 bytes / 8.2e9) / (2 operations / 1.5e11).
TOKENS_OF_A_PASS = 32


@dataclass(frozen=True)
class Writer:
    """One of the policies, and its share of every prompt's completions."""

    num_bytes: int
    share: float


def sampling_work(
    values: SamplingHyperparameters,
    writers: Sequence[Writer],
    *,
    num_prompts: int,
    prompt_tokens: float,
) -> float:
    """Tokens times bytes of the model that they pass through: each prompt once for all of its
    completions, and every token of a completion at most.
    """
    return sum(
        writer.num_bytes * _tokens(values, num_prompts, prompt_tokens, writer.share)
        for writer in writers
    )


def _tokens(
    values: SamplingHyperparameters, num_prompts: int, prompt_tokens: float, share: float
) -> float:
    answers = num_prompts * values.completions_per_prompt * share
    num_passes = math.ceil(answers / values.max_rows_per_forward) * values.max_tokens
    read = min(num_prompts, answers) * prompt_tokens
    return read + answers * values.max_tokens + num_passes * TOKENS_OF_A_PASS
