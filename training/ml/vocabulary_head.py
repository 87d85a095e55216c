"""Log-probabilities and entropies from hidden states, without ever holding all logits.

The logits of a batch are its largest tensor: 64 answers of 512 tokens over 50,000 words are 6.6 GB,
several times over where softmax and gradient come beside them. Here a few rows at a time pass
through the output head, and once more on the way back.

Legend: N answer tokens, C of them at a time, D width, V vocabulary.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

# Logits held at once. A processor gains from staying near its caches, an accelerator from size.
LOGITS_AT_ONCE = {"cpu": 2**22}
LOGITS_AT_ONCE_ELSEWHERE = 2**26
# Fewer rows than this would spend their time reading the head's weights.
FEWEST_ROWS = 16


def rows_at_once(vocabulary: int, device: torch.device) -> int:
    limit = LOGITS_AT_ONCE.get(device.type, LOGITS_AT_ONCE_ELSEWHERE)
    return max(FEWEST_ROWS, limit // vocabulary)


def head_scores(
    hidden_ND: Tensor, head: nn.Linear, token_N: Tensor, temperature: float
) -> tuple[Tensor, Tensor]:
    """The log-probability of each token and the entropy of the distribution it came from, in fp32.

    Products are computed in the precision of the surrounding autocast, sums in fp32. Only the
    log-probability has a gradient.
    Units: nats. Shapes: hidden_ND, token_N; both results (N,).
    """
    scores: tuple[Tensor, Tensor] = _HeadScores.apply(  # type: ignore[no-untyped-call]
        hidden_ND, head.weight, head.bias, token_N, temperature
    )
    return scores


@contextmanager
def in_place_of(head: nn.Module, compute: Any) -> Iterator[None]:
    """Let the head compute something else while a network that ends in it is called.

    It stays inside the network's own forward pass, where wrappers exchange or gather its weights.
    """
    vars(head)["forward"] = compute
    try:
        yield
    finally:
        del vars(head)["forward"]


class _HeadScores(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden_ND: Tensor,
        weight_VD: Tensor,
        bias_V: Tensor | None,
        token_N: Tensor,
        temperature: float,
    ) -> tuple[Tensor, Tensor]:
        kind = hidden_ND.device.type
        is_mixed = torch.is_autocast_enabled(kind)
        ctx.dtype = torch.get_autocast_dtype(kind) if is_mixed else weight_VD.dtype
        ctx.temperature = temperature
        num_rows = rows_at_once(len(weight_VD), hidden_ND.device)
        ctx.chunks = [slice(at, at + num_rows) for at in range(0, len(token_N), num_rows)]
        logprob_N, total_N, entropy_N = (
            torch.empty(len(token_N), device=hidden_ND.device) for _ in range(3)
        )
        head = _in_dtype(ctx.dtype, weight_VD, bias_V)
        with torch.autocast(kind, enabled=False):
            for rows in ctx.chunks:
                logit_CV = _logits(hidden_ND[rows], *head, temperature)
                total_N[rows] = logit_CV.logsumexp(-1)
                own_C1 = logit_CV.gather(1, token_N[rows, None])
                logprob_N[rows] = own_C1[:, 0] - total_N[rows]
                probability_CV = (logit_CV - total_N[rows, None]).exp_()
                # -sum p log p = log-sum-exp - sum p * logit: no second softmax.
                entropy_N[rows] = total_N[rows] - torch.linalg.vecdot(probability_CV, logit_CV)
        ctx.save_for_backward(hidden_ND, weight_VD, bias_V, token_N, total_N)
        ctx.mark_non_differentiable(entropy_N)
        return logprob_N, entropy_N

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_N: Tensor, _entropy: Tensor) -> tuple[Tensor | None, ...]:
        hidden_ND, weight_VD, bias_V, token_N, total_N = ctx.saved_tensors
        wants_hidden, wants_weight, wants_bias = ctx.needs_input_grad[:3]
        head = _in_dtype(ctx.dtype, weight_VD, bias_V)
        hidden_grad_ND = torch.empty_like(hidden_ND) if wants_hidden else None
        weight_grad_VD = torch.zeros_like(weight_VD) if wants_weight else None
        bias_grad_V = torch.zeros_like(bias_V) if wants_bias else None
        for rows in ctx.chunks:
            # d logprob / d logit = (this token - probability) / temperature.
            scale_C1 = gradient_N[rows, None] / ctx.temperature
            slope_CV = _logits(hidden_ND[rows], *head, ctx.temperature)
            slope_CV.sub_(total_N[rows, None]).exp_().mul_(-scale_C1)
            slope_CV.scatter_add_(1, token_N[rows, None], scale_C1)
            if bias_grad_V is not None:
                bias_grad_V += slope_CV.sum(0)
            slope_CV = slope_CV.to(ctx.dtype)
            if hidden_grad_ND is not None:
                hidden_grad_ND[rows] = (slope_CV @ head[0]).to(hidden_ND.dtype)
            if weight_grad_VD is not None:
                weight_grad_VD += slope_CV.t() @ hidden_ND[rows].to(ctx.dtype)
        return hidden_grad_ND, weight_grad_VD, bias_grad_V, None, None


def _in_dtype(
    dtype: torch.dtype, weight_VD: Tensor, bias_V: Tensor | None
) -> tuple[Tensor, Tensor | None]:
    return weight_VD.to(dtype), None if bias_V is None else bias_V.to(dtype)


def _logits(
    hidden_CD: Tensor, weight_VD: Tensor, bias_V: Tensor | None, temperature: float
) -> Tensor:
    """A fresh tensor in fp32, divided by the temperature."""
    return F.linear(hidden_CD.to(weight_VD.dtype), weight_VD, bias_V).float().div_(temperature)
