"""Stamps say which inputs a finished step was made from, so that it runs again only on change."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of(*texts: str, files: Iterable[Path] = ()) -> str:
    """One hash over words and files; a file counts by its name, its folder and its bytes."""
    sha256 = hashlib.sha256()
    for text in texts:
        sha256.update(text.encode() + b"\0")
    for path in sorted(files):
        sha256.update(f"{path.parent.name}/{path.name}".encode() + b"\0")
        sha256.update(hashlib.sha256(path.read_bytes()).digest())
    return sha256.hexdigest()


def is_stamped(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text().strip() == digest


def write_stamp(stamp: Path, digest: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest + "\n")
