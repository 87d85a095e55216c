"""Attention of Llama, Qwen and Mistral whose rotation of queries and keys is one function.

Built of single operations, the rotation makes nine tensors of the size of the queries and, on the
way back, as many again, in fp32 even where all around it is in bf16. Here each half is written
straight to its place in the result, forth and back, in the precision it came in.

Legend: B rows, T tokens, H heads, D width of a head.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from transformers import AttentionInterface, PreTrainedConfig

# What is read here, or by an attention function of the module that calls it.
KNOWN = (
    "config",
    "layer_idx",
    "head_dim",
    "num_key_value_groups",
    "scaling",
    "is_causal",
    "attention_dropout",
)


class LeanAttention(nn.Module):
    """The model's own attention with the same weights under the same names.

    For models without windows: it hands none on.
    """

    q_proj: nn.Module
    k_proj: nn.Module
    v_proj: nn.Module
    o_proj: nn.Module
    # Qwen3 norms queries and keys of each head before they turn.
    q_norm: nn.Module
    k_norm: nn.Module
    config: PreTrainedConfig
    layer_idx: int
    head_dim: int
    scaling: float
    attention_dropout: float

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        for name, module in attention.named_children():
            self.add_module(name, module)
        for name in KNOWN:
            setattr(self, name, getattr(attention, name))

    def forward(
        self,
        hidden_states: Tensor,
        position_embeddings: tuple[Tensor, Tensor],
        attention_mask: Tensor | None = None,
        past_key_values: Any = None,
        **others: Any,
    ) -> tuple[Tensor, Tensor | None]:
        """What a decoder layer of transformers calls. Shapes: (B, T, width) to the same."""
        heads = (*hidden_states.shape[:-1], -1, self.head_dim)
        query = self.q_proj(hidden_states).view(heads)
        key = self.k_proj(hidden_states).view(heads)
        value = self.v_proj(hidden_states).view(heads).transpose(1, 2)
        if hasattr(self, "q_norm"):
            query, key = self.q_norm(query), self.k_norm(key)
        query, key = (rotated(part, *position_embeddings).transpose(1, 2) for part in (query, key))
        if past_key_values is not None:
            key, value = past_key_values.update(key, value, self.layer_idx)
        attended, shares = AttentionInterface()[self.config._attn_implementation](
            self,
            query,
            key,
            value,
            attention_mask,
            dropout=self.attention_dropout if self.training else 0.0,
            scaling=self.scaling,
            **others,
        )
        return self.o_proj(attended.flatten(-2)), shares


def rotated(part_BTHD: Tensor, cosine_BTD: Tensor, sine_BTD: Tensor) -> Tensor:
    """Each pair (i, i + D/2) turned by the angle of its position, in the precision of the angles.

    Shapes: as named, or 1 row of angles for all; returns the first one's shape and precision.
    Source: Su et al. 2021, arXiv:2104.09864, in the order of halves that Llama uses.
    """
    turned: Tensor = _Rotated.apply(part_BTHD, cosine_BTD, sine_BTD)  # type: ignore[no-untyped-call]
    return turned


class _Rotated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part_BTHD: Tensor, cosine_BTD: Tensor, sine_BTD: Tensor) -> Tensor:
        ctx.save_for_backward(cosine_BTD, sine_BTD)
        (cosine_1, cosine_2), (sine_1, sine_2) = _halves(cosine_BTD), _halves(sine_BTD)
        return _turn(part_BTHD, (cosine_1, -sine_1), (cosine_2, sine_2))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (cosine_1, cosine_2), (sine_1, sine_2) = map(_halves, ctx.saved_tensors)
        return _turn(gradient, (cosine_1, sine_2), (cosine_2, -sine_1)), None, None


def _halves(angle_BTD: Tensor) -> tuple[Tensor, Tensor]:
    """Of all heads at once."""
    first, second = angle_BTD.unsqueeze(-2).chunk(2, -1)
    return first, second


def _turn(part_BTHD: Tensor, first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> Tensor:
    """Each half times its own factor plus the other half times another one."""
    turned = torch.empty_like(part_BTHD, memory_format=torch.contiguous_format)
    halves = part_BTHD.chunk(2, -1)
    for target, half, other, (own, across) in zip(
        turned.chunk(2, -1), halves, halves[::-1], (first, second), strict=True
    ):
        if target.dtype == own.dtype:
            torch.mul(half, own, out=target).addcmul_(other, across)
        else:
            target.copy_((half * own).addcmul_(other, across))
    return turned
