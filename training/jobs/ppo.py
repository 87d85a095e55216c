"""PPO: the averaged weights become the policy; raw ones and value network are kept (R73)."""

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

# Only a run that trained nothing else has one.
ADAPTER = "adapter"
KEPT_BESIDE_THE_POLICY = ("raw_policy", "value_model", ADAPTER)


def publish(output: Path) -> Published:
    kept = {
        name: publish_folder(settings.ARTIFACT_ROOT, output / name, may_link=True)
        for name in KEPT_BESIDE_THE_POLICY
        if name != ADAPTER or (output / name).exists()
    }
    return {"model": publish_model_folder(output / "model"), **kept}


def record(success: Success, published: Published) -> dict[str, Any]:
    """The report names the artifacts of what is kept beside the policy."""
    kept = {
        name: record_artifact(published[name], Artifact.Kind.MODEL).pk
        for name in KEPT_BESIDE_THE_POLICY
        if name in published
    }
    report = {**success.report, "artifacts": kept}
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.POLICY,
        stored=published["model"],
        report=report,
    )
    return report
