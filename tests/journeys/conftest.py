"""A browser, the site it opens, and the workers behind the site."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browsing import (  # noqa: F401 - fixtures are found by their names
    browser_type_launch_args,
    faults,
    mark_journeys,
    open_site,
    site_settings,
)
from training.runner.environment import database_url

LOG_CHARACTERS = 6_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_journeys(items, Path(__file__).parent)


@pytest.fixture
def workers(settings, tmp_path) -> Iterator[None]:
    """What a one-machine installation runs beside the web: dispatcher and gpu-worker in one."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
        "CONCORD_RUN_ROOT": str(settings.RUN_ROOT),
        "CONCORD_HEARTBEAT_SECONDS": "1",
        "CONCORD_TAKE_BACK_SECONDS": str(settings.TAKE_BACK_SECONDS),
    }
    schedule, log_file = tmp_path / "schedule", tmp_path / "worker.log"
    command = f"-m celery -A config worker -Q default,gpu -B -s {schedule} --concurrency 2"
    with log_file.open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, *command.split(), "--without-gossip", "--without-mingle"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield
    os.killpg(worker.pid, signal.SIGTERM)
    try:
        worker.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    # pytest shows it beside a test that failed.
    sys.stdout.write(log_file.read_text(errors="replace")[-LOG_CHARACTERS:])
