"""One PPO iteration's rollouts: written, scored, and turned into advantages.

Legend: B answers of this process, R answer tokens, T tokens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import torch
from torch import Tensor

from training.ml.advantages import (
    explained_variance,
    generalised_advantages,
    masked_mean,
    score_with_eos_rule,
    token_rewards,
    whiten,
)
from training.ml.batches import split_by_tokens
from training.ml.hyperparameters import PpoHyperparameters
from training.ml.language_modelling import (
    AnswerBatch,
    Example,
    answer_rewards,
    answer_scores,
    answer_values,
    padded_batch,
    rows_together,
    side_by_side,
)
from training.ml.losses import k3_divergence
from training.ml.networks import autocast, sampling_copy, sampling_dtype
from training.ml.ppo_networks import Networks
from training.ml.resources import PhaseClock
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.sharding import num_idle
from training.ml.world import World

# Writing keeps no activations for gradients, so its batches may be this much larger.
WRITING_FACTOR = 16


@dataclass(frozen=True)
class Rollouts:
    """Answers to prompts, and what every network made of them before the update.

    Shapes: (B, R) but score_B, has_eos_B; mask_BR is True on real answer tokens. value_BR is the
    value of the state in which each token was chosen.
    """

    examples: list[Example]
    mask_BR: Tensor
    logprob_BR: Tensor
    reference_logprob_BR: Tensor
    sampler_logprob_BR: Tensor
    entropy_BR: Tensor
    value_BR: Tensor
    score_B: Tensor
    has_eos_B: Tensor
    # Of all micro-batches that judge these answers, padding included.
    num_cells: int
    # The passes of the networks that move, by their first row, while their graphs are kept.
    policy_passes: dict[int, Tensor] = field(default_factory=dict)
    value_passes: dict[int, Tensor] = field(default_factory=dict)

    def forget_passes(self) -> None:
        """Let go of graphs that no step has used."""
        self.policy_passes.clear()
        self.value_passes.clear()


@dataclass(frozen=True)
class Targets:
    """What the update aims at. Shapes: all (B, R)."""

    reward_BR: Tensor
    advantage_BR: Tensor
    return_BR: Tensor


def collect(
    networks: Networks,
    prompts: Sequence[list[int]],
    noise: Sequence[torch.Generator],
    rule: SamplingRule,
    settings: PpoHyperparameters,
    *,
    clock: PhaseClock | None = None,
) -> Rollouts:
    """Write one answer per prompt and let every network judge all of them."""
    clock = clock or PhaseClock(networks.policy.world.device)
    answers = _write(networks, prompts, noise, rule, settings)
    clock.end("rollout")
    examples = [
        Example(prompt, answer.ids) for prompt, answer in zip(prompts, answers, strict=True)
    ]
    return _judge(networks, examples, answers, settings)


def _write(
    networks: Networks,
    prompts: Sequence[list[int]],
    noise: Sequence[torch.Generator],
    rule: SamplingRule,
    settings: PpoHyperparameters,
) -> list[Answer]:
    lengths = [len(prompt) + rule.max_tokens for prompt in prompts]
    written: dict[int, Answer] = {}
    # Slices are gathered once for all answers, not once for every token: then no process has to
    # write as many tokens as another.
    with networks.policy.in_one_piece(sampling_dtype(settings.precision)) as policy:
        writer = sampling_copy(policy, settings.precision)
        for rows in split_by_tokens(lengths, WRITING_FACTOR * settings.max_tokens_per_forward):
            answers = write_answers(
                writer, [prompts[row] for row in rows], [noise[row] for row in rows], rule
            )
            written |= dict(zip(rows, answers, strict=True))
    return [written[row] for row in range(len(prompts))]


@torch.no_grad()
def _judge(
    networks: Networks,
    examples: list[Example],
    answers: list[Answer],
    settings: PpoHyperparameters,
) -> Rollouts:
    device = networks.policy.world.device
    longest = max(len(answer.ids) for answer in answers)
    length_B = torch.tensor([len(answer.ids) for answer in answers], device=device)
    empty_BR = torch.zeros(len(examples), longest, device=device)
    batches = list(micro_batches(networks, examples, range(len(examples)), settings))
    sizes = [batch.num_tokens for _, batch in batches]
    rollouts = Rollouts(
        examples=examples,
        mask_BR=torch.arange(longest, device=device) < length_B[:, None],
        logprob_BR=empty_BR.clone(),
        reference_logprob_BR=empty_BR.clone(),
        sampler_logprob_BR=empty_BR.clone(),
        entropy_BR=empty_BR.clone(),
        value_BR=empty_BR.clone(),
        score_B=torch.zeros(len(examples), device=device),
        has_eos_B=torch.tensor([answer.has_eos for answer in answers], device=device),
        num_cells=sum(sizes),
    )
    for row, answer in enumerate(answers):
        rollouts.sampler_logprob_BR[row, : len(answer.ids)] = torch.tensor(answer.logprobs)
    keeps_value, keeps_policy = _kept(sizes, settings, networks.policy.world)
    # Judged once more, an answer gets the same figures.
    batches += batches[:1] * num_idle(networks.policy.module, len(batches), networks.policy.world)
    for number, (rows, batch) in enumerate(batches):
        with torch.set_grad_enabled(number < keeps_policy):
            _judge_by_policy(networks, rollouts, rows, batch, settings)
        with torch.set_grad_enabled(number < keeps_value):
            _judge_by_value(networks, rollouts, rows, batch, settings)
        _judge_by_frozen(networks, rollouts, rows, batch, settings)
    return rollouts


def _kept(sizes: Sequence[int], settings: PpoHyperparameters, world: World) -> tuple[int, int]:
    """How many first micro-batches keep the value network's pass, and how many the policy's.

    Several processes exchange gradients pass by pass, and keep none.
    """
    budget = settings.max_tokens_kept
    if world.size > 1 or not settings.is_one_step_a_pass:
        budget = 0
    # All of the value network's passes come before the first of the policy's.
    reached = list(accumulate([*sizes, *sizes]))
    num_kept = sum(total <= budget for total in reached)
    return min(num_kept, len(sizes)), max(num_kept - len(sizes), 0)


def micro_batches(
    networks: Networks,
    examples: Sequence[Example],
    rows: Sequence[int],
    settings: PpoHyperparameters,
) -> Iterator[tuple[list[int], AnswerBatch]]:
    """These rows within the token budget, each batch with the rows it holds.

    Side by side where every network can read them so, padded otherwise.
    """
    chosen = [examples[row] for row in rows]
    budget, is_packed = settings.max_tokens_per_forward, networks.read_spans
    make = side_by_side if is_packed else padded_batch
    for places in rows_together(chosen, max_tokens=budget, is_packed=is_packed):
        batch = make([chosen[place] for place in places])
        yield [rows[place] for place in places], batch.to(networks.policy.world.device)


def _judge_by_policy(
    networks: Networks,
    rollouts: Rollouts,
    rows: list[int],
    batch: AnswerBatch,
    settings: PpoHyperparameters,
) -> None:
    width = batch.token_BR.shape[1]
    said = answer_scores(
        networks.policy.module, batch, settings.precision, temperature=settings.temperature
    )
    if said.logprob_BR.requires_grad:
        rollouts.policy_passes[rows[0]] = said.logprob_BR
    rollouts.logprob_BR[rows, :width] = said.logprob_BR.detach()
    rollouts.entropy_BR[rows, :width] = said.entropy_BR


def _judge_by_value(
    networks: Networks,
    rollouts: Rollouts,
    rows: list[int],
    batch: AnswerBatch,
    settings: PpoHyperparameters,
) -> None:
    with autocast(batch.column_C.device, settings.precision):
        value_BR = answer_values(networks.value.module, batch)
    if value_BR.requires_grad:
        rollouts.value_passes[rows[0]] = value_BR
    rollouts.value_BR[rows, : value_BR.shape[1]] = value_BR.detach()


def _judge_by_frozen(
    networks: Networks,
    rollouts: Rollouts,
    rows: list[int],
    batch: AnswerBatch,
    settings: PpoHyperparameters,
) -> None:
    width = batch.token_BR.shape[1]
    precision, temperature = settings.precision, settings.temperature
    with networks.reference_policy() as reference:
        said = answer_scores(reference, batch, precision, temperature=temperature)
    rollouts.reference_logprob_BR[rows, :width] = said.logprob_BR
    with autocast(batch.column_C.device, precision):
        rollouts.score_B[rows] = answer_rewards(networks.reward, batch)


def targets(
    rollouts: Rollouts, settings: PpoHyperparameters, world: World, *, kl_coef: float | None = None
) -> Targets:
    """Rewards per token, then advantages and returns (R67, R68).

    ``kl_coef`` is the price of divergence where it has moved since the start.
    """
    mask_BR = rollouts.mask_BR
    score_B = score_with_eos_rule(
        rollouts.score_B,
        rollouts.has_eos_B,
        rule=settings.missing_eos,
        penalty=settings.missing_eos_penalty,
    )
    reward_BR = token_rewards(
        score_B,
        rollouts.logprob_BR,
        rollouts.reference_logprob_BR,
        mask_BR,
        kl_coef=settings.kl_coef if kl_coef is None else kl_coef,
    )
    learned_BR = reward_BR
    if settings.whiten_rewards:
        learned_BR = whiten(reward_BR, mask_BR, world, keep_mean=True)
    advantage_BR, return_BR = generalised_advantages(
        learned_BR,
        rollouts.value_BR,
        mask_BR,
        discount=settings.discount,
        gae_lambda=settings.gae_lambda,
    )
    if settings.whiten_advantages:
        advantage_BR = whiten(advantage_BR, mask_BR, world)
    return Targets(reward_BR, advantage_BR, return_BR)


def rollout_metrics(rollouts: Rollouts, aims: Targets, world: World) -> dict[str, float]:
    """What the rollouts came to, over all processes. kl is in nats per answer."""
    mask_BR = rollouts.mask_BR
    count = world.total_number(len(rollouts.examples))

    def per_answer(total: Tensor) -> float:
        return world.total_number(float(total.double().sum())) / count

    divergence_BR = rollouts.logprob_BR - rollouts.reference_logprob_BR
    gap_BR = (rollouts.logprob_BR - rollouts.sampler_logprob_BR).abs()
    # In probabilities: rounding moves a rare token by many nats and by next to nothing.
    probability_gap_BR = (rollouts.logprob_BR.exp() - rollouts.sampler_logprob_BR.exp()).abs()
    metrics = {
        "reward": per_answer(aims.reward_BR[mask_BR]),
        "score": per_answer(rollouts.score_B),
        "kl": per_answer(divergence_BR[mask_BR]),
        "kl_k3": per_answer(k3_divergence(divergence_BR[mask_BR])),
        "entropy": masked_mean(rollouts.entropy_BR, mask_BR, world),
        "response_length": per_answer(mask_BR),
        "eos_share": per_answer(rollouts.has_eos_B),
        # How far the writer's probabilities are from the trainer's: a fault in either shows here.
        "sampler_gap": masked_mean(gap_BR, mask_BR, world),
        "sampler_probability_gap": masked_mean(probability_gap_BR, mask_BR, world),
    }
    num_tokens = sum(example.length for example in rollouts.examples)
    metrics["fill_ratio"] = world.total_number(num_tokens) / world.total_number(rollouts.num_cells)
    explained = explained_variance(rollouts.value_BR, aims.return_BR, mask_BR, world)
    if explained is not None:
        metrics["explained_variance"] = explained
    return metrics
