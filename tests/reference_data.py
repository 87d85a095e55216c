"""Real judgments for the tests that need them: a folder named by CONCORD_REFERENCE_DATA."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def reference_folder() -> Path:
    return Path(os.environ.get("CONCORD_REFERENCE_DATA", ROOT.parent / "shared" / "data"))


def reference_data(name: str) -> Path:
    """The path of a reference file; the test is skipped where it is absent."""
    path = reference_folder() / name
    if not path.exists():
        pytest.skip(f"no reference data: {name}")
    return path
