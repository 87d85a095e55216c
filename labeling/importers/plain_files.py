"""A file as it was before it was gzipped, bounded in what it may unfold to."""

import gzip
import io
from typing import BinaryIO, Final, cast

from labeling.importers.files import UnreadableFile

GZIP_MARK: Final = b"\x1f\x8b"


def plain(file: BinaryIO, *, at_most: int | None = None) -> BinaryIO:
    """The same file, or what it was gzipped from. The file stands at its beginning.

    Reading raises UnreadableFile behind ``at_most`` bytes, so that a small file cannot unfold to a
    disk full; EOFError, OSError or zlib.error where it is no whole gzip file.
    """
    is_gzipped = file.read(len(GZIP_MARK)) == GZIP_MARK
    file.seek(0)
    opened = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_gzipped else file
    return opened if at_most is None else cast(BinaryIO, _Bounded(opened, at_most))


class _Bounded(io.RawIOBase):
    def __init__(self, file: BinaryIO, at_most: int) -> None:
        self._file, self._left, self._at_most = file, at_most, at_most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableFile(
                f"The file is longer than {self._at_most / 1e6:g} MB once unpacked; split it."
            )
        return content
