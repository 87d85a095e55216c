"""One network laid out over several processes, for models that do not fit on one accelerator.

Every process holds a slice of every weight, of its gradient and of its moments; a block's weights
are whole only while the block computes. The slices are torch's DTensors (FSDP2); here is what an
engine needs to know of them: how they come about, how to see a whole tensor, and a plain twin of
the network for whatever wants to have it in one piece.
"""

import copy
from collections.abc import Callable

from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from transformers import PreTrainedModel

from training.ml.world import World


def shard(module: nn.Module, world: World) -> None:
    """Turn the module's weights into slices, in place; the device sees one block at a time."""
    mesh = init_device_mesh(world.device.type, (world.size,))
    for block in blocks_of(module):
        fully_shard(block, mesh=mesh)
    # What belongs to no block - embeddings, the last norm, a head - stays whole during a pass.
    fully_shard(module, mesh=mesh)


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


def laid_out_like(stored: Tensor, own: Tensor) -> Tensor:
    """A whole tensor, equal on all processes, in the layout and on the device of another."""
    on_device = stored.to(own.device)
    if not isinstance(own, DTensor):
        return on_device
    # Every process has read the same file: nothing needs to be sent.
    return distribute_tensor(on_device, own.device_mesh, own.placements, src_data_rank=None)
