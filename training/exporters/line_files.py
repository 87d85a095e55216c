"""One file of an export while it is written: plain lines, or lines compressed by gzip.

A compressed file is members of gzip, one behind the other, which every reader takes for one file.
Where one ends is for the caller to say, so that an export that was cut off goes on to the same
bytes: nothing is ever added to a member that a killed process had begun.
"""

import os
import zlib
from typing import Any, BinaryIO, Final

# The quickest: what there is to save is texts that come again, and every level finds those.
LEVEL: Final = 1
GZIP: Final = 16 + zlib.MAX_WBITS


class LineFile:
    """Stands behind the first ``num_bytes`` of an open file; no others stay."""

    def __init__(self, file: BinaryIO, *, num_bytes: int, is_compressed: bool) -> None:
        file.truncate(num_bytes)
        file.seek(0, os.SEEK_END)
        self._file = file
        self._is_compressed = is_compressed
        self._member: Any = None

    def write(self, lines: bytes) -> None:
        if self._is_compressed:
            if self._member is None:
                self._member = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
            lines = self._member.compress(lines)
        self._file.write(lines)

    def end_member(self) -> None:
        """What is written from here on is read without what came before; of plain lines it is."""
        if self._member is not None:
            self._file.write(self._member.flush())
            self._member = None

    def sync(self) -> int:
        """All that was written is on disk; how many bytes the file has."""
        self.end_member()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()
