"""The content-addressed store: equal content has one name, and damage is noticed."""

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from training.artifact_store import (
    ABANDONED_SECONDS,
    ArtifactError,
    artifact_file,
    artifact_path,
    open_verified,
    publish,
)


@pytest.fixture
def store(tmp_path):
    return tmp_path / "artifacts"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "output"
    (folder / "tokenizer").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer" / "vocabulary.txt").write_text("a\nb\n")
    return folder


def test_the_name_is_the_hash_of_the_canonical_manifest(store, folder):
    """anybody can recompute the name from the files alone."""
    config = hashlib.sha256(b"{}").hexdigest()
    vocabulary = hashlib.sha256(b"a\nb\n").hexdigest()
    manifest = f'[["config.json",2,"{config}"],["tokenizer/vocabulary.txt",4,"{vocabulary}"]]'

    stored = publish(store, folder)

    assert stored.sha256 == hashlib.sha256(manifest.encode()).hexdigest()
    assert stored.num_bytes == 6
    assert (store / stored.sha256 / "tokenizer" / "vocabulary.txt").read_text() == "a\nb\n"


def test_publishing_twice_changes_nothing(store, folder):
    first = publish(store, folder)
    inode = (store / first.sha256 / "config.json").stat().st_ino

    second = publish(store, folder)

    assert second == first
    assert (store / first.sha256 / "config.json").stat().st_ino == inode
    assert [path.name for path in store.iterdir()] == [first.sha256]


def test_what_is_there_is_not_copied_again(store, folder):
    """A copy would come and go as a temporary folder, and the store would have changed."""
    publish(store, folder)
    before = store.stat().st_mtime_ns

    publish(store, folder)

    assert store.stat().st_mtime_ns == before


def test_eight_publishers_of_one_folder_agree(store, folder):
    names: list[str] = []
    barrier = threading.Barrier(8)

    def publish_at_once() -> None:
        barrier.wait()
        names.append(publish(store, folder).sha256)

    threads = [threading.Thread(target=publish_at_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names) == 8
    assert len(set(names)) == 1
    assert [path.name for path in store.iterdir()] == names[:1]
    assert open_verified(store, names[0]).is_dir()


def test_a_temporary_folder_that_goes_while_it_is_looked_at_stops_nobody(store, folder):
    """Another publisher was done with it: here a name that leads nowhere."""
    store.mkdir()
    (store / ".tmp-done").symlink_to(store / "gone")

    assert open_verified(store, publish(store, folder).sha256).is_dir()


def test_a_linked_copy_shares_its_bytes_and_is_read_only(store, folder):
    stored = publish(store, folder, may_link=True)

    published = store / stored.sha256 / "config.json"

    assert published.samefile(folder / "config.json")
    assert published.stat().st_mode & 0o222 == 0


def test_a_flipped_byte_is_noticed(store, folder):
    stored = publish(store, folder)
    damaged = store / stored.sha256 / "config.json"
    damaged.chmod(0o644)
    damaged.write_text("[]")

    with pytest.raises(ArtifactError, match="damaged"):
        open_verified(store, stored.sha256)


def test_an_added_file_is_noticed(store, folder):
    stored = publish(store, folder)
    (store / stored.sha256 / "extra.bin").write_bytes(b"x")

    with pytest.raises(ArtifactError, match="damaged"):
        open_verified(store, stored.sha256)


def test_a_linked_file_whose_hash_is_known_is_not_read_again(store, folder):
    """What it is named by is what was said, and who checks it finds what is wrong with that."""
    known = {"config.json": hashlib.sha256(b"{}").hexdigest()}

    stored = publish(store, folder, may_link=True, hashed=known)
    lied = publish(store, folder, may_link=True, hashed={"config.json": "0" * 64})

    assert stored == publish(store, folder)
    assert open_verified(store, stored.sha256)
    with pytest.raises(ArtifactError, match="damaged"):
        open_verified(store, lied.sha256)


def test_a_copied_file_is_hashed_whatever_was_said_of_it(store, folder, monkeypatch):
    """As on a file system without hard links."""

    def hardlink_to(self, target):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", hardlink_to)

    stored = publish(store, folder, may_link=True, hashed={"config.json": "0" * 64})

    assert open_verified(store, stored.sha256)


def test_links_are_refused_and_leave_nothing_behind(store, folder):
    """They could carry a file from anywhere on the machine into the store."""
    (folder / "passwd").symlink_to("/etc/passwd")

    with pytest.raises(ArtifactError, match="link"):
        publish(store, folder)

    assert list(store.iterdir()) == []


def test_an_empty_folder_is_refused(store, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(ArtifactError, match="no files"):
        publish(store, tmp_path / "empty")


@pytest.mark.parametrize(
    "name", ["..", "../../etc", "A" * 64, "0" * 63, "0" * 65, "", "a/b", "\x00" * 64]
)
def test_only_a_hash_names_an_artifact(store, name):
    store.mkdir()

    with pytest.raises(ArtifactError, match="not the name"):
        artifact_path(store, name)


@pytest.mark.parametrize("name", ["../other/secret", "/etc/passwd", "tokenizer", "missing.txt"])
def test_a_file_name_cannot_leave_its_artifact(store, folder, name):
    stored = publish(store, folder)
    (store / "other").mkdir()
    (store / "other" / "secret").write_text("secret")

    with pytest.raises(ArtifactError, match="has no file"):
        artifact_file(store, stored.sha256, name)


def test_what_a_killed_publisher_left_is_swept_a_day_later(store, folder):
    fresh, old = store / ".tmp-fresh", store / ".tmp-old"
    fresh.mkdir(parents=True)
    old.mkdir()
    long_ago = old.stat().st_mtime - ABANDONED_SECONDS - 1
    os.utime(old, (long_ago, long_ago))

    publish(store, folder)

    assert fresh.is_dir()
    assert not old.exists()


def test_a_missing_artifact_says_so(store):
    store.mkdir()

    with pytest.raises(ArtifactError, match="not in the store"):
        artifact_path(Path(store), "0" * 64)
