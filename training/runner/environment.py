"""What a runner and a trainer find in their environment."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from training.runner.claim import Claim
from training.runner.markers import ATTEMPT, RUNNER, TRAINER, marks

# The trainer gets these and its marks, and nothing else: no database, no Redis, no secret key.
PASSED_TO_TRAINERS = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "PATH",
    "TMPDIR",
    "TZ",
    "VIRTUAL_ENV",
)
WAITING = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
# Rounds of a loop: some ten microseconds.
SHORT_SPIN = "10000"
PREFIXES_PASSED_TO_TRAINERS = ("CUDA_", "NCCL_", "NVIDIA_", "PYTORCH_")


def runner_environment(held: Claim) -> dict[str, str]:
    """The runner is configured by the settings of who started it, not by reading them anew."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CONCORD_SECRET_KEY": settings.SECRET_KEY,
        "CONCORD_STATE_DIR": str(settings.STATE_DIR),
        "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
        "CONCORD_ARTIFACT_BUCKET": settings.ARTIFACT_BUCKET,
        "CONCORD_RUN_ROOT": str(settings.RUN_ROOT),
        "CONCORD_RUN_LEASE_SECONDS": str(settings.RUN_LEASE_SECONDS),
        "CONCORD_HEARTBEAT_SECONDS": str(settings.HEARTBEAT_SECONDS),
        "CONCORD_RUN_STOP_TIMEOUT_SECONDS": str(settings.RUN_STOP_TIMEOUT_SECONDS),
        "CONCORD_RUN_RETRY_SECONDS": str(settings.RUN_RETRY_SECONDS),
        "CONCORD_NPROC_PER_RUN": str(settings.PROCESSES_PER_RUN),
        # A server that accepts a statement and never answers must not hold the runner for ever.
        "PGOPTIONS": "-c statement_timeout=60000",
        **marks(run_id=str(held.run_id), fence=held.fence, process=RUNNER),
        ATTEMPT: str(held.attempt),
    }


def trainer_environment(held: Claim, environment: Mapping[str, str]) -> dict[str, str]:
    passed = {
        name: value
        for name, value in environment.items()
        if name in PASSED_TO_TRAINERS or name.startswith(PREFIXES_PASSED_TO_TRAINERS)
    }
    return {
        **passed,
        "CUDA_VISIBLE_DEVICES": devices_of_slot(
            held.slot_index,
            processes=settings.PROCESSES_PER_RUN,
            visible=environment.get("CUDA_VISIBLE_DEVICES"),
        ),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
        # A fault in native code leaves its stack in the log instead of nothing.
        "PYTHONFAULTHANDLER": "1",
        **waiting(environment),
        **marks(run_id=str(held.run_id), fence=held.fence, process=TRAINER),
    }


def waiting(environment: Mapping[str, str]) -> dict[str, str]:
    """How threads wait for each other: as the node says, otherwise with a short spin, then asleep.

    The long spin of OpenMP's default takes the processor from whoever is waited for where a machine
    also serves people: a pass took eight times as long beside one busy process. Without any spin it
    takes a fifth longer on a machine of its own (benchmarks/results/waiting.md).
    """
    chosen = {name: environment[name] for name in WAITING if name in environment}
    return chosen or {"GOMP_SPINCOUNT": SHORT_SPIN}


def devices_of_slot(index: int, *, processes: int, visible: str | None) -> str:
    """The accelerators of one slot: each slot owns as many as a run has processes.

    ``visible`` is what this node was limited to; slots count within it.
    """
    numbers = range(index * processes, (index + 1) * processes)
    if visible is None:
        return ",".join(str(number) for number in numbers)
    names = [name for name in visible.split(",") if name]
    return ",".join(names[number] for number in numbers if number < len(names))


def trainer_command(stage: str, job_file: str) -> list[str]:
    """torchrun as an argument list, under this very interpreter."""
    return [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        str(settings.PROCESSES_PER_RUN),
        "-m",
        f"training.ml.{stage}",
        job_file,
    ]


def database_url() -> str:
    """The database of this very process as a URL: under test, the test database."""
    wired = connection.settings_dict
    user, password = quote(wired["USER"], safe=""), quote(wired["PASSWORD"], safe="")
    return (
        f"postgres://{user}:{password}@{wired['HOST']}:{wired['PORT']}"
        f"/{quote(wired['NAME'], safe='')}"
    )
