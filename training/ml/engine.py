"""One trained network: its optimiser, schedule, averaged copy, and how an update is made.

Stages hand over micro-batches as functions that return their share of the step's loss, already
divided by the whole step's number of tokens or prompts: the sum of micro-batches then equals one
large batch, whatever the split and however many processes share it.

Several processes hold either a copy of the network each, or a slice of it each (sharding.py).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from training.ml.errors import LearnedFrom, NonFinite
from training.ml.schedules import Schedule
from training.ml.sharding import Sliced, laid_out_like, num_idle, own_part, whole
from training.ml.world import World

MicroLoss = Callable[[], Tensor]


class OptimiserSettings(Protocol):
    """The hyperparameters every training stage has in common."""

    @property
    def adam_beta1(self) -> float: ...
    @property
    def adam_beta2(self) -> float: ...
    @property
    def adam_epsilon(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def max_gradient_norm(self) -> float: ...


@dataclass(frozen=True)
class UpdateReport:
    """One optimiser step: loss and gradient norm of every part, summed over processes.

    The norms of the parts are there where they were asked for.
    """

    losses: dict[str, float]
    gradient_norms: dict[str, float]
    gradient_norm: float
    learning_rate: float
    was_skipped: bool = False


class Engine:
    """Moves one module. `forward` is the module to call: it carries the gradient exchange.

    `is_filling` is true while a micro-batch is repeated for the exchange alone: it counts nothing.
    """

    def __init__(
        self,
        module: nn.Module,
        *,
        world: World,
        settings: OptimiserSettings,
        schedule: Schedule,
        ema_decay: float = 0.0,
        sharding: str = "none",
        precision: str = "fp32",
    ) -> None:
        self.module = self.forward = module
        self._sliced: Sliced | None = None
        if world.size > 1 and sharding == "full":
            self._sliced = Sliced(module, world, precision)
        else:
            module.to(world.device)
            if world.size > 1:
                # Buffers never change; exchanging them would need equally many calls everywhere.
                self.forward = DistributedDataParallel(module, forward_sync_buffers=False)
        self.is_filling = False
        self.world = world
        self.schedule = schedule
        self.max_gradient_norm = settings.max_gradient_norm
        self.optimiser = _adamw(module, settings)
        self.updates = 0
        self.ema_decay = ema_decay
        # What adapters leave frozen never moves: it needs no average and no place in a checkpoint.
        self.trained = {name: p for name, p in module.named_parameters() if p.requires_grad}
        self.average = [p.detach().clone() for p in self.trained.values()] if ema_decay else []

    def update(
        self,
        parts: Mapping[str, Sequence[MicroLoss]],
        *,
        with_norms: bool = True,
        is_acceptable: Callable[[], bool] = lambda: True,
        behind: Mapping[str, LearnedFrom] | None = None,
    ) -> UpdateReport:
        """Accumulate the gradients of all parts in one buffer, then step once.

        The norm of a part beside another costs a copy of the gradients. The step is skipped, and
        counted by the schedule, when the gradients turn out not to be acceptable. Raises: NonFinite
        before the weights are touched, with what is ``behind`` the parts that broke.
        """
        rate = self.schedule.rate(self.updates)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        losses: dict[str, float] = {}
        norms: dict[str, float] = {}
        for name, micro_losses in parts.items():
            before = self._gradients() if losses and with_norms else None
            losses[name] = self._accumulate(micro_losses)
            if with_norms:
                norms[name] = self._norm_since(before)
        norm = nn.utils.clip_grad_norm_(self.trained.values(), self.max_gradient_norm)
        total_norm = float(whole(norm))
        if not all(map(math.isfinite, [total_norm, *losses.values()])):
            raise NonFinite(
                f"update {self.updates + 1}: losses {losses}, gradient {total_norm}",
                _behind_the_fault(losses, behind or {}),
            )
        self.updates += 1
        if not is_acceptable():
            return UpdateReport(losses, norms, total_norm, rate, was_skipped=True)
        self.optimiser.step()
        return UpdateReport(losses, norms, total_norm, rate)

    def move_average(self) -> None:
        """average = decay * average + (1 - decay) * weights; nothing without a decay."""
        if self.average:
            weights = [own_part(p.detach()) for p in self.trained.values()]
            average = [own_part(tensor) for tensor in self.average]
            torch._foreach_lerp_(average, weights, 1 - self.ema_decay)

    @contextmanager
    def averaged_weights(self) -> Iterator[nn.Module]:
        """The module with its averaged weights in place; the raw ones return afterwards."""
        weights = [p.detach().clone() for p in self.trained.values()] if self.average else []
        self._overwrite(self.average)
        try:
            yield self.module
        finally:
            self._overwrite(weights)

    @contextmanager
    def in_one_piece(self, dtype: torch.dtype | None = None) -> Iterator[Any]:
        """The module to judge, write with or publish, whole on every process. Every process calls
        this.

        Of a sharded module it is a copy, of another dtype where one is asked for, which takes the
        module's place until it is given back.
        """
        if self._sliced is None:
            yield self.module
            return
        self.module = self._sliced.whole_copy(dtype)
        try:
            yield self.module
        finally:
            self.module = self._sliced.module

    def tensors(self) -> dict[str, Tensor]:
        """Everything a resumed run needs, under flat names. Every process calls this.

        Slices are gathered one tensor at a time, and kept by the main process, in host memory.
        """
        stored: dict[str, Tensor] = {}
        for name, part in self._state():
            gathered = whole(part)
            if gathered is part:
                stored[name] = part
            elif self.world.is_main:
                stored[name] = gathered.cpu()
        return stored

    def restore(self, stored: Mapping[str, Tensor], updates: int) -> None:
        """Precondition: every process read the same checkpoint, of however many processes."""
        self.updates = updates
        with torch.no_grad():
            for index, (name, parameter) in enumerate(self.trained.items()):
                parameter.copy_(laid_out_like(stored[f"weight.{name}"], parameter))
                if self.average:
                    average = self.average[index]
                    average.copy_(laid_out_like(stored[f"average.{name}"], average))
                self._restore_moments(name, parameter, stored)

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        averages = iter(self.average)
        for name, parameter in self.trained.items():
            yield f"weight.{name}", parameter.detach()
            for key, moment in self.optimiser.state.get(parameter, {}).items():
                yield f"{key}.{name}", moment
            if self.average:
                yield f"average.{name}", next(averages)

    def _restore_moments(
        self, name: str, parameter: nn.Parameter, stored: Mapping[str, Tensor]
    ) -> None:
        if f"step.{name}" not in stored:
            return
        self.optimiser.state[parameter] = {
            "step": stored[f"step.{name}"].to(parameter.device),
            **{
                key: laid_out_like(stored[f"{key}.{name}"], parameter)
                for key in ("exp_avg", "exp_avg_sq")
            },
        }

    def _accumulate(self, micro_losses: Sequence[MicroLoss]) -> float:
        # Within one outer context autocast converts each weight once, not once per micro-batch.
        with torch.autocast(self.world.device.type, enabled=False):
            return self._sum_of_losses(micro_losses)

    def _sum_of_losses(self, micro_losses: Sequence[MicroLoss]) -> float:
        total = torch.zeros((), dtype=torch.float64, device=self.world.device)
        num_filling = num_idle(self.module, len(micro_losses), self.world)
        for index, micro_loss in enumerate(micro_losses):
            is_last = index == len(micro_losses) - 1
            with nullcontext() if is_last else self._without_exchange():
                loss = micro_loss()
                # Gradients are averaged over processes, while losses are shares of one sum.
                (loss * self.world.size).backward()  # type: ignore[no-untyped-call]
            total += loss.detach().double()
        self.is_filling = True
        for _ in range(num_filling):
            (0.0 * micro_losses[0]()).backward()  # type: ignore[no-untyped-call]
        self.is_filling = False
        return float(self.world.total(total))

    def _without_exchange(self) -> Any:
        # A sharded network exchanges every time: whole gradients are what has no room.
        if isinstance(self.forward, DistributedDataParallel):
            return self.forward.no_sync()
        return nullcontext()

    def _gradients(self) -> list[Tensor | None]:
        return [None if p.grad is None else p.grad.detach().clone() for p in self.trained.values()]

    def _norm_since(self, before: list[Tensor | None] | None) -> float:
        """The norm of what was added to the gradients since `before` was taken."""
        added = []
        for index, parameter in enumerate(self.trained.values()):
            if parameter.grad is not None:
                past = before[index] if before else None
                added.append(parameter.grad if past is None else parameter.grad - past)
        return float(whole(nn.utils.get_total_norm(added))) if added else 0.0

    def _overwrite(self, values: Sequence[Tensor]) -> None:
        if values:
            with torch.no_grad():
                weights = [own_part(weight) for weight in self.trained.values()]
                torch._foreach_copy_(weights, [own_part(value) for value in values])


def _behind_the_fault(
    losses: Mapping[str, float], behind: Mapping[str, LearnedFrom]
) -> LearnedFrom:
    """Of the parts whose loss broke; of all where only the gradient did."""
    broken = [name for name, loss in losses.items() if not math.isfinite(loss)] or list(losses)
    return sum((behind[name] for name in broken if name in behind), LearnedFrom())


def _adamw(module: nn.Module, settings: OptimiserSettings) -> torch.optim.AdamW:
    """AdamW that decays matrices only: norms and biases are not pulled to zero."""
    matrices = [p for p in module.parameters() if p.requires_grad and p.ndim > 1]
    vectors = [p for p in module.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups,
        lr=0.0,
        betas=(settings.adam_beta1, settings.adam_beta2),
        eps=settings.adam_epsilon,
        fused=True,
    )
