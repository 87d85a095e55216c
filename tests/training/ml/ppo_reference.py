"""PPO's first update once more: the naive way, token by token, in float64 (issue 4).

Written from the formulas, not from the engine: no padding, no masks, no micro-batches; every answer
is a row of its own, and every sum is a loop.
"""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from training.ml.experience import Rollouts
from training.ml.hyperparameters import PpoHyperparameters
from training.ml.networks import RewardModel
from training.ml.ppo_networks import Networks

Rows = list[list[float]]


@dataclass(frozen=True)
class Expected:
    """The first update as it must be: the reward of every token, and the weights after it."""

    rewards: Rows
    policy_loss: float
    value_loss: float
    policy_norm: float
    value_norm: float
    policy: dict[str, Tensor]
    value: dict[str, Tensor]


@dataclass(frozen=True)
class Answers:
    """What was written, as ids; and whether each answer ended."""

    prompts: list[list[int]]
    answers: list[list[int]]
    ended: list[bool]


def first_update(networks: Networks, rollouts: Rollouts, settings: PpoHyperparameters) -> Expected:
    """Rewards, advantages, losses, gradients and Adam's step, in the order of the paper."""
    written = Answers(
        [example.context for example in rollouts.examples],
        [example.answer for example in rollouts.examples],
        rollouts.has_eos_B.tolist(),
    )
    policy, reference = in_float64(networks.policy_model), in_float64(networks.reference)
    value, judge = in_float64(networks.value_model), in_float64(networks.reward)

    rewards = token_rewards(policy, reference, judge, written, settings)
    old_values = [row.tolist() for row in token_values(value, written)]
    advantages = generalised_advantages(rewards, old_values, settings)
    returns = [
        [advantage + old for advantage, old in zip(*rows, strict=True)]
        for rows in zip(advantages, old_values, strict=True)
    ]
    num_tokens = sum(map(len, rewards))

    # The ratio to the policy that wrote is 1 in value, and not in gradient.
    now = token_logprobs(policy, written, settings.temperature)
    lost = torch.zeros((), dtype=torch.float64)
    for row, advantage_row in zip(now, whitened(advantages), strict=True):
        for logprob, advantage in zip(row, advantage_row, strict=True):
            ratio = torch.exp(logprob - logprob.detach())
            bounded = ratio.clamp(1 - settings.clip_range, 1 + settings.clip_range)
            lost = lost + torch.maximum(-advantage * ratio, -advantage * bounded)
    missed = torch.zeros((), dtype=torch.float64)
    for row, goals in zip(token_values(value, written), returns, strict=True):
        for foretold, earned in zip(row, goals, strict=True):
            missed = missed + 0.5 * (foretold - earned) ** 2

    policy_norm = step(policy, lost / num_tokens, settings.learning_rate, settings)
    value_norm = step(value, missed / num_tokens, settings.value_learning_rate, settings)
    return Expected(
        rewards,
        float(lost.detach()) / num_tokens,
        float(missed.detach()) / num_tokens,
        policy_norm,
        value_norm,
        {name: weight.detach() for name, weight in policy.named_parameters()},
        {name: weight.detach() for name, weight in value.named_parameters()},
    )


def in_float64(network: Any) -> Any:
    return copy.deepcopy(network).double().requires_grad_(True)


def token_logprobs(policy: PreTrainedModel, written: Answers, temperature: float) -> list[Tensor]:
    rows = []
    for prompt, answer in zip(written.prompts, written.answers, strict=True):
        logits = policy(torch.tensor([prompt + answer]), use_cache=False).logits[0]
        logprobs = []
        for place, token in enumerate(answer):
            before = logits[len(prompt) + place - 1] / temperature
            logprobs.append(before[token] - torch.logsumexp(before, 0))
        rows.append(torch.stack(logprobs))
    return rows


def token_values(value: RewardModel, written: Answers) -> list[Tensor]:
    """The value of the state in which each token was chosen: at the token before it."""
    rows = []
    for prompt, answer in zip(written.prompts, written.answers, strict=True):
        rows.append(values_of(value, prompt + answer)[len(prompt) - 1 : -1])
    return rows


def values_of(network: RewardModel, ids: list[int]) -> Tensor:
    hidden = network.model.base_model(torch.tensor([ids]), use_cache=False).last_hidden_state[0]
    return hidden @ network.head.weight[0] + network.head.bias[0]


@torch.no_grad()
def token_rewards(
    policy: PreTrainedModel,
    reference: PreTrainedModel,
    judge: RewardModel,
    written: Answers,
    settings: PpoHyperparameters,
) -> Rows:
    """Every token pays beta times its divergence, and the last one earns the score."""
    rewards = []
    pairs = zip(
        token_logprobs(policy, written, settings.temperature),
        token_logprobs(reference, written, settings.temperature),
        strict=True,
    )
    for number, (own, others) in enumerate(pairs):
        row = [
            -settings.kl_coef * (float(mine) - float(other))
            for mine, other in zip(own, others, strict=True)
        ]
        score = float(values_of(judge, written.prompts[number] + written.answers[number])[-1])
        # The rule "subtract".
        row[-1] += score if written.ended[number] else score - settings.missing_eos_penalty
        rewards.append(row)
    return rewards


def generalised_advantages(rewards: Rows, values: Rows, settings: PpoHyperparameters) -> Rows:
    """The sum of later errors, each step of the way discounted by gamma times lambda."""
    advantages = []
    for reward_row, value_row in zip(rewards, values, strict=True):
        following = [*value_row[1:], 0.0]
        errors = [
            reward + settings.discount * after - before
            for reward, after, before in zip(reward_row, following, value_row, strict=True)
        ]
        decay = settings.discount * settings.gae_lambda
        advantages.append(
            [
                sum(decay**later * error for later, error in enumerate(errors[start:]))
                for start in range(len(errors))
            ]
        )
    return advantages


def whitened(rows: Rows) -> Rows:
    every = [number for row in rows for number in row]
    mean = sum(every) / len(every)
    deviation = math.sqrt(sum((number - mean) ** 2 for number in every) / len(every))
    return [[(number - mean) / deviation for number in row] for row in rows]


def step(network: nn.Module, loss: Tensor, rate: float, settings: PpoHyperparameters) -> float:
    """Adam's first step, its moments divided by what they lack; the gradient's norm before it."""
    weights = list(network.parameters())
    gradients = torch.autograd.grad(loss, weights)
    norm = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    scale = min(1.0, settings.max_gradient_norm / (norm + 1e-6))
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            clipped = gradient * scale
            first = (1 - settings.adam_beta1) * clipped / (1 - settings.adam_beta1)
            second = (1 - settings.adam_beta2) * clipped**2 / (1 - settings.adam_beta2)
            weight.sub_(rate * first / (second.sqrt() + settings.adam_epsilon))
    return norm
