"""The lines of one file of an export: plain, or compressed by gzip.

A compressed file is members of gzip, one behind the other, which every reader takes for one file.
A member is made of a group of lines alone, so groups can be made side by side, and an export that
was cut off goes on to the same bytes: nothing is ever added to a member that a killed process had
begun.
"""

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

# The quickest: what there is to save is texts that come again, and every level finds those.
LEVEL: Final = 1
GZIP: Final = 16 + zlib.MAX_WBITS


class Lines:
    """Of one group in one file."""

    def __init__(self, *, is_compressed: bool) -> None:
        self.number = 0
        self._parts: list[bytes] = []
        self._member: Any = None
        self._is_compressed = is_compressed

    def add(self, lines: Sequence[bytes]) -> None:
        if not lines:
            return
        self.number += len(lines)
        if not self._is_compressed:
            self._parts += lines
            return
        if self._member is None:
            self._member = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        self._parts.append(self._member.compress(b"".join(lines)))

    def content(self) -> bytes:
        """All of them; nothing is added afterwards. No line is no byte, compressed or not."""
        if self._member is not None:
            self._parts.append(self._member.flush())
            self._member = None
        return b"".join(self._parts)


class LineFile:
    """The first ``num_bytes`` of a file; no others stay. More come behind them, from anybody."""

    def __init__(self, path: Path, *, num_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)
        os.ftruncate(self._descriptor, num_bytes)
        self.num_bytes = num_bytes

    def sync(self) -> None:
        """All that anybody has written is on disk."""
        os.fsync(self._descriptor)

    def write_at(self, offset: int, content: bytes) -> None:
        write_at(self._descriptor, offset, content)

    def close(self) -> None:
        os.close(self._descriptor)


def write_at(descriptor: int, offset: int, content: bytes) -> None:
    """All of it. Raises: OSError for a full disk."""
    left = memoryview(content)
    while left:
        written = os.pwrite(descriptor, left, offset)
        offset += written
        left = left[written:]
