"""One network laid out over several processes, for models that do not fit on one accelerator.

Every process holds a slice of every weight, of its gradient and of its moments; a block's weights
are whole only while the block computes. The slices are torch's DTensors (FSDP2); here is what the
stages need to know of them: how they come about, how to see a whole tensor, and a plain copy of the
network for whatever wants to have it in one piece.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from transformers import PreTrainedModel

from training.ml.world import World


class Sliced:
    """A module that has become slices, and what a copy of it in one piece is made from."""

    def __init__(self, module: nn.Module, world: World, precision: str) -> None:
        self.module = module
        self._device = world.device
        self._structure = without_weights(module)
        shard(module, world, precision)

    def whole_copy(self, dtype: torch.dtype | None = None) -> nn.Module:
        """A plain copy on this process's device. Every process calls this.

        In another dtype the slices are converted before they travel.
        """
        weights = dict(self.module.named_parameters())

        def gathered(name: str) -> Tensor:
            return whole(weights[name].detach().to(dtype or weights[name].dtype))

        return rebuilt(self._structure, gathered).to(self._device).train(self.module.training)


def shard(module: nn.Module, world: World, precision: str) -> None:
    """Turn the module's weights into slices, in place; the device sees one block at a time.

    In bf16 a block's weights are gathered as such. Autocast would convert what was gathered in
    fp32, and hold the converted weights of every block until its gradients are there.
    """
    mesh = init_device_mesh(world.device.type, (world.size,))
    mixed = MixedPrecisionPolicy(torch.bfloat16, torch.float32, cast_forward_inputs=False)
    policy = mixed if precision == "bf16" else MixedPrecisionPolicy()
    for block in blocks_of(module):
        fully_shard(block, mesh=mesh, mp_policy=policy)
    # What belongs to no block - embeddings, the last norm, a head - is whole during a pass. Left
    # whole after it, as is usual, it would not notice when the slices move without another pass.
    fully_shard(module, mesh=mesh, reshard_after_forward=True)


def num_idle(module: nn.Module, num_own: int, world: World) -> int:
    """How many passes fewer than the busiest process: each pass through slices is an exchange."""
    return world.largest(num_own) - num_own if isinstance(module, FSDPModule) else 0


def undivided(sharding: str, world: World) -> list[str]:
    """What to say where slices were asked for and one process had everything."""
    if sharding == "none" or world.size > 1:
        return []
    return ["sharding changed nothing: the run had one process, which held everything."]


def blocks_of(module: nn.Module) -> list[nn.Module]:
    """The transformer blocks: the parts that transformers itself never splits over devices."""
    names = {
        name
        for part in module.modules()
        if isinstance(part, PreTrainedModel)
        for name in part._no_split_modules or ()
    }
    return [part for part in module.modules() if type(part).__name__ in names]


def rebuilt(module: nn.Module, weight_of: Callable[[str], Tensor]) -> nn.Module:
    """A copy of the module around other weights; its own weights are not copied on the way."""
    memo: dict[int, object] = {
        id(own): nn.Parameter(weight_of(name), requires_grad=own.requires_grad)
        for name, own in module.named_parameters()
    }
    return copy.deepcopy(module, memo)


def without_weights(module: nn.Module) -> nn.Module:
    """A copy of the module's structure whose weights take no memory."""
    weights = dict(module.named_parameters())
    return rebuilt(module, lambda name: weights[name].detach().to("meta"))


def whole(tensor: Tensor) -> Tensor:
    """The tensor in one piece. Of slices every process must ask for it."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def own_part(tensor: Tensor) -> Tensor:
    """What this process holds of the tensor: a slice of it, or all."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def laid_out_like(stored: Tensor, own: Tensor) -> Tensor:
    """A whole tensor, equal on all processes, in the layout and on the device of another."""
    on_device = stored.to(own.device)
    if not isinstance(own, DTensor):
        return on_device
    # Every process has read the same file: nothing needs to be sent.
    return distribute_tensor(on_device, own.device_mesh, own.placements, src_data_rank=None)
