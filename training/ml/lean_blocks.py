"""Norms, gated MLPs and rotations of one function each, with the same numbers for less.

Built of single operations, a norm keeps its input, its output before the weight, and its
denominator; a gated MLP the gate before and behind its activation. Each is one function here that
keeps its inputs and computes the rest again: it is cheap beside the products around it.

Legend: D width; every leading dimension is free.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from transformers import PreTrainedModel

from training.ml.lean_attention import LeanAttention
from training.ml.packing import can_pack

# Architectures whose blocks are RMS norms and MLPs gated by SiLU, under these names.
LEAN = ("llama", "qwen2", "qwen3", "mistral")
NORM, MLP, ATTENTION = "RMSNorm", "MLP", "Attention"


class LeanNorm(nn.Module):
    """Root mean square norm. Source: Zhang and Sennrich 2019, arXiv:1910.07467, equation 4."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.weight = norm.get_parameter("weight")
        self.variance_epsilon = float(norm.variance_epsilon)  # type: ignore[arg-type]

    def forward(self, hidden: Tensor) -> Tensor:
        """Shapes: (..., D) to the same."""
        normed: Tensor = _RmsNorm.apply(  # type: ignore[no-untyped-call]
            hidden, self.weight, self.variance_epsilon
        )
        return normed


class LeanMlp(nn.Module):
    """down(silu(gate(x)) * up(x)). Source: Shazeer 2020, arXiv:2002.05202, SwiGLU."""

    def __init__(self, mlp: nn.Module) -> None:
        super().__init__()
        self.gate_proj = mlp.get_submodule("gate_proj")
        self.up_proj = mlp.get_submodule("up_proj")
        self.down_proj = mlp.get_submodule("down_proj")

    def forward(self, hidden: Tensor) -> Tensor:
        """Shapes: (..., D) to the same."""
        gated = _Gated.apply(self.gate_proj(hidden), self.up_proj(hidden))  # type: ignore[no-untyped-call]
        down: Tensor = self.down_proj(gated)
        return down


def make_lean(model: PreTrainedModel) -> None:
    """Put these in the place of the model's own, with the same weights under the same names."""
    if model.config.model_type not in LEAN:
        return
    has_silu = model.config.hidden_act == "silu"
    for name, module in list(model.named_modules()):
        kind = type(module).__name__
        if kind.endswith(NORM):
            model.set_submodule(name, LeanNorm(module))
        elif kind.endswith(ATTENTION) and can_pack(model.config):
            model.set_submodule(name, LeanAttention(module))
        elif kind.endswith(MLP) and has_silu:
            model.set_submodule(name, LeanMlp(module))


class _RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight_D: Tensor, epsilon: float) -> Tensor:
        exact = _exact(hidden)
        with torch.autocast(hidden.device.type, enabled=False):
            square: Tensor = torch.linalg.vecdot(exact, exact).div_(exact.shape[-1])
        scale: Tensor = square.add_(epsilon).rsqrt_().unsqueeze(-1)
        ctx.save_for_backward(hidden, weight_D, scale)
        normed: Tensor = (exact * scale).to(hidden.dtype)
        return normed.mul_(weight_D) if weight_D.dtype == normed.dtype else normed * weight_D

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        hidden, weight_D, scale = ctx.saved_tensors
        exact, gradient = _exact(hidden), _exact(gradient)
        of_weight_D = None
        if ctx.needs_input_grad[1]:
            summed = (gradient * exact).mul_(scale).flatten(0, -2).sum(0)
            of_weight_D = summed.to(weight_D.dtype)
        # d(x s)/dx = s (1 - x x^T s^2 / D), with s the scale.
        of_hidden = gradient * weight_D
        along = torch.linalg.vecdot(of_hidden, exact).unsqueeze(-1)
        along = along.mul_(scale).mul_(scale).div_(exact.shape[-1])
        of_hidden.addcmul_(exact, along, value=-1).mul_(scale)
        return of_hidden.to(hidden.dtype), of_weight_D, None


class _Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return F.silu(gate).mul_(up)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        gate, up = ctx.saved_tensors
        of_gate = torch.ops.aten.silu_backward(gradient * up, gate)
        return of_gate, F.silu(gate).mul_(gradient)


def _exact(part: Tensor) -> Tensor:
    """In fp32, whatever it is stored in; what is wider stays."""
    return part if part.dtype in (torch.float32, torch.float64) else part.float()
