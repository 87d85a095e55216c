"""Sparing the last block's MLP where nobody reads what it writes.

A reward is read at the last token of a completion. What the last block's attention sees of the
other tokens are their keys and values, so its MLP is needed at the places that are read alone.

Legend: B rows, T tokens, N places that are read, D width.
"""

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

Places = tuple[Tensor, Tensor]


class _LastBlock:
    """Hooks around the last block: what is to be read comes as an argument of its forward pass."""

    def __init__(self) -> None:
        self.read_at: Places | None = None

    def learn(self, _block: nn.Module, _inputs: object, given: dict[str, Any]) -> None:
        self.read_at = given.get("read_at")

    def narrow(self, _mlp: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor] | None:
        if self.read_at is None:
            return None
        self.shape = inputs[0].shape
        return (inputs[0][self.read_at],)

    def widen(self, _mlp: nn.Module, _inputs: object, written_ND: Tensor) -> Tensor | None:
        if self.read_at is None:
            return None
        return written_ND.new_zeros(self.shape).index_put(self.read_at, written_ND)


def spare_last_mlp(model: PreTrainedModel) -> None:
    """From now on a forward pass with ``read_at`` is right at those (rows, columns) alone."""
    blocks = next(part for part in model.base_model.children() if isinstance(part, nn.ModuleList))
    last, hooks = blocks[-1], _LastBlock()
    last.register_forward_pre_hook(hooks.learn, with_kwargs=True)
    last.get_submodule("mlp").register_forward_pre_hook(hooks.narrow)
    last.get_submodule("mlp").register_forward_hook(hooks.widen)
