"""Folders for a launcher of our own; the installation under test is this very clone."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.layout import Layout

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(holds: Callable[[], object], *, timeout_seconds: float = 45.0) -> None:
    """The limit is generous, and shorter than the minute for which the tests' programs sleep."""
    deadline = time.monotonic() + timeout_seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def layout() -> Iterator[Layout]:
    """This clone with an empty state folder that the services' own user can reach."""
    # Pytest's own temporary folders are closed to other users, and /tmp may be small.
    folder = Path(tempfile.mkdtemp(prefix="concord-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield Layout(root=ROOT, state=folder)
    shutil.rmtree(folder)
