"""The services and processes of the faults, the training they disturb, and the table they fill."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection

from tests.chaos.fault_proxy import FaultProxy
from tests.chaos.ledger import SHORTENED, Ledger, Row
from tests.chaos.site import TIMES, Site

LEDGER = Ledger()


def pytest_collection_modifyitems(items):
    """Only the faults themselves are chaos; their tools are tested with everything else."""
    for item in items:
        if "fault" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chaos)


def pytest_terminal_summary(terminalreporter):
    if not LEDGER.fresh:
        return
    terminalreporter.section("faults")
    for row in LEDGER.fresh:
        terminalreporter.write_line(row.line())


@pytest.fixture
def fault():
    """Writes this fault's row. Called last: a missed target fails and leaves the old row alone."""
    started = time.monotonic()

    def measured(number, name, *, injected, target, measured, is_shortened=False):
        LEDGER.add(
            Row(
                number=number,
                fault=name,
                injected=injected + SHORTENED if is_shortened else injected,
                target=target,
                measured=measured,
                took=f"{time.monotonic() - started:.0f} s",
                on=time.strftime("%Y-%m-%d", time.gmtime()),
            )
        )
        # At once: a later fault may end this process.
        LEDGER.save()

    return measured


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("reference")


@pytest.fixture(scope="session")
def uninterrupted(reference_folder):
    from tests.chaos.trainings import train_uninterrupted

    return train_uninterrupted(reference_folder)


@pytest.fixture
def training(site, ada, uninterrupted, reference_folder):
    """Queues the training whose end is known."""
    from tests.chaos.trainings import register_inputs, request_training

    inputs = register_inputs(ada, reference_folder)
    return lambda **changes: request_training(ada, inputs, **changes)


@pytest.fixture
def broker(settings) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    client.flushall()
    yield client
    client.flushall()
    client.close()


@pytest.fixture
def redis_proxy(settings) -> Iterator[FaultProxy]:
    url = urlsplit(settings.CELERY_BROKER_URL)
    with FaultProxy(url.hostname, url.port) as proxy:
        yield proxy


@pytest.fixture
def postgres_proxy(transactional_db) -> Iterator[FaultProxy]:
    wired = connection.settings_dict
    with FaultProxy(wired["HOST"], int(wired["PORT"])) as proxy:
        yield proxy


@pytest.fixture
def site(transactional_db, settings, broker, tmp_path) -> Iterator[Site]:
    """Processes end with their test, and no process of its runs outlives it either."""
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    settings.RUN_ROOT = tmp_path / "runs"
    for name, seconds in TIMES.items():
        setattr(settings, name, seconds)
    site = Site(tmp_path, redis_url=settings.CELERY_BROKER_URL)
    yield site
    site.stop()
    site.end_runs()
