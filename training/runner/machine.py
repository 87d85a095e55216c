"""What the operating system knows about an attempt that nobody else can tell afterwards."""

import resource
from pathlib import Path

KIBIBYTE = 1024


def boot_id() -> str:
    """Names this start of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def num_memory_kills() -> int:
    """How many processes the kernel has killed for memory since the machine started."""
    try:
        counters = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = [line.split()[1] for line in counters if line.startswith("oom_kill ")]
    return int(found[0]) if found else 0


def peak_memory_of_children() -> int | None:
    """The largest resident size of any ended descendant that was waited for, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak * KIBIBYTE if peak else None
