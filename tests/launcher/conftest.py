"""Folders for a launcher of our own; the installation under test is this very clone."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.layout import Layout

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def layout() -> Iterator[Layout]:
    """This clone with an empty state folder that the services' own user can reach."""
    # Pytest's own temporary folders are closed to other users, and /tmp may be small.
    folder = Path(tempfile.mkdtemp(prefix="concord-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield Layout(root=ROOT, state=folder)
    shutil.rmtree(folder)
