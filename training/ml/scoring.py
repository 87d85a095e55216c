"""Rewards of stored completions: N of a prompt at a time, the prompt read once for all of them.

    python -m training.ml.scoring job.json

The reward of a completion is that of its text alone (RM2), whatever is scored beside it.

Legend: N completions.
"""

import math
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

import torch
from transformers import PreTrainedConfig

from training.ml.batches import TextEncoder, TokenLimits
from training.ml.drafts import Drafts
from training.ml.encodings import ROWS, choose_encoding
from training.ml.errors import LearnedFrom, NonFinite
from training.ml.hyperparameters import ScoringHyperparameters
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.model_folders import load_tokenizer
from training.ml.networks import RewardModel, freeze
from training.ml.packing import can_pack
from training.ml.ranking_batches import EncodedGroup, one_batch, shapes_of, shares_of
from training.ml.records import AnsweredPrompt, read_completions
from training.ml.reward_folders import load_reward_model
from training.ml.reward_scoring import rewards_of

# Only a loss divides by it, and nothing is learned here.
NO_LOSS = "pairs_present"


@dataclass(frozen=True)
class _Plan:
    """What is scored, in pieces that fit a forward pass, and which pieces share one."""

    encoding: str
    pieces: list[EncodedGroup]
    batches: list[list[int]]

    def batch(self, place: int) -> list[EncodedGroup]:
        return [self.pieces[index] for index in self.batches[place]]


def score_completions(job: Job) -> Generator[StepMetrics, None, Report]:
    """Score; one step is one forward pass. What is written survives a stop, and is not redone."""
    # 1. Read the completions, choose the cheapest way of reading them, cut them into batches.
    settings: ScoringHyperparameters = job.hyperparameters
    folder = job.input("reward_model")
    network = load_reward_model(folder)
    freeze(network, job.world.device)
    encoder = TextEncoder(load_tokenizer(folder), _limits(network.model.config, settings))
    answered = read_completions(job.input("completions"))
    plan = _plan([_encode(one, encoder) for one in answered], network, settings)

    # 2. Score, batch by batch, what an earlier attempt has not scored yet.
    drafts = Drafts(job.output_dir, "rewards")
    done = {row["id"] for row in drafts.read()}
    job.world.wait()
    num_steps = math.ceil(len(plan.batches) / job.world.size)
    for step in range(1, num_steps + 1):
        # Every process passes through every step: asking whether to stop is a common act.
        place = (step - 1) * job.world.size + job.world.rank
        groups = plan.batch(place) if place < len(plan.batches) else []
        ids = {identifier for group in groups for identifier in group.completion_ids}
        if ids <= done:
            job.resumed_from_step = step if ids else job.resumed_from_step
        else:
            rows, metrics = _score(network, groups, plan.encoding, settings)
            drafts.append(job.world.rank, rows)
            yield StepMetrics(step, num_steps, "scoring", metrics)
        job.raise_if_stopping()

    # 3. Publish all processes' rewards, in the order of the completions.
    job.world.wait()
    reward_of = {row["id"]: row["reward"] for row in drafts.read()}
    if job.world.is_main:
        drafts.publish(
            {"prompt_id": one.prompt_id, "id": identifier, "reward": reward_of[identifier]}
            for one in answered
            for identifier in one.completion_ids
        )
    rewards = [[reward_of[identifier] for identifier in one.completion_ids] for one in answered]
    return _report(rewards, plan) | {"warnings": _repeated(network, settings) + encoder.warnings()}


@torch.no_grad()
def _score(
    network: RewardModel,
    groups: Sequence[EncodedGroup],
    encoding: str,
    settings: ScoringHyperparameters,
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """The rewards of a batch by completion, and what the step came to. Raises: NonFinite."""
    started = time.monotonic()
    batch = one_batch(groups, encoding, NO_LOSS).to(network.head.weight.device)
    reward_N = rewards_of(network, batch, settings.precision).tolist()
    seconds = time.monotonic() - started
    identifiers = [identifier for group in groups for identifier in group.completion_ids]
    broken = [
        identifier
        for identifier, reward in zip(identifiers, reward_N, strict=True)
        if not math.isfinite(reward)
    ]
    if broken:
        read = (one.prompt_id for one in groups if set(broken).intersection(one.completion_ids))
        raise NonFinite(
            f"the reward of completion {broken[0]} is not a finite number",
            LearnedFrom.prompts(read),
        )
    rows = [
        {"id": identifier, "reward": round(reward, 6)}
        for identifier, reward in zip(identifiers, reward_N, strict=True)
    ]
    return rows, {
        "completions": len(rows),
        "mean_reward": fmean(reward_N),
        "tokens_per_second": batch.num_tokens / seconds,
    }


def _limits(config: PreTrainedConfig, settings: ScoringHyperparameters) -> TokenLimits:
    return TokenLimits.for_model(
        config,
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_completion_tokens,
    )


def _encode(answered: AnsweredPrompt, encoder: TextEncoder) -> EncodedGroup:
    return EncodedGroup(
        prompt_id=answered.prompt_id,
        prompt=encoder.prompt(answered.prompt),
        completion_ids=answered.completion_ids,
        completions=[encoder.completion(text) for text in answered.completions],
        text_lengths=[len(text) for text in answered.completions],
        pairs=[],
        judges=[],
        num_judged_pairs=0,
    )


def _plan(
    groups: Sequence[EncodedGroup], network: RewardModel, settings: ScoringHyperparameters
) -> _Plan:
    encoding = choose_encoding(settings.encoding, network.model.config, shapes_of(groups))
    budget = settings.max_tokens_per_forward
    pieces = [piece for group in groups for piece in pieces_of(group, budget, encoding)]
    return _Plan(encoding, pieces, shares_of(pieces, max_tokens=budget, encoding=encoding))


def pieces_of(group: EncodedGroup, max_tokens: int, encoding: str) -> list[EncodedGroup]:
    """The completions of a prompt in consecutive shares that each fit a forward pass.

    However many completions a prompt has, and with at least one in each share.
    """
    starts, read, widest = [0], len(group.prompt), 0
    for place, completion in enumerate(group.completions):
        read, widest = read + len(completion), max(widest, len(completion))
        height = place - starts[-1] + 1
        cost = height * (len(group.prompt) + widest) if encoding == ROWS else read
        if cost > max_tokens and height > 1:
            starts.append(place)
            read, widest = len(group.prompt) + len(completion), len(completion)
    return [
        replace(
            group,
            completion_ids=group.completion_ids[start:end],
            completions=group.completions[start:end],
            text_lengths=group.text_lengths[start:end],
        )
        for start, end in pairwise([*starts, len(group.completions)])
    ]


def _report(rewards: Sequence[Sequence[float]], plan: _Plan) -> Report:
    every = [reward for scored in rewards for reward in scored]
    repeated = sum(
        len(piece.prompt) + len(completion)
        for piece in plan.pieces
        for completion in piece.completions
    )
    read = sum(piece.num_tokens_packed for piece in plan.pieces)
    return {
        "num_completions": len(every),
        "num_prompts": len(rewards),
        "mean_reward": fmean(every),
        "reward_deviation": pstdev(every),
        "deviation_within_prompts": math.sqrt(
            sum(pstdev(scored) ** 2 * len(scored) for scored in rewards) / len(every)
        ),
        "best_of_prompt": fmean(max(scored) for scored in rewards),
        "encoding": plan.encoding,
        "share_of_tokens_read": 1.0 if plan.encoding == ROWS else read / repeated,
    }


def _repeated(network: RewardModel, settings: ScoringHyperparameters) -> list[str]:
    config = network.model.config
    if settings.encoding == ROWS or can_pack(config):
        return []
    kind = config.model_type
    return [f"Prompts were repeated for each completion: {kind} is not known to allow packing."]


if __name__ == "__main__":
    run_as_program("scoring", score_completions)
