"""What the runner asks of a stage once its trainer has succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from training.artifact_store import StoredArtifact
from training.models import Run

Published = Mapping[str, StoredArtifact]


@dataclass(frozen=True)
class Success:
    """A run whose trainer ended well, with what it wrote and what it said."""

    run: Run
    output: Path
    report: dict[str, Any]


class Job(Protocol):
    def publish(self, output: Path) -> Published:
        """Put the trainer's folders into the artifact store, by name. May take long.

        Raises: Refused, ArtifactError, OSError when they cannot be stored.
        """

    def record(self, success: Success, published: Published) -> dict[str, Any]:
        """Store what the run made; returns the report to keep. Runs in the final transaction."""
