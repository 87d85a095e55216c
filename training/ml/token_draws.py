"""Choosing the next token of many answers from their logits, in few passes over the vocabulary.

Legend: N answers being written, V vocabulary, K blocks of it, B tokens of a block.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Tokens per block when a vocabulary is searched in two steps.
BLOCK = 256
# How many of the likeliest tokens are looked at first for those that hold top_p.
NUCLEUS = 1024


@dataclass(frozen=True)
class SamplingRule:
    """How the next token is chosen; temperature 0 takes the likeliest."""

    temperature: float
    top_p: float
    max_tokens: int
    eos_id: int


def next_tokens(logit_NV: Tensor, uniform_N: Tensor, rule: SamplingRule) -> tuple[Tensor, Tensor]:
    """One token per row and its log-probability under the temperature, before any filter.

    Shapes: logit_NV; uniform_N between 0 and 1; both results (N,).
    """
    logit_NV = logit_NV.float()
    if rule.temperature == 0:
        logprob_NV = F.log_softmax(logit_NV, dim=-1)
        best = logprob_NV.max(dim=-1)
        return best.indices, best.values
    if rule.temperature != 1:
        logit_NV = logit_NV / rule.temperature
    probability_NV = logit_NV.softmax(dim=-1)
    token_N, total_N = inverse_cdf(probability_NV, uniform_N)
    if rule.top_p < 1:
        token_N, _ = inverse_cdf(nucleus(probability_NV, rule.top_p), uniform_N)
    # The sum in doubles takes out what softmax lost by adding a vocabulary up in fp32.
    drawn_N = probability_NV.gather(1, token_N[:, None])[:, 0].double()
    return token_N, (drawn_N / total_N).log().float()


def nucleus(probability_NV: Tensor, top_p: float) -> Tensor:
    """The fewest likeliest tokens that hold top_p of the probability; the others become 0.

    Source: Holtzman et al. 2020.
    """
    # Sorting a whole vocabulary costs as much as a small model; a few tokens nearly always do.
    few = min(NUCLEUS, probability_NV.shape[1])
    sorted_NV, order_NV = probability_NV.topk(few, dim=-1)
    if not bool((sorted_NV.sum(-1) >= top_p).all()):
        sorted_NV, order_NV = probability_NV.sort(dim=-1, descending=True)
    before_NV = sorted_NV.cumsum(-1) - sorted_NV
    kept_NV = torch.where(before_NV < top_p, sorted_NV, torch.zeros_like(sorted_NV))
    return torch.zeros_like(probability_NV).scatter(1, order_NV, kept_NV)


def inverse_cdf(probability_NV: Tensor, uniform_N: Tensor) -> tuple[Tensor, Tensor]:
    """The token where the summed probability passes the uniform number's share; the whole sum.

    Two steps, blocks and then tokens inside one block: a running sum over a whole vocabulary in
    doubles costs as much as a small model's forward pass.
    Shapes: (N, V) and (N,) give (N,) and (N,). Rows need not sum to 1.
    """
    missing = -probability_NV.shape[1] % BLOCK
    if missing:
        probability_NV = F.pad(probability_NV, (0, missing))
    block_NKB = probability_NV.view(len(probability_NV), -1, BLOCK)
    reached_NK = block_NKB.sum(-1).double().cumsum(-1)
    row_N = torch.arange(len(uniform_N), device=uniform_N.device)
    target_N1 = (uniform_N * reached_NK[:, -1])[:, None]
    block_N = _passed(reached_NK, target_N1)
    before_NK = F.pad(reached_NK, (1, 0))
    inside_NB = block_NKB[row_N, block_N].double().cumsum(-1)
    token_N = _passed(inside_NB, target_N1 - before_NK[row_N, block_N][:, None])
    return block_N * BLOCK + token_N, reached_NK[:, -1]


def _passed(reached_NK: Tensor, target_N1: Tensor) -> Tensor:
    """The first place whose running sum exceeds the target; the last with any mass at most."""
    place_N1 = torch.searchsorted(reached_NK, target_N1, right=True)
    # Rounding may leave the target at the very end: never fall onto an empty place.
    last_N1 = torch.searchsorted(reached_NK, reached_NK[:, -1:].contiguous())
    return torch.minimum(place_N1, last_N1)[:, 0]
