"""Supervised fine-tuning: the selected epoch becomes the model, the others are kept (R55)."""

from pathlib import Path
from typing import Any

from django.conf import settings

from training.artifact_store import publish as publish_folder
from training.jobs.job import Published, Success
from training.models import Artifact, ModelVersion
from training.services.model_versions import (
    publish_model_folder,
    record_artifact,
    record_output,
)

# Every epoch, and the adapters of a run that trained nothing else.
KEPT_BESIDE_THE_MODEL = ("epoch-*", "adapter")


def publish(output: Path) -> Published:
    kept = {
        folder.name: publish_folder(settings.ARTIFACT_ROOT, folder, may_link=True)
        for pattern in KEPT_BESIDE_THE_MODEL
        for folder in sorted(output.glob(pattern))
    }
    return {"model": publish_model_folder(output / "model"), **kept}


def record(success: Success, published: Published) -> dict[str, Any]:
    """The report names the artifacts of what is kept beside the model."""
    kept = {
        name: record_artifact(stored, Artifact.Kind.MODEL).pk
        for name, stored in published.items()
        if name != "model"
    }
    report = {**success.report, "artifacts": kept}
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.SFT,
        stored=published["model"],
        report=report,
    )
    return report
