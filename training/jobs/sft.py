"""Supervised fine-tuning: its output is a model version of kind sft."""

from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success
from training.models import ModelVersion
from training.services.model_versions import publish_model_folder, record_output


def publish(output: Path) -> Published:
    return {"model": publish_model_folder(output / "model")}


def record(success: Success, published: Published) -> dict[str, Any]:
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.SFT,
        stored=published["model"],
        report=success.report,
    )
    return success.report
