"""The networks that training moves, as thin layers over Hugging Face models.

Legend: B rows, T tokens, C columns, N completions, V vocabulary, D width.
"""

import math
from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import PreTrainedModel

from training.ml.batches import TokenBatch
from training.ml.last_block import Places, spare_last_mlp
from training.ml.lean_blocks import make_lean
from training.ml.packing import can_pack
from training.ml.sharding import rebuilt
from training.ml.span_attention import read_spans
from training.ml.span_layout import SpanLayout

# Where each architecture adds to its residual stream: the ends of an attention and of an MLP block.
RESIDUAL_ENDS = {
    "llama": ("o_proj", "down_proj"),
    "qwen2": ("o_proj", "down_proj"),
    "qwen3": ("o_proj", "down_proj"),
    "mistral": ("o_proj", "down_proj"),
    "gpt2": ("c_proj",),
    "gpt_neox": ("attention.dense", "dense_4h_to_h"),
}
OWN_DROPOUTS = (
    "resid_pdrop",
    "embd_pdrop",
    "attn_pdrop",
    "attention_dropout",
    "hidden_dropout",
    "classifier_dropout",
)


class RewardModel(nn.Module):
    """A trunk and one linear number per token, computed in fp32 whatever the trunk uses.

    Read at the last real token of an answer it is the answer's reward; read at every token it
    is the value network. The Hugging Face model inside has no bias on its head; this one has,
    so that centring can shift all rewards (model folders say how it is stored).
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    @property
    def head(self) -> nn.Linear:
        head = self.model.score
        assert isinstance(head, nn.Linear)  # noqa: S101 - set by reward_folders alone
        return head

    def forward(
        self,
        token_BT: Tensor,
        attention: Tensor,
        position_BT: Tensor,
        *,
        layout: SpanLayout | None = None,
        read_at: Places | None = None,
    ) -> Tensor:
        """A number for every token, or for those at the (rows, columns) of `read_at` alone.

        Shapes: as in TokenBatch; returns (B, T), or (N,) for N places, in fp32.
        """
        rows = TokenBatch(token_BT, attention, position_BT, layout)
        return numbers_of(self.model, self.head, rows, read_at)


def numbers_of(
    model: PreTrainedModel, head: nn.Linear, rows: TokenBatch, read_at: Places | None
) -> Tensor:
    """A number for every token, or at some places alone, in fp32 whatever surrounds it.

    Shapes: (B, T), or (N,) for N places.
    """
    known = {"layout": rows.layout, "read_at": read_at}
    hidden_BTD = model.base_model(
        input_ids=rows.token_BT,
        attention_mask=rows.attention,
        position_ids=rows.position_BT,
        use_cache=False,
        **(known if can_pack(model.config) else {}),
    ).last_hidden_state
    if read_at is not None:
        hidden_BTD = hidden_BTD[read_at]
    with torch.autocast(hidden_BTD.device.type, enabled=False):
        value_BT1 = F.linear(hidden_BTD.float(), head.weight.float(), head.bias.float())
    return value_BT1.squeeze(-1)


def initialise_head(head: nn.Linear, seed: torch.Generator) -> None:
    """Weights of deviation 1/sqrt(d+1), so that rewards start with deviation about 1; bias 0.

    Source: Stiennon et al. 2020, code.
    """
    with torch.no_grad():
        deviation = 1.0 / math.sqrt(head.in_features + 1)
        head.weight.copy_(torch.randn(head.weight.shape, generator=seed) * deviation)
        head.bias.zero_()


def read_side_by_side(model: PreTrainedModel) -> None:
    """Let the model read texts side by side, keep and write what is needed, where it is known how.

    The hooks of the last block come after its parts are replaced.
    """
    make_lean(model)
    if can_pack(model.config):
        read_spans(model)
        spare_last_mlp(model)


def answer_logits(
    policy: nn.Module, batch: TokenBatch, column_C: Tensor, *, read_at: Places | None = None
) -> Tensor:
    """Logits at these columns alone: the whole sequence's would be most of the memory.

    Shapes: column_C, columns whose next token is wanted; returns (B, C, V). With `read_at` they are
    right at those (rows, columns) alone.
    """
    known = {"layout": batch.layout, "read_at": read_at}
    logit_BCV: Tensor = policy(
        input_ids=batch.token_BT,
        attention_mask=batch.attention,
        position_ids=batch.position_BT,
        use_cache=False,
        logits_to_keep=column_C,
        **{name: value for name, value in known.items() if value is not None},
    ).logits
    return logit_BCV


def autocast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Compute in bfloat16 where the hardware gains from it; weights stay fp32."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


def freeze(module: nn.Module, device: torch.device) -> None:
    """A network that only judges: on the device, without dropout, without gradients."""
    module.to(device)
    module.eval()
    module.requires_grad_(False)


def sampling_dtype(precision: str) -> torch.dtype:
    """Of the weights that answers are written with."""
    return torch.bfloat16 if precision == "bf16" else torch.float32


def sampling_copy(policy: PreTrainedModel, precision: str) -> PreTrainedModel:
    """The model to write with: itself, or a copy with bfloat16 weights.

    Autocast would convert every weight again for every token. What is no weight stays as it is:
    rotary frequencies of eight bits would turn later positions by whole radians.
    """
    dtype = sampling_dtype(precision)
    if dtype == torch.float32:
        return policy
    weights = dict(policy.named_parameters())
    smaller = rebuilt(policy, lambda name: weights[name].detach().to(dtype))
    assert isinstance(smaller, PreTrainedModel)  # noqa: S101 - a copy of one
    return smaller


def silence_dropout(model: PreTrainedModel) -> None:
    """Turn every dropout of the model itself off, in training mode too."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        for name in OWN_DROPOUTS:
            if isinstance(module.__dict__.get(name), float):
                setattr(module, name, 0.0)


def add_residual_dropout(model: PreTrainedModel, probability: float) -> bool:
    """Drop from what each block adds to the residual stream, in training mode only.

    Returns whether the architecture is one we know the blocks' ends of.
    """
    silence_dropout(model)
    ends = RESIDUAL_ENDS.get(model.config.model_type)
    if ends is None:
        return False

    def drop(module: nn.Module, _inputs: object, added: Tensor) -> Tensor:
        return F.dropout(added, probability, training=module.training)

    for name, module in model.named_modules():
        if name.endswith(ends):
            module.register_forward_hook(drop)
    return True
