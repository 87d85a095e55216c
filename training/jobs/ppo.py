"""PPO: the averaged weights become the policy; raw ones and value network are kept (R73)."""

from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success
from training.jobs.kept import ADAPTER, MODEL, publish_kept, record_kept
from training.models import ModelVersion
from training.services.model_versions import publish_model_folder, record_output

KEPT_BESIDE_THE_POLICY = ("raw_policy", "value_model")


def publish(output: Path) -> Published:
    kept = [*(output / name for name in KEPT_BESIDE_THE_POLICY), *output.glob(ADAPTER)]
    return {MODEL: publish_model_folder(output / MODEL), **publish_kept(kept)}


def record(success: Success, published: Published) -> dict[str, Any]:
    """The report names the artifacts of what is kept beside the policy."""
    report = {**success.report, "artifacts": record_kept(published)}
    record_output(
        run=success.run,
        kind=ModelVersion.Kind.POLICY,
        stored=published[MODEL],
        report=report,
    )
    return report
