"""Folders that a run leaves beside its model: stored like it, named in its report."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from training.artifact_store import publish
from training.jobs.job import Published
from training.models import Artifact
from training.services.model_versions import record_artifact

MODEL = "model"
# Only a run that trained nothing else has one.
ADAPTER = "adapter"


def publish_kept(folders: Iterable[Path]) -> Published:
    """Put the folders into the store by their names. Raises: ArtifactError, OSError."""
    return {
        folder.name: publish(settings.ARTIFACT_ROOT, folder, may_link=True) for folder in folders
    }


def record_kept(published: Published) -> dict[str, str]:
    """The artifact of everything published but the model, by name."""
    return {
        name: record_artifact(stored, Artifact.Kind.MODEL).pk
        for name, stored in published.items()
        if name != MODEL
    }
