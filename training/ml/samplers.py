"""Whatever can write answers: our own loop, transformers' continuous batching, or vLLM.

All follow one rule and tell the probability of every token they drew. Only our own loop draws
every answer from a stream of its own, so that it stays the same whatever is written beside it.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Protocol

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig, PreTrainedModel

from training.ml.hyperparameters import SamplingHyperparameters
from training.ml.model_folders import load_policy
from training.ml.networks import freeze, sampling_copy
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.seeding import derive_seed
from training.ml.vllm_sampler import VllmSampler
from training.ml.world import World

# Tokens in a page of the paged cache.
PAGE_TOKENS = 32


class Sampler(Protocol):
    """Writes answers with one policy."""

    # Whether its probabilities are those inside the nucleus, not of the whole vocabulary.
    is_filtered: bool

    def write(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], rule: SamplingRule
    ) -> list[Answer]:
        """An answer for every seed; seeds go to prompts in equal, consecutive shares."""


class OwnSampler:
    is_filtered = False

    def __init__(self, policy: PreTrainedModel, *, cuda_graphs: bool = False) -> None:
        self.policy = policy
        self.caching = "graphs" if cuda_graphs and policy.device.type == "cuda" else "auto"

    def write(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], rule: SamplingRule
    ) -> list[Answer]:
        noise = [torch.Generator().manual_seed(seed) for seed in seeds]
        return write_answers(self.policy, prompts, noise, rule, caching=self.caching)


class ContinuousSampler:
    """transformers' paged cache: rows that end make room for others at once.

    The library has one random stream for all rows. It begins at a seed made of the answers' own,
    so the same batch is written again alike, but an answer depends on its batch.
    """

    is_filtered = True

    def __init__(self, policy: PreTrainedModel) -> None:
        self.policy = policy

    def write(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], rule: SamplingRule
    ) -> list[Answer]:
        is_random = rule.temperature > 0
        drawing = {"temperature": rule.temperature, "top_p": rule.top_p, "top_k": 0}
        copies = len(seeds) // len(prompts)
        generation = GenerationConfig(
            do_sample=is_random,
            max_new_tokens=rule.max_tokens,
            # The likeliest answer is the same however often it is asked for.
            num_return_sequences=copies if is_random else 1,
            eos_token_id=rule.eos_id,
            pad_token_id=rule.eos_id,
            **(drawing if is_random else {}),
        )
        longest = max(len(prompt) for prompt in prompts) + rule.max_tokens
        batching = ContinuousBatchingConfig(
            return_logprobs=True,
            # Room for this batch and no more: by itself it takes most of the free memory.
            page_size=PAGE_TOKENS,
            num_blocks=len(seeds) * (ceil(longest / PAGE_TOKENS) + 1),
            max_batch_tokens=max(longest, len(seeds)),
            max_requests_per_batch=len(seeds),
            seed=derive_seed(*seeds),
            # The whole vocabulary unless the rule says otherwise: nothing else may be dropped.
            drop_unsupported_processors=False,
        )
        with torch.random.fork_rng():
            # mypy takes a method of a mixin for a weight of the module.
            written = self.policy.generate_batch(  # type: ignore[operator]
                [list(prompt) for prompt in prompts], generation, batching
            )
        failed = [one.error for one in written.values() if one.error]
        if failed:
            # What it had written until then would pass for an answer that was cut off.
            raise RuntimeError(f"continuous batching failed {len(failed)} answers: {failed[0]}")
        answers = [
            Answer(one.generated_tokens, one.logprobs, one.generated_tokens[-1:] == [rule.eos_id])
            for one in written.values()
            for _ in range(1 if is_random else copies)
        ]
        if len(answers) < len(seeds):
            raise RuntimeError(f"continuous batching lost {len(seeds) - len(answers)} answers")
        return answers


@contextmanager
def opened_sampler(
    settings: SamplingHyperparameters, folder: Path, world: World
) -> Iterator[Sampler]:
    """The sampler that was chosen, with the policy in a folder; gone from memory afterwards.

    Raises: BadInput; HyperparameterError where vLLM is chosen and cannot be used.
    """
    sampler = _make(settings, folder, world)
    try:
        yield sampler
    finally:
        del sampler
        gc.collect()
        if world.device.type == "cuda":
            torch.cuda.empty_cache()


def _make(settings: SamplingHyperparameters, folder: Path, world: World) -> Sampler:
    if settings.sampler == "vllm":
        return VllmSampler(folder, settings.precision, world)
    policy = load_policy(folder)
    freeze(policy, world.device)
    policy = sampling_copy(policy, settings.precision)
    if settings.sampler == "continuous":
        return ContinuousSampler(policy)
    return OwnSampler(policy, cuda_graphs=settings.cuda_graphs)
