"""How much memory the accelerators of this node's slots have in use, asked of nvidia-smi.

No library of the driver's: a worker must not load what only a trainer needs. Numbers are in the
order of the bus; a node that mixes accelerators sets CUDA_DEVICE_ORDER=PCI_BUS_ID for its trainers.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from training.models import GpuSlot
from training.runner.environment import devices_of_slot

PROGRAM = "nvidia-smi"
QUERY = ("--query-gpu=index,uuid,memory.used,memory.total", "--format=csv,noheader,nounits")
ANSWER_SECONDS = 5
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Memory:
    used_bytes: int
    total_bytes: int


def report_memory(host: str) -> None:
    """Store what the slots of this host use; nothing on a node without nvidia-smi."""
    program = shutil.which(PROGRAM)
    if program is None:
        return
    devices = memory_of_devices(program)
    for index in range(settings.GPU_SLOTS):
        names = devices_of_slot(
            index,
            processes=settings.PROCESSES_PER_RUN,
            visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
        )
        found = sum_of(devices[name] for name in names.split(",") if name in devices)
        GpuSlot.objects.filter(host=host, index=index).update(
            memory_used_bytes=found and found.used_bytes,
            memory_total_bytes=found and found.total_bytes,
        )


def memory_of_devices(program: str) -> dict[str, Memory]:
    """By number and by UUID, either of which CUDA_VISIBLE_DEVICES may name.

    Empty when it does not answer, or answers otherwise than asked (a device that is lost).
    """
    try:
        said = subprocess.run(
            [program, *QUERY], capture_output=True, text=True, check=True, timeout=ANSWER_SECONDS
        ).stdout
        rows = [[cell.strip() for cell in line.split(",")] for line in said.splitlines()]
        found = {
            (number, uuid): Memory(int(used) * MEBIBYTE, int(total) * MEBIBYTE)
            for number, uuid, used, total in rows
        }
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
    return {name: memory for names, memory in found.items() for name in names}


def sum_of(memories: Iterable[Memory]) -> Memory | None:
    known = list(memories)
    if not known:
        return None
    return Memory(sum(m.used_bytes for m in known), sum(m.total_bytes for m in known))
