"""Supervised fine-tuning: the selected epoch becomes the model, the others are kept (R55)."""

from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success
from training.jobs.kept import ADAPTER, MODEL, publish_kept, record_kept
from training.models import ModelVersion
from training.services.model_versions import publish_model_folder, record_output


def publish(output: Path) -> Published:
    kept = [*sorted(output.glob("epoch-*")), *output.glob(ADAPTER)]
    return {MODEL: publish_model_folder(output / MODEL), **publish_kept(kept)}


def record(success: Success, published: Published) -> dict[str, Any]:
    """The report names the artifacts of what is kept beside the model."""
    report = {**success.report, "artifacts": record_kept(published)}
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.SFT,
        stored=published[MODEL],
        report=report,
    )
    return report
