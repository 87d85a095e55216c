"""A folder as one tar file, made while it is sent: nothing is written or held in memory."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

READ_ONLY = 0o644
CHUNK_BYTES = 1 << 20


def tar_size(folder: Path, prefix: str) -> int:
    """Bytes of what ``tar_chunks`` gives."""
    headers = sum(len(_header(path, folder, prefix)) for path in _files(folder))
    content = sum(_padded(path.stat().st_size) for path in _files(folder))
    return headers + content + 2 * tarfile.BLOCKSIZE


def tar_chunks(folder: Path, prefix: str) -> Iterator[bytes]:
    """The files below ``prefix``, in order, without times or owners: one folder, the same bytes."""
    for path in _files(folder):
        yield _header(path, folder, prefix)
        size = 0
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                yield chunk
        yield b"\0" * (_padded(size) - size)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _header(path: Path, folder: Path, prefix: str) -> bytes:
    entry = tarfile.TarInfo(f"{prefix}/{path.relative_to(folder).as_posix()}")
    entry.size = path.stat().st_size
    entry.mode = READ_ONLY
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padded(num_bytes: int) -> int:
    return -(-num_bytes // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
