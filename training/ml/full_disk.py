"""A disk that is full must not silence the job it ends: room for its last word is kept."""

import errno
import os
from pathlib import Path

from safetensors import SafetensorError

RESERVE = "result.reserve"
# A result with its reason and detail takes a few thousand bytes; a file system counts in blocks.
RESERVE_BYTES = 65_536


def keep_room(work_dir: Path) -> None:
    """Occupy the space of a result. Raises: OSError when not even that is free."""
    # Numbers that no file system can compress away.
    (work_dir / RESERVE).write_bytes(os.urandom(RESERVE_BYTES))


def give_room(work_dir: Path) -> None:
    """Free it again, for the result or because the job has ended."""
    (work_dir / RESERVE).unlink(missing_ok=True)


def is_full_disk(fault: BaseException) -> bool:
    """Whether a file could not be written because the disk, or a quota on it, is used up."""
    if isinstance(fault, SafetensorError):
        return "No space left" in str(fault) or "quota exceeded" in str(fault)
    return isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)
