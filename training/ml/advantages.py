"""From scores and divergences to advantages: pure functions of tensors.

Legend: B rows, R answer tokens. Masks are boolean, True on real answer tokens.
"""

import torch
from torch import Tensor

from training.ml.world import World

MIN_DEVIATION = 1e-8


def masked_mean(value_BR: Tensor, mask_BR: Tensor, world: World) -> float:
    """The mean over real tokens of all processes."""
    total = world.total(value_BR[mask_BR].double().sum())
    return float(total / world.total(mask_BR.sum()))


def score_with_eos_rule(score_B: Tensor, has_eos_B: Tensor, *, rule: str, penalty: float) -> Tensor:
    """What a response that never ended is worth: its score, minus the penalty, or the penalty.

    Whether it ended is the sampler's knowledge: an end-of-text token in the prompt changes nothing.
    """
    if rule == "replace":
        return torch.where(has_eos_B, score_B, torch.full_like(score_B, -penalty))
    if rule == "subtract":
        return torch.where(has_eos_B, score_B, score_B - penalty)
    return score_B


def token_rewards(
    score_B: Tensor,
    logprob_BR: Tensor,
    reference_logprob_BR: Tensor,
    mask_BR: Tensor,
    *,
    kl_coef: float,
) -> Tensor:
    """Each token pays for its divergence; the last real token also earns the score.

    The sum over a row is the bracket of equation 2: score - beta * log(pi / pi_ref).
    The estimator of divergence (k1) may be negative on a token and is never clamped.
    Source: Ouyang et al. 2022, equation 2.
    """
    reward_BR = -kl_coef * (logprob_BR - reference_logprob_BR)
    reward_BR = torch.where(mask_BR, reward_BR, torch.zeros_like(reward_BR))
    last_B = mask_BR.sum(1) - 1
    row_B = torch.arange(len(score_B), device=score_B.device)
    reward_BR[row_B, last_B] += score_B
    return reward_BR


def generalised_advantages(
    reward_BR: Tensor, value_BR: Tensor, mask_BR: Tensor, *, discount: float, gae_lambda: float
) -> tuple[Tensor, Tensor]:
    """Advantages and returns; nothing follows the last real token.

    Source: Schulman et al. 2016, equation 16.
    """
    value_BR = torch.where(mask_BR, value_BR, torch.zeros_like(value_BR))
    advantage_BR = torch.zeros_like(reward_BR)
    following_B = torch.zeros_like(reward_BR[:, 0])
    next_value_B = torch.zeros_like(following_B)
    for column in reversed(range(reward_BR.shape[1])):
        error_B = reward_BR[:, column] + discount * next_value_B - value_BR[:, column]
        following_B = error_B + discount * gae_lambda * following_B
        # Padding lies behind the answer: what was gathered there must not reach its last token.
        following_B = torch.where(mask_BR[:, column], following_B, torch.zeros_like(following_B))
        advantage_BR[:, column] = following_B
        next_value_B = value_BR[:, column]
    return advantage_BR, advantage_BR + value_BR


def whiten(value_BR: Tensor, mask_BR: Tensor, world: World, *, keep_mean: bool = False) -> Tensor:
    """Scale to deviation 1 over the real tokens of all processes, and shift to mean 0.

    Shapes: (B, R) in and out; padding stays zero. keep_mean scales around the mean instead.
    """
    real = value_BR[mask_BR].double()
    count = world.total(torch.tensor(float(len(real)), dtype=torch.double, device=real.device))
    mean = world.total(real.sum()) / count
    variance = world.total(((real - mean) ** 2).sum()) / count
    scaled_BR = (value_BR.double() - mean) / variance.sqrt().clamp(min=MIN_DEVIATION)
    if keep_mean:
        scaled_BR = scaled_BR + mean
    return torch.where(mask_BR, scaled_BR, torch.zeros_like(scaled_BR)).to(value_BR.dtype)


def explained_variance(
    value_BR: Tensor, return_BR: Tensor, mask_BR: Tensor, world: World
) -> float | None:
    """1 - err/var: 1 when values foretell returns, 0 when they know only the mean.

    None when all returns are equal: there is nothing to explain.
    """
    mean = masked_mean(return_BR, mask_BR, world)
    variance = masked_mean((return_BR - mean) ** 2, mask_BR, world)
    error = masked_mean((return_BR - value_BR) ** 2, mask_BR, world)
    return 1.0 - error / variance if variance > 0 else None
