"""The content-addressed store: immutable folders named by the SHA-256 of their manifest.

The manifest is the canonical JSON list of (path, size, SHA-256) of every file, so equal content
has one name, publishing twice changes nothing, and a folder can be checked against its own name.

With CONCORD_ARTIFACT_BUCKET the bucket is the store and the folder this machine's copy of it:
what is published goes to both, and what is missing here is fetched, checked, and kept.
"""

import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from training.artifact_bucket import Bucket, BucketError, Entries, canonical

CHUNK_BYTES = 1 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")
READ_ONLY = 0o444
ABANDONED_SECONDS = 24 * 3600
NONE_KNOWN: Mapping[str, str] = MappingProxyType({})


class ArtifactError(Exception):
    """An artifact is missing, damaged, or cannot be published as it is."""


class UnusableFolderError(ArtifactError):
    """What was to be published holds something else than files and folders, or nothing."""


@dataclass(frozen=True)
class StoredArtifact:
    sha256: str
    num_bytes: int


def publish(
    root: Path, folder: Path, *, may_link: bool = False, hashed: Mapping[str, str] = NONE_KNOWN
) -> StoredArtifact:
    """Store a copy of the folder under its hash and return what was stored.

    ``may_link`` makes hard links instead of copies; only for a folder that nobody will change.
    ``hashed`` are SHA-256 that were taken of files of such a folder, by their path in it: one that
    is linked is not read again. The folder appears under its name whole or not at all, and is on
    disk when this returns.

    Raises: UnusableFolderError for links, special files or an empty folder; ArtifactError when
    the bucket does not take it; OSError for a full disk.
    """
    root.mkdir(parents=True, exist_ok=True)
    _sweep_abandoned(root)
    if not may_link:
        # Every start of the demo registers its model again; half a gigabyte is not copied for that.
        there = _describe(folder)
        if _is_there(root / there.sha256):
            _share(root / there.sha256)
            return there
    temporary = root / f".tmp-{uuid.uuid4().hex}"
    try:
        known = dict(hashed)
        for source in _regular_files(folder):
            name = source.relative_to(folder).as_posix()
            if not _place(source, temporary / name, may_link=may_link):
                known.pop(name, None)
        # Hashed after the copy, so that a source that changed meanwhile cannot lie.
        stored = _describe(temporary, known)
        target = root / stored.sha256
        if not _is_there(target):
            _sync_folders(temporary)
            _rename_unless_there(temporary, target)
            _sync_folder(root)
        _share(target)
        return stored
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def artifact_path(root: Path, sha256: str) -> Path:
    """The folder of an artifact, fetched if need be. Raises: ArtifactError when it is nowhere."""
    path = _place_of(root, sha256)
    if not path.is_dir() and not _fetch(root, sha256):
        raise ArtifactError(f"Artifact {sha256} is not in the store.")
    return path


def is_stored(root: Path, sha256: str) -> bool:
    """Whether an artifact could be had; nothing is fetched. Raises: ArtifactError as above."""
    if _place_of(root, sha256).is_dir():
        return True
    bucket = configured_bucket()
    return bucket is not None and bucket.has(sha256)


def configured_bucket() -> Bucket | None:
    """The bucket that all machines share; None where they share a folder or there is one only."""
    url = settings.ARTIFACT_BUCKET
    return Bucket(url) if url else None


def open_verified(root: Path, sha256: str) -> Path:
    """The folder of an artifact after every byte was checked. Costs a read of all its files."""
    path = artifact_path(root, sha256)
    found = _describe(path).sha256
    if found != sha256 and configured_bucket() is not None:
        # A copy that went bad on this machine's disk; the one that all share may be good.
        shutil.rmtree(path)
        path = artifact_path(root, sha256)
        found = sha256
    if found != sha256:
        raise ArtifactError(f"Artifact {sha256} is damaged: its files now hash to {found}.")
    return path


def artifact_file(root: Path, sha256: str, name: str) -> Path:
    """One file inside an artifact. Raises: ArtifactError when it lies outside or is not there."""
    folder = artifact_path(root, sha256)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise ArtifactError(f"Artifact {sha256} has no file {name!r}.")
    return path


def _place_of(root: Path, sha256: str) -> Path:
    if not SHA256.fullmatch(sha256):
        raise ArtifactError(f"{sha256!r} is not the name of an artifact.")
    return root / sha256


def _share(folder: Path) -> None:
    """Raises: ArtifactError when the bucket does not take it."""
    bucket = configured_bucket()
    if bucket is None:
        return
    try:
        bucket.upload(folder, _entries(folder))
    except BucketError as error:
        raise ArtifactError(f"Artifact {folder.name} could not be shared: {error}") from error


def _fetch(root: Path, sha256: str) -> bool:
    """Whether the bucket had it. It appears whole or not at all. Raises: ArtifactError."""
    bucket = configured_bucket()
    if bucket is None:
        return False
    temporary = root / f".tmp-{uuid.uuid4().hex}"
    temporary.mkdir(parents=True)
    try:
        if not bucket.download(sha256, temporary):
            return False
        if (found := _describe(temporary).sha256) != sha256:
            raise ArtifactError(
                f"Artifact {sha256} is damaged in {bucket.url}: its files hash to {found}."
            )
        for path in _regular_files(temporary):
            path.chmod(READ_ONLY)
        _sync_folders(temporary)
        _rename_unless_there(temporary, root / sha256)
        return True
    except (BucketError, OSError) as error:
        raise ArtifactError(f"Artifact {sha256} could not be fetched: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sha256_of_file(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            sha256.update(chunk)
    return sha256.hexdigest()


def _sweep_abandoned(root: Path) -> None:
    """Delete the temporary folders of publishers that were killed long ago."""
    for leftover in root.glob(".tmp-*"):
        # Its publisher may be done with it by now.
        with suppress(FileNotFoundError):
            if leftover.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)


def _regular_files(folder: Path) -> Iterator[Path]:
    found = False
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise UnusableFolderError(f"{path.relative_to(folder)} is a link or a special file.")
        if path.is_file():
            found = True
            yield path
    if not found:
        raise UnusableFolderError(f"{folder.name} holds no files.")


def _place(source: Path, target: Path, *, may_link: bool) -> bool:
    """Whether it is a link."""
    target.parent.mkdir(parents=True, exist_ok=True)
    is_link = may_link and _linked(source, target)
    if not is_link:
        shutil.copyfile(source, target)
    target.chmod(READ_ONLY)
    with target.open("rb") as stream:
        os.fsync(stream.fileno())
    return is_link


def _linked(source: Path, target: Path) -> bool:
    """Not to another file system, nor on one without hard links."""
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True


def _entries(folder: Path, known: Mapping[str, str] = NONE_KNOWN) -> Entries:
    """``known`` are the SHA-256 of files that need not be read."""
    return [
        (name, path.stat().st_size, known.get(name) or sha256_of_file(path))
        for path in _regular_files(folder)
        for name in [path.relative_to(folder).as_posix()]
    ]


def _describe(folder: Path, known: Mapping[str, str] = NONE_KNOWN) -> StoredArtifact:
    entries = _entries(folder, known)
    return StoredArtifact(
        sha256=hashlib.sha256(canonical(entries).encode()).hexdigest(),
        num_bytes=sum(num_bytes for _, num_bytes, _ in entries),
    )


def _is_there(folder: Path) -> bool:
    """Whether it is published; if so it is young again, and garbage collection leaves it alone."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    return True


def _rename_unless_there(temporary: Path, target: Path) -> None:
    try:
        temporary.rename(target)
    except OSError:
        # Somebody else published the same content between the check and the rename.
        if not target.is_dir():
            raise


def _sync_folders(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
