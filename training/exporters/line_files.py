"""The lines of one file of an export: plain, or compressed by gzip.

A compressed file is members of gzip, one behind the other, which every reader takes for one file.
A member is made of a group of lines alone, so groups can be made side by side, and an export that
was cut off goes on to the same bytes: nothing is ever added to a member that a killed process had
begun.
"""

import os
import zlib
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

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
    """Stands behind the first ``num_bytes`` of an open file; no others stay."""

    def __init__(self, file: BinaryIO, *, num_bytes: int) -> None:
        file.truncate(num_bytes)
        file.seek(0, os.SEEK_END)
        self._file = file

    def write(self, content: bytes) -> None:
        self._file.write(content)

    def sync(self) -> int:
        """All that was written is on disk; how many bytes the file has."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()
