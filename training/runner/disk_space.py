"""Whether a run's files will fit, asked before it spends hours finding out."""

import shutil
from pathlib import Path

from django.conf import settings

from training.models import Artifact, Run
from training.runner.work_folder import WorkFolder
from training.selectors.estimates import (
    CHECKPOINTS_KEPT,
    COPIES_IN_A_CHECKPOINT,
    TRAINED_NETWORKS,
    stored_models,
)

TRAINED_ROLES = ("base_model", "policy")


def missing_space(run: Run, folder: WorkFolder) -> str | None:
    """Why the run will not fit on this machine's disks; None when it will. One query.

    An estimate from the size of the model it starts from, or from a checkpoint that it has; what
    earlier attempts left takes its place already.
    """
    output, checkpoint = _estimate(run, folder)
    checkpoints = max(0, CHECKPOINTS_KEPT * checkpoint - folder.checkpoint_bytes())
    wanted = {
        folder.path: checkpoints + output,
        Path(settings.ARTIFACT_ROOT): output,
    }
    for place, num_bytes in wanted.items():
        place.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(place).free
        if free < num_bytes:
            return (
                f"About {gigabytes(num_bytes)} are needed for checkpoints and output and"
                f" {gigabytes(free)} are free in {place}."
            )
    return None


def gigabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.2f} GB"


def _estimate(run: Run, folder: WorkFolder) -> tuple[int, int]:
    """Bytes of the output and of one checkpoint."""
    chosen = run.spec["hyperparameters"]
    inputs = run.spec["inputs"]
    hashes = [inputs[role]["sha256"] for role in TRAINED_ROLES if role in inputs]
    sizes = Artifact.objects.filter(pk__in=hashes).values_list("num_bytes", flat=True)
    model = sum(sizes)
    output = stored_models(run.stage, chosen) * model
    if (known := folder.largest_checkpoint_bytes()) > 0:
        return output, known
    # Adapters are small beside the weights that they leave alone.
    copies = 1 if chosen.get("lora_rank", 0) else COPIES_IN_A_CHECKPOINT
    return output, copies * TRAINED_NETWORKS.get(Run.Stage(run.stage), 0) * model
