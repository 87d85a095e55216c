"""The losses of the paper, as pure functions of tensors.

Legend: B rows, R answer tokens, N completions in the batch, P pairs, V vocabulary, T tokens.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# exp(20) is 5e8: a ratio beyond it carries no information and would only overflow.
MAX_LOG_RATIO = 20.0


def ranking_loss(
    reward_N: Tensor,
    pair_P2: Tensor,
    prompt_of_pair_P: Tensor,
    *,
    num_prompts: float | None = None,
    divisor_of_prompt: Tensor | None = None,
    weight_of_pair_P: Tensor | None = None,
    label_smoothing: float = 0.0,
) -> Tensor:
    """How surprised the reward model is by the labelers' orderings.

    Every prompt weighs the same however many completions it had: a prompt with K=9 gives
    36 pairs, one with K=4 gives 6, and each is averaged before prompts are averaged. A prompt
    whose completions all tie has no pairs and adds nothing.

    Shapes: reward_N, one scalar per completion in the batch; pair_P2, rows of
    (preferred, other) indices into reward_N; prompt_of_pair_P, from 0; divisor_of_prompt, what
    each prompt's sum is divided by: C(K,2) in the paper, its number of pairs unless given.
    num_prompts is how many prompts are averaged over; micro-batches of one step pass the step's
    number. weight_of_pair_P scales what a pair adds; label_smoothing is how often labels are
    thought wrong.
    Units: nats.
    Source: Ouyang et al. 2022, equation 1.
    """
    if reward_N.ndim != 1 or pair_P2.shape != (len(prompt_of_pair_P), 2):
        # A (N, 1) reward would broadcast against (N,) into all pairs of pairs, unnoticed.
        raise ValueError("ranking_loss takes one reward per completion and two ends per pair")
    if divisor_of_prompt is None:
        divisor_of_prompt = torch.bincount(prompt_of_pair_P)
    if num_prompts is None:
        num_prompts = len(divisor_of_prompt)
    margin_P = reward_N[pair_P2[:, 0]] - reward_N[pair_P2[:, 1]]
    loss_P = -F.logsigmoid(margin_P)
    if label_smoothing:
        loss_P = (1 - label_smoothing) * loss_P - label_smoothing * F.logsigmoid(-margin_P)
    weight_P = 1.0 / divisor_of_prompt[prompt_of_pair_P]
    if weight_of_pair_P is not None:
        weight_P = weight_P * weight_of_pair_P
    return (weight_P * loss_P).sum() / num_prompts


def token_logprobs(logit_BRV: Tensor, token_BR: Tensor, temperature: float = 1.0) -> Tensor:
    """The log-probability of each token under logits divided by the temperature, in fp32.

    Shapes: (B, R, V) and (B, R) give (B, R). Row by row: a second copy of all logits in fp32
    is what runs out of memory first.
    """
    rows = [
        -F.cross_entropy(logit_RV.float() / temperature, token_R, reduction="none")
        for logit_RV, token_R in zip(logit_BRV, token_BR, strict=True)
    ]
    return torch.stack(rows)


@torch.no_grad()
def token_entropies(logit_BRV: Tensor, temperature: float = 1.0) -> Tensor:
    """Entropy of the next-token distribution. Shapes: (B, R, V) gives (B, R). Units: nats."""
    entropies = []
    for logit_RV in logit_BRV:
        logprob_RV = F.log_softmax(logit_RV.float() / temperature, dim=-1)
        entropies.append(-(logprob_RV.exp() * logprob_RV).sum(-1))
    return torch.stack(entropies)


def k3_divergence(log_ratio: Tensor) -> Tensor:
    """What a drawn token says of a divergence, from log p - log q: never below 0, and on average
    the same as log p - log q itself, which varies more. Units: nats.

    Source: Schulman 2020, "Approximating KL divergence".
    """
    log_ratio = log_ratio.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO)
    return torch.expm1(-log_ratio) + log_ratio


@dataclass(frozen=True)
class PolicyLoss:
    """The clipped objective summed over real tokens, and what to watch beside it (sums too)."""

    loss: Tensor
    approx_kl: Tensor
    num_clipped: Tensor
    ratio: Tensor


def policy_loss(
    logprob_BR: Tensor,
    old_logprob_BR: Tensor,
    advantage_BR: Tensor,
    mask_BR: Tensor,
    *,
    clip_range: float,
) -> PolicyLoss:
    """PPO's clipped surrogate, summed over real tokens: the caller divides by their number.

    Shapes: all (B, R), mask_BR boolean.
    Source: Schulman et al. 2017, equation 7; approx_kl is the k3 estimator.
    """
    log_ratio_BR = (logprob_BR - old_logprob_BR).clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO)
    ratio_BR = log_ratio_BR.exp()
    clipped_BR = ratio_BR.clamp(1 - clip_range, 1 + clip_range)
    unclipped_loss_BR, clipped_loss_BR = -advantage_BR * ratio_BR, -advantage_BR * clipped_BR
    loss_BR = torch.maximum(unclipped_loss_BR, clipped_loss_BR)
    with torch.no_grad():
        approx_kl = (ratio_BR - 1 - log_ratio_BR)[mask_BR].sum()
        num_clipped = (clipped_loss_BR > unclipped_loss_BR)[mask_BR].sum()
        ratio = ratio_BR[mask_BR].sum()
    return PolicyLoss(loss_BR[mask_BR].sum(), approx_kl, num_clipped, ratio)


def value_loss(
    value_BR: Tensor,
    old_value_BR: Tensor,
    return_BR: Tensor,
    mask_BR: Tensor,
    *,
    clip_range: float,
) -> Tensor:
    """Half the squared error, the worse of clipped and unclipped, summed over real tokens.

    Shapes: all (B, R), mask_BR boolean.
    Source: Ziegler et al. 2019, code.
    """
    clipped_BR = old_value_BR + (value_BR - old_value_BR).clamp(-clip_range, clip_range)
    error_BR = torch.maximum((value_BR - return_BR) ** 2, (clipped_BR - return_BR) ** 2)
    return 0.5 * error_BR[mask_BR].sum()
