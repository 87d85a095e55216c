"""Whether the pretraining mix keeps the loss on held-out text flat where plain PPO lets it rise."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from experiments import ppo
from experiments.lab import Lab
from experiments.spread import spread
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.model_folders import load_tokenizer
from training.ml.records import read_pretraining

PLAIN, MIXED = "plain PPO", "PPO-ptx"


def run(lab: Lab, num_workers: int) -> dict[str, Any]:
    seeds = range(1, lab.sizes.ptx.num_seeds + 1)
    jobs = [(lab, arm, seed) for seed in seeds for arm in (MIXED, PLAIN)]
    return {
        "coefficient": lab.sizes.ptx.coefficient,
        "examples_per_episode": lab.sizes.ptx.examples_per_episode,
        "unigram_loss": unigram_loss(lab),
        "runs": spread(one_run, jobs, num_workers),
    }


def unigram_loss(lab: Lab) -> float:
    """What token frequencies alone reach on the held-out text: a loss that is easy to have.

    Every token counts as seen once more than it was. Units: nats per token.
    """
    tokenizer = load_tokenizer(lab.base.model)
    limits = TokenLimits(prompt=lab.document_tokens, completion=lab.document_tokens)
    encoder = TextEncoder(tokenizer, limits)

    def tokens(texts: Iterable[str]) -> list[int]:
        ids = (encoder.document(text, lab.document_tokens)[1] for text in texts)
        return [token for answer in ids for token in answer]

    count = Counter(tokens(read_pretraining(lab.base.pretraining)))
    total = sum(count.values()) + len(tokenizer)
    held_out = tokens(lab.questions(1).documents)
    return sum(math.log(total / (count[token] + 1)) for token in held_out) / len(held_out)


def one_run(lab: Lab, arm: str, seed: int) -> dict[str, Any]:
    if arm == PLAIN:
        watched = ppo.watch(lab, ppo.LEARNING, seed)
    else:
        size = lab.sizes.ptx
        reward_model = lab.reward_model(
            seed, lab.sizes.ppo.num_ranked, noise=lab.sizes.noise, reads=True
        )
        changes = {
            "ptx_coef": size.coefficient,
            "ptx_examples_per_episode": size.examples_per_episode,
        }
        watched = lab.ppo(f"ptx-{size.coefficient:g}-{seed}", reward_model, seed, changes)
    return {"arm": arm, "seed": seed, **ppo.outcome(watched, seed)}
