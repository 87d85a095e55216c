"""The processes that train one model together, and the device that each uses."""

import os
import sys
from dataclasses import dataclass
from typing import NoReturn

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class World:
    """One process's place among `size` processes; alone, every exchange is the identity."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        return self.rank == 0

    def total(self, amount: Tensor) -> Tensor:
        """The sum over all processes, on every process; the argument is left alone."""
        if self.size == 1:
            return amount
        summed = amount.clone()
        dist.all_reduce(summed)
        return summed

    def total_number(self, amount: float) -> float:
        # Doubles keep counts exact far beyond what a run can reach.
        exact = torch.tensor(amount, dtype=torch.float64, device=self.device)
        return float(self.total(exact).item())

    def largest(self, number: int) -> int:
        """The largest of all processes' numbers, on every process."""
        if self.size == 1:
            return number
        shared = torch.tensor(number, dtype=torch.int64, device=self.device)
        dist.all_reduce(shared, op=dist.ReduceOp.MAX)
        return int(shared.item())

    def from_main(self, number: int) -> int:
        """The main process's number, on every process."""
        if self.size == 1:
            return number
        shared = torch.tensor(number, dtype=torch.int64, device=self.device)
        dist.broadcast(shared, src=0)
        return int(shared.item())

    def wait(self) -> None:
        if self.size > 1:
            dist.barrier()

    def share(self, count: int) -> range:
        """Which of `count` things this process works on: every size-th, beginning at its rank."""
        return range(self.rank, count, self.size)


def join_world() -> World:
    """Join the processes that torchrun started; a world of one without torchrun."""
    size = _size()
    rank = int(os.environ.get("RANK", "0"))
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    has_cuda = torch.cuda.is_available()
    device = torch.device("cuda", local_rank) if has_cuda else torch.device("cpu")
    if has_cuda:
        torch.cuda.set_device(device)
    if size > 1:
        dist.init_process_group("nccl" if has_cuda else "gloo")
    return World(rank=rank, size=size, device=device)


def leave_world(world: World) -> None:
    if world.size > 1:
        dist.destroy_process_group()


def end_process(code: int) -> NoReturn:
    """End this process with an exit code.

    Who was one of several leaves without taking the interpreter down: gloo's threads live as long
    as the device mesh, let go of an exchange's tensors when they get to it, and abort the process
    when Python has gone by then. A run that had succeeded would report a crash.
    """
    if _size() == 1:
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))
