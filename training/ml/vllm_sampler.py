"""vLLM behind the same door as our own loop; imported only where it is chosen.

It brings a torch of its own, so it has its own environment: requirements-vllm.txt.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.ml.hyperparameters import HyperparameterError
from training.ml.rollouts import Answer
from training.ml.token_draws import SamplingRule
from training.ml.world import World

DTYPES = {"fp32": "float32", "bf16": "bfloat16"}


class VllmSampler:
    """One engine with one policy. Every answer has its own seed; a prompt's blocks are shared."""

    is_filtered = True

    def __init__(self, folder: Path, precision: str, world: World) -> None:
        """Raises: HyperparameterError naming `sampler` where vLLM cannot be used."""
        if world.size > 1:
            raise HyperparameterError(
                "sampler", "vllm runs in one process: use one process per run, or choose own"
            )
        self.vllm = _vllm()
        self.engine = self.vllm.LLM(
            model=str(folder),
            dtype=DTYPES[precision],
            # Of the distribution that was drawn from, temperature included (P4).
            logprobs_mode="processed_logprobs",
            # Without this the folder's own defaults, top_k among them, would filter.
            generation_config="vllm",
            enable_prefix_caching=True,
            trust_remote_code=False,
        )

    def write(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], rule: SamplingRule
    ) -> list[Answer]:
        copies = len(seeds) // len(prompts)
        asked = [{"prompt_token_ids": list(one)} for one in prompts for _ in range(copies)]
        how = [self._parameters(seed, rule) for seed in seeds]
        outputs = self.engine.generate(asked, how, use_tqdm=False)
        return [_answer(output.outputs[0], rule.eos_id) for output in outputs]

    def _parameters(self, seed: int, rule: SamplingRule) -> Any:
        return self.vllm.SamplingParams(
            temperature=rule.temperature,
            top_p=rule.top_p,
            max_tokens=rule.max_tokens,
            seed=seed,
            # The drawn token's own, and no other.
            logprobs=0,
            stop_token_ids=[rule.eos_id],
            ignore_eos=True,
            detokenize=False,
        )


def _answer(written: Any, eos_id: int) -> Answer:
    ids = list(written.token_ids)
    drawn = zip(ids, written.logprobs, strict=True)
    return Answer(ids, [float(told[token].logprob) for token, told in drawn], ids[-1:] == [eos_id])


def _vllm() -> Any:
    try:
        return importlib.import_module("vllm")
    except ImportError as fault:
        raise HyperparameterError(
            "sampler",
            "vllm is not installed here; pip install -r requirements-vllm.txt in an environment "
            "of its own, or choose own",
        ) from fault
