"""Attention over several prompts in one row, each read once for all its completions.

A row holds spans side by side: a prompt with its completions behind it. Every token of a span
sees the prompt up to itself, and a completion sees itself; a document alone is a prompt without
completions. Written so, a completion's attention has two parts, and neither needs a mask:

    to the prompt    all tokens of the span ask, the prompt's answer; the causal rule counts from
                     the top left corner, so whatever stands behind the prompt sees all of it
    to itself        completions of similar length as one padded batch, causal

The two are joined by the share of the softmax that each part holds, and share one gradient: with
the joined output and the joined logarithm of the softmax's denominator, the backward pass of each
part is exact. The cost is that of the pairs that may see each other, and no pair is computed twice.

Legend: T tokens of the row, H heads, D width of a head, N completions, R tokens of the longest.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    AttentionInterface,
    AttentionMaskInterface,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from training.ml.span_layout import SpanLayout

NAME = "concord_spans"
# The processor's kernels that also give the softmax's denominator. torch is pinned to one version.
_forward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_backward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward
# In bf16 the backward kernel is two to four times as slow as in fp32 below this many queries.
FEW_QUERIES = 768


def attend_spans(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    layout: SpanLayout | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """What transformers calls in every layer: SDPA itself, but where the batch has a layout.

    Shapes: (1, H, T, D) each, with fewer heads in key and value where queries share them; returns
    (1, T, H, D).
    """
    if layout is None:
        attended, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout, scaling, **others
        )
        return attended, None
    sharing = query.shape[1] // key.shape[1]
    if sharing > 1:
        key, value = (part.repeat_interleave(sharing, dim=1) for part in (key, value))
    if query.device.type == "cpu" and dropout == 0.0:
        joined: Tensor = _JoinedAttention.apply(  # type: ignore[no-untyped-call]
            query, key, value, layout, scaling
        )
    else:
        joined = masked_span_attention(query, key, value, layout, dropout=dropout, scale=scaling)
    return joined.transpose(1, 2), None


class _JoinedAttention(torch.autograd.Function):
    """Both parts by the processor's own kernels, without a mask."""

    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        layout: SpanLayout,
        scale: float | None,
    ) -> Tensor:
        ctx.dtypes = query.dtype, key.dtype, value.dtype
        # Rotary embeddings leave queries and keys in fp32 under autocast.
        query, key = query.to(value.dtype), key.to(value.dtype)
        query_THD = _tokens(query)
        out_THD = torch.empty_like(query_THD, memory_format=torch.contiguous_format)
        lse_TH = torch.empty(out_THD.shape[:2], dtype=torch.float32)
        for start, prompt_end, end in layout.spans:
            asking, asked = slice(start, end), slice(start, prompt_end)
            parts = (query[:, :, asking], key[:, :, asked], value[:, :, asked])
            out, lse = _forward(*parts, is_causal=True, scale=scale)
            out_THD[asking], lse_TH[asking] = _tokens(out), lse[0].T
        for block in layout.blocks:
            own_parts = (block.gather(_tokens(part)) for part in (query, key, value))
            own, own_lse = _forward(*own_parts, is_causal=True, scale=scale)
            prompt_lse, out = block.gather(lse_TH), block.gather(out_THD)
            own_share = torch.sigmoid(own_lse - prompt_lse)[..., None].to(own.dtype)
            block.write_to(out_THD, torch.lerp(out, own, own_share))
            block.write_to(lse_TH, torch.logaddexp(own_lse, prompt_lse))
        ctx.save_for_backward(query, key, value, out_THD, lse_TH)
        ctx.layout, ctx.scale = layout, scale
        return out_THD.transpose(0, 1)[None]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, out_THD, lse_TH = ctx.saved_tensors
        layout, scale = ctx.layout, ctx.scale
        given = (gradient, query, key, value, out_THD.transpose(0, 1)[None])
        # Once for all of a layer: each completion for itself would be five copies more.
        exact = given if value.dtype == torch.float32 else tuple(part.float() for part in given)
        of_query, of_key, of_value = (
            torch.empty(out_THD.shape, dtype=dtype, device=query.device) for dtype in ctx.dtypes
        )
        for start, prompt_end, end in layout.spans:
            asking, asked = slice(start, end), slice(start, prompt_end)
            places = (asking, asking, asked, asked, asking)
            source = given if end - start >= FEW_QUERIES else exact
            parts = [part[:, :, place] for part, place in zip(source, places, strict=True)]
            changes = _backward(*parts, lse_TH[asking].T[None], 0.0, True, scale=scale)
            of_query[asking], of_key[asked], of_value[asked] = map(_tokens, changes)
        for block in layout.blocks:
            parts = [block.gather(_tokens(part)) for part in exact]
            if not block.is_full:
                # A cell without a token asks for nothing, so it must not be blamed for anything.
                parts[0] = parts[0] * block.is_real_NR[:, None, :, None]
            changes = _backward(*parts, block.gather(lse_TH), 0.0, True, scale=scale)
            block.add_to(of_query, changes[0])
            block.write_to(of_key, changes[1])
            block.write_to(of_value, changes[2])
        return (*(part.transpose(0, 1)[None] for part in (of_query, of_key, of_value)), None, None)


def _tokens(part_1HTD: Tensor) -> Tensor:
    """Shapes: (1, H, T, D) to (T, H, D), without a copy."""
    return part_1HTD[0].transpose(0, 1)


def masked_span_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    layout: SpanLayout,
    *,
    dropout: float = 0.0,
    scale: float | None = None,
) -> Tensor:
    """The same with nothing but the public SDPA: prompts, then completions behind copied prompts.

    For every device, and where attention drops. Shapes: as attend_spans, but returns (1, H, T, D).
    """
    query, key = query.to(value.dtype), key.to(value.dtype)
    query, key, value = _tokens(query), _tokens(key), _tokens(value)
    prompts = layout.prompts
    asking, keys, values = (prompts.gather(part) for part in (query, key, value))
    attended = F.scaled_dot_product_attention(
        asking, keys, values, dropout_p=dropout, is_causal=True, scale=scale
    )
    found, tokens = [prompts.real(attended)], [prompts.tokens]
    for block, prompt_N in zip(layout.blocks, layout.prompt_of, strict=True):
        attended = F.scaled_dot_product_attention(
            block.gather(query),
            torch.cat([keys[prompt_N], block.gather(key)], dim=2),
            torch.cat([values[prompt_N], block.gather(value)], dim=2),
            attn_mask=_prompt_and_past(prompts.is_real_NR[prompt_N], block.token_NR.shape[1]),
            dropout_p=dropout,
            scale=scale,
        )
        found.append(block.real(attended))
        tokens.append(block.tokens)
    out_THD = torch.cat(found)[torch.argsort(torch.cat(tokens))]
    return out_THD.transpose(0, 1)[None]


def _prompt_and_past(is_prompt_NP: Tensor, length: int) -> Tensor:
    """Who sees whom among completions of this length. Shapes: (N, 1, R, P + R), boolean."""
    is_past_RR = torch.ones(length, length, dtype=torch.bool, device=is_prompt_NP.device).tril()
    is_prompt_NRP = is_prompt_NP[:, None].expand(-1, length, -1)
    is_past_NRR = is_past_RR.expand(len(is_prompt_NP), -1, -1)
    return torch.cat([is_prompt_NRP, is_past_NRR], dim=2)[:, None]


def read_spans(model: PreTrainedModel) -> None:
    """Let the model's attention follow the layouts that its batches may come with.

    Only for what `can_pack`: its layers hand these arguments on to their attention.
    """
    model.set_attn_implementation(NAME)


def reads_spans(config: PreTrainedConfig) -> bool:
    return bool(config._attn_implementation == NAME)


AttentionInterface.register(NAME, attend_spans)
AttentionMaskInterface.register(NAME, sdpa_mask)
