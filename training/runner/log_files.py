"""Keeps the logs in a run's folder from filling the disk.

Their writers hold them open for appending and may write at any moment, so that neither a copy with
a truncation nor a new file would get every line. Instead the blocks of what is old are given back
to the file system: a hole, which reads as zero bytes. No offset changes and no new line is lost.
"""

import ctypes
import errno
import logging
import os
from functools import cache
from pathlib import Path

logger = logging.getLogger(__name__)

# Of each log, the newest; a hole is made larger when as much as HOLE_BYTES came on top.
KEPT_BYTES = 16 << 20
HOLE_BYTES = 1 << 20
BLOCK_BYTES = 512
# linux/falloc.h: FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE.
KEEP_SIZE_AND_PUNCH_HOLE = 0x01 | 0x02


def bytes_on_disk(path: Path) -> int:
    return path.stat().st_blocks * BLOCK_BYTES


def forget_old(path: Path, *, until: int | None = None) -> None:
    """Give back the disk of all but the newest KEPT_BYTES in front of ``until``.

    Args:
        until: what follows this offset is kept whatever its size; the end of the file by default.

    A file that is not there, and a file system without holes, are left as they are.
    """
    try:
        if bytes_on_disk(path) <= KEPT_BYTES + HOLE_BYTES:
            return
        end = path.stat().st_size if until is None else until
        if end > KEPT_BYTES:
            _punch(path, end - KEPT_BYTES)
    except FileNotFoundError:
        return
    except OSError as fault:
        _say_once(str(path), str(fault))


def _punch(path: Path, length: int) -> None:
    """Raises: OSError where the file system has no holes."""
    punch = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if punch is None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    punch.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    with path.open("rb+") as stream:
        if punch(stream.fileno(), KEEP_SIZE_AND_PUNCH_HOLE, 0, length) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


@cache
def _say_once(path: str, fault: str) -> None:
    """Once for each log: what is said here ends in one of them."""
    logger.warning("%s is not bounded: %s", path, fault)
