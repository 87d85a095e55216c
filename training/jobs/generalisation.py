"""The generalisation measurement: its output is the report alone (R64)."""

from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success


def publish(output: Path) -> Published:
    """The models were only means; none is kept."""
    del output
    return {}


def record(success: Success, published: Published) -> dict[str, Any]:
    del published
    return success.report
