"""The shared copy of the artifact store in an S3 bucket, for machines that share no folder.

Under ``<bucket>/<prefix>/<sha256>/`` lie the artifact's files below ``files/`` and, written last,
``manifest.json``: the canonical list of (path, size, SHA-256) whose hash is the artifact's name.
An artifact without its manifest is not there. A ``removing`` mark says that it is being collected;
whoever publishes the same content meanwhile waits for the end of that and publishes it again.
"""

import errno
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import fsspec

FILES, MANIFEST, REMOVING = "files", "manifest.json", "removing"
ATTEMPTS = 60
PAUSE_SECONDS = 1.0
FORGOTTEN_SECONDS = 3600.0

Entries = list[tuple[str, int, str]]
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class BucketError(Exception):
    """The bucket holds something else than it should, or cannot be used."""


def canonical(entries: Entries) -> str:
    """The manifest of an artifact; its SHA-256 is the artifact's name."""
    return json.dumps(sorted(entries), ensure_ascii=False, separators=(",", ":"))


def named(call: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Every fault of the network or the service becomes a BucketError; a full disk stays one."""

    @wraps(call)
    def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        # Installed wherever there is a bucket to call; nobody else loads it.
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(*args, **kwargs)
        except (OSError, BotoCoreError, ClientError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                # That is this machine's disk.
                raise
            raise BucketError(str(error)) from error

    return ask


@dataclass
class Bucket:
    """One place for artifacts. Nothing is kept between calls: other machines write there too."""

    url: str
    _fs: Any = field(init=False, repr=False)
    _root: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            self._fs, self._root = fsspec.url_to_fs(self.url, use_listings_cache=False)
        except ImportError as error:
            raise BucketError(
                f"{self.url} needs s3fs: pip install -r requirements-s3.txt"
            ) from error

    @named
    def has(self, sha256: str) -> bool:
        return bool(self._fs.exists(self._at(sha256, MANIFEST)))

    @named
    def upload(self, folder: Path, entries: Entries) -> None:
        """Store a published folder under its name; a second time only makes it young again.

        Raises: BucketError when a collection of the same artifact does not come to an end.
        """
        for _ in range(ATTEMPTS):
            if not self._is_complete(folder.name, entries):
                for name, _, _ in entries:
                    self._fs.put_file(str(folder / name), self._at(folder.name, FILES, name))
            self._fs.pipe_file(self._at(folder.name, MANIFEST), canonical(entries).encode())
            if not self._is_removing(folder.name) and self._is_complete(folder.name, entries):
                return
            time.sleep(PAUSE_SECONDS)
        raise BucketError(f"Artifact {folder.name} is being removed from {self.url} for too long.")

    @named
    def download(self, sha256: str, into: Path) -> bool:
        """Fetch an artifact's files; False when it is not there. What they hold is not checked.

        Raises: BucketError for a manifest that is not the one the name speaks of.
        """
        try:
            manifest: bytes = self._fs.cat_file(self._at(sha256, MANIFEST))
        except FileNotFoundError:
            return False
        if hashlib.sha256(manifest).hexdigest() != sha256:
            raise BucketError(f"The manifest of artifact {sha256} in {self.url} is damaged.")
        for name, _, _ in json.loads(manifest):
            target = into / name
            if not target.resolve().is_relative_to(into.resolve()):
                raise BucketError(f"Artifact {sha256} names a file outside: {name!r}.")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._fs.get_file(self._at(sha256, FILES, name), str(target))
            except FileNotFoundError as error:
                raise BucketError(f"Artifact {sha256} lacks {name} in {self.url}.") from error
        return True

    @named
    def names(self) -> list[str]:
        """Everything in the bucket that has the place of an artifact."""
        try:
            entries: list[str] = self._fs.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        return [entry.rstrip("/").rpartition("/")[2] for entry in entries]

    @named
    def age_seconds(self, sha256: str) -> float:
        """Since it was last published; of the newest object where there is no manifest yet."""
        mark = self._at(sha256, REMOVING)
        times = [
            one["LastModified"].timestamp() for one in self._objects(sha256) if one["name"] != mark
        ]
        return time.time() - max(times, default=0.0)

    @named
    def num_bytes(self, sha256: str) -> int:
        return sum(int(one["size"]) for one in self._objects(sha256))

    @named
    def mark_removing(self, sha256: str) -> None:
        self._fs.pipe_file(self._at(sha256, REMOVING), b"collected")

    @named
    def unmark(self, sha256: str) -> None:
        self._fs.rm_file(self._at(sha256, REMOVING))

    @named
    def remove(self, sha256: str) -> None:
        """The manifest first, the mark last: at no moment does half of it look whole."""
        self._remove(self._at(sha256, MANIFEST))
        for one in self._objects(sha256):
            if not one["name"].endswith(f"{sha256}/{REMOVING}"):
                self._remove(one["name"])
        self.unmark(sha256)

    def _remove(self, path: str) -> None:
        if self._fs.exists(path):
            self._fs.rm_file(path)

    def _is_removing(self, sha256: str) -> bool:
        try:
            mark = self._fs.info(self._at(sha256, REMOVING))
        except FileNotFoundError:
            return False
        # Nobody removes for an hour: that collection was killed, and the next one judges anew.
        return bool(time.time() - mark["LastModified"].timestamp() < FORGOTTEN_SECONDS)

    def _is_complete(self, sha256: str, entries: Entries) -> bool:
        sizes = {one["name"]: int(one["size"]) for one in self._objects(sha256)}
        return (
            all(sizes.get(self._at(sha256, FILES, name)) == size for name, size, _ in entries)
            and self._at(sha256, MANIFEST) in sizes
        )

    def _objects(self, sha256: str) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self._fs.find(self._at(sha256), detail=True)
        return list(found.values())

    def _at(self, *parts: str) -> str:
        return "/".join((self._root, *parts))
