"""The artifact store in a bucket: a real S3 server on loopback, two machines with a folder each."""

import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request

import pytest

from tests.training.processes import wait_until
from training import artifact_bucket
from training.artifact_bucket import FILES, MANIFEST, Bucket
from training.artifact_store import (
    ArtifactError,
    artifact_path,
    is_stored,
    open_verified,
    publish,
)
from training.models import Artifact
from training.runner import garbage
from training.runner.garbage import collect_garbage

S3FileSystem = pytest.importorskip("s3fs", reason="pip install -r requirements-s3.txt").S3FileSystem
pytest.importorskip("moto", reason="pip install -r requirements-dev.txt")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """moto's S3, as a process of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    log = (tmp_path_factory.mktemp("s3") / "server.log").open("wb")
    command = [sys.executable, "-m", "moto.server", "--host=127.0.0.1", f"--port={port}"]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(url), seconds=60)
    yield url
    process.terminate()
    process.wait()
    log.close()


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture
def bucket(server, settings, monkeypatch):
    """An empty bucket that the settings name."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "a key of the test",
        "AWS_SECRET_ACCESS_KEY": "a secret of the test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    # fsspec keeps its file systems; this one's address has just changed.
    S3FileSystem.clear_instance_cache()
    settings.ARTIFACT_BUCKET = "s3://concord/artifacts"
    found = Bucket(settings.ARTIFACT_BUCKET)
    if found._fs.exists("concord"):
        found._fs.rm("concord", recursive=True)
    found._fs.mkdir("concord")
    return found


@pytest.fixture
def here(tmp_path):
    return tmp_path / "here"


@pytest.fixture
def elsewhere(tmp_path):
    return tmp_path / "elsewhere"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "output"
    (folder / "tokenizer").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer" / "vocabulary.txt").write_text("a\nb\n")
    return folder


def write(bucket, path, content):
    bucket._fs.pipe_file(f"concord/artifacts/{path}", content)


def test_what_one_machine_publishes_another_one_loads(bucket, here, elsewhere, folder):
    stored = publish(here, folder)

    found = open_verified(elsewhere, stored.sha256)

    assert found == elsewhere / stored.sha256
    assert (found / "tokenizer" / "vocabulary.txt").read_text() == "a\nb\n"
    assert [path.name for path in elsewhere.iterdir()] == [stored.sha256]


def test_what_was_fetched_once_is_kept(bucket, here, elsewhere, folder):
    stored = publish(here, folder)
    artifact_path(elsewhere, stored.sha256)
    bucket._fs.rm("concord/artifacts", recursive=True)

    assert open_verified(elsewhere, stored.sha256).is_dir()


def test_the_bucket_can_be_asked_without_fetching(bucket, here, elsewhere, folder):
    stored = publish(here, folder)

    assert is_stored(elsewhere, stored.sha256)
    assert not is_stored(elsewhere, "0" * 64)
    assert not elsewhere.exists()


def test_an_artifact_that_is_nowhere_is_named(bucket, elsewhere):
    with pytest.raises(ArtifactError, match="not in the store"):
        artifact_path(elsewhere, "0" * 64)


def test_a_file_that_went_bad_in_the_bucket_never_arrives(bucket, here, elsewhere, folder):
    """One byte: the sizes agree, the hashes do not."""
    stored = publish(here, folder)
    write(bucket, f"{stored.sha256}/{FILES}/config.json", b"[]")

    with pytest.raises(ArtifactError, match="damaged"):
        artifact_path(elsewhere, stored.sha256)

    assert list(elsewhere.iterdir()) == []


def test_a_manifest_that_went_bad_is_refused(bucket, here, elsewhere, folder):
    """It could name any file of this machine."""
    stored = publish(here, folder)
    write(bucket, f"{stored.sha256}/{MANIFEST}", b'[["../../escaped",1,"0"]]')

    with pytest.raises(ArtifactError, match=r"manifest .* damaged"):
        artifact_path(elsewhere, stored.sha256)


def test_a_missing_file_is_named(bucket, here, elsewhere, folder):
    stored = publish(here, folder)
    bucket._fs.rm_file(f"concord/artifacts/{stored.sha256}/{FILES}/config.json")

    with pytest.raises(ArtifactError, match=r"lacks config\.json"):
        artifact_path(elsewhere, stored.sha256)


def test_a_copy_that_went_bad_here_is_fetched_again(bucket, here, folder):
    stored = publish(here, folder)
    copy = here / stored.sha256 / "config.json"
    copy.chmod(0o600)
    copy.write_text("[]")

    found = open_verified(here, stored.sha256)

    assert (found / "config.json").read_text() == "{}"


def test_an_upload_that_was_cut_short_is_not_there_and_is_completed_later(
    bucket, here, elsewhere, folder
):
    """Everything but the manifest, which is written last."""
    stored = publish(here, folder)
    bucket._fs.rm_file(f"concord/artifacts/{stored.sha256}/{MANIFEST}")
    is_there = is_stored(elsewhere, stored.sha256)

    publish(here, folder)

    assert not is_there
    assert open_verified(elsewhere, stored.sha256).is_dir()


def test_a_bucket_that_does_not_answer_is_an_error_and_no_artifact(
    bucket, here, folder, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    S3FileSystem.clear_instance_cache()

    with pytest.raises(ArtifactError, match="could not be shared"):
        publish(here, folder)


@pytest.fixture
def old(monkeypatch):
    """Whatever is in the bucket was published long ago."""
    monkeypatch.setattr(garbage, "GRACE_SECONDS", -1.0)


@pytest.mark.django_db
def test_collecting_takes_what_nothing_names_and_nothing_else(bucket, settings, here, folder, old):
    settings.ARTIFACT_ROOT = here
    named = publish(here, folder)
    Artifact.objects.create(sha256=named.sha256, kind=Artifact.Kind.MODEL, num_bytes=6)
    (folder / "config.json").write_text("[1]")
    orphan = publish(here, folder)

    collected = collect_garbage(keep_failed_days=30)

    assert collected.artifacts == [orphan.sha256]
    assert list(bucket.names()) == [named.sha256]
    assert open_verified(here, named.sha256).is_dir()


@pytest.mark.django_db
def test_collecting_leaves_what_is_young(bucket, settings, here, folder):
    settings.ARTIFACT_ROOT = here
    stored = publish(here, folder)

    collected = collect_garbage(keep_failed_days=30)

    assert collected.artifacts == []
    assert bucket.has(stored.sha256)


@pytest.mark.django_db
def test_what_gets_a_row_while_it_is_collected_stays(bucket, here, folder, old, monkeypatch):
    """A run succeeds between the first look and the second."""
    stored = publish(here, folder)
    mark = Bucket.mark_removing

    def mark_late(self, sha256):
        mark(self, sha256)
        Artifact.objects.create(sha256=sha256, kind=Artifact.Kind.MODEL, num_bytes=6)

    monkeypatch.setattr(Bucket, "mark_removing", mark_late)

    collected = garbage.Collected()
    garbage._collect_bucket(bucket, collected, is_dry_run=False)

    assert collected.artifacts == []
    assert bucket.has(stored.sha256)
    assert not bucket._is_removing(stored.sha256)


def test_publishing_waits_for_a_collection_of_the_same_and_wins(
    bucket, here, elsewhere, folder, monkeypatch
):
    monkeypatch.setattr(artifact_bucket, "PAUSE_SECONDS", 0.05)
    stored = publish(here, folder)
    bucket.mark_removing(stored.sha256)
    publisher = threading.Thread(target=publish, args=(here, folder))

    publisher.start()
    time.sleep(0.3)
    has_waited = publisher.is_alive()
    bucket.remove(stored.sha256)
    publisher.join()

    assert has_waited
    assert open_verified(elsewhere, stored.sha256).is_dir()


def test_a_collection_that_never_ends_is_an_error(bucket, here, folder, monkeypatch):
    monkeypatch.setattr(artifact_bucket, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(artifact_bucket, "ATTEMPTS", 3)
    stored = publish(here, folder)
    bucket.mark_removing(stored.sha256)

    with pytest.raises(ArtifactError, match="is being removed"):
        publish(here, folder)

    # One that was killed an hour ago stops nobody.
    monkeypatch.setattr(artifact_bucket, "FORGOTTEN_SECONDS", -1.0)
    assert publish(here, folder) == stored


def test_without_the_package_the_remedy_is_named():
    """sys.modules holds None where an import must fail."""
    program = """
        import sys
        sys.modules["s3fs"] = None
        from training.artifact_bucket import Bucket
        Bucket("s3://concord/artifacts")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "BucketError: s3://concord/artifacts needs s3fs" in done.stderr
    assert "pip install -r requirements-s3.txt" in done.stderr
