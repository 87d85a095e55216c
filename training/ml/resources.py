"""What an iteration costs: seconds of each phase, and the most memory held.

Both are measured, not computed: two equal runs differ in them.
"""

import resource
import time

import torch

# Linux counts the resident set in kilobytes.
KILOBYTE = 1024
GIGABYTE = 1e9


class PhaseClock:
    """Splits the time since it was made into named phases."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def end(self, phase: str) -> None:
        """What passed since the last end belongs to this phase; phases may come back."""
        if self.device.type == "cuda":
            # Kernels run on behind the program: whoever queued them has to answer for them.
            torch.cuda.synchronize(self.device)
        now = time.perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._since
        self._since = now

    def metrics(self) -> dict[str, float]:
        timed = {f"seconds_{phase}": seconds for phase, seconds in self.seconds.items()}
        return timed | {"peak_memory_gb": peak_memory(self.device) / GIGABYTE}


def peak_memory(device: torch.device) -> int:
    """Bytes: the most this process has held so far, on the accelerator where there is one."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
