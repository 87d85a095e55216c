"""What a trainer is told: the verified files of its inputs, its hyperparameters, its seed."""

from pathlib import Path
from typing import Any

from django.conf import settings

from training.artifact_store import artifact_file, open_verified
from training.models import Run

RECORDS_NAME = "records.jsonl"


def describe_job(run: Run, work_dir: Path) -> dict[str, Any]:
    """The content of job.json. Costs a read of every input file, to check it against its hash.

    Raises: ArtifactError when an input is missing or damaged.
    """
    return {
        "stage": run.stage,
        "seed": run.seed,
        "hyperparameters": run.spec["hyperparameters"],
        "weights": run.spec.get("weights", {}),
        "evaluations": run.spec.get("evaluations", []),
        "work_dir": str(work_dir),
        "inputs": {role: str(_path_of(chosen)) for role, chosen in run.spec["inputs"].items()},
    }


def _path_of(chosen: dict[str, str]) -> Path:
    """A model is its folder, a snapshot its records."""
    folder = open_verified(settings.ARTIFACT_ROOT, chosen["sha256"])
    if chosen["kind"] == "model_version":
        return folder
    return artifact_file(settings.ARTIFACT_ROOT, chosen["sha256"], RECORDS_NAME)
