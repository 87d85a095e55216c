"""Reward modelling: its output is a model version that scores and writes nothing.

A run that trained adapters alone keeps them beside it.
"""

from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success
from training.jobs.kept import ADAPTER, MODEL, publish_kept, record_kept
from training.models import ModelVersion
from training.services.model_versions import publish_model_folder, record_output


def publish(output: Path) -> Published:
    kept = publish_kept(output.glob(ADAPTER))
    return {MODEL: publish_model_folder(output / MODEL), **kept}


def record(success: Success, published: Published) -> dict[str, Any]:
    """The report names the artifact of what is kept beside the model, where anything is."""
    kept = record_kept(published)
    report = {**success.report, **({"artifacts": kept} if kept else {})}
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.REWARD_MODEL,
        stored=published[MODEL],
        report=report,
    )
    return report
