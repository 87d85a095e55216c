"""A broker that was away is asked again every second, however long it was away."""

import pytest
from kombu.exceptions import OperationalError

from config.celery import app
from launcher.state import free_service_port
from training.queue import EXPIRES_SECONDS


def test_the_pause_between_two_attempts_to_connect_never_exceeds_a_second():
    """Kombu's own pauses are 2, 4, 6 ... 30 s; fault 10 wants a start within 5 s of the return."""
    pauses = []
    nobody = app.connection_for_read(f"redis://127.0.0.1:{free_service_port()}/0")

    with pytest.raises(OperationalError):
        nobody.ensure_connection(lambda _, pause: pauses.append(pause), max_retries=4)

    assert pauses == [0.5, 1.0, 1.0, 1.0]


def test_a_worker_two_hours_ahead_drops_no_message():
    """Fault 16: expiry is judged by the receiver's clock; with 5 s such a worker did nothing."""
    limits = [entry["options"]["expires"] for entry in app.conf.beat_schedule.values()]

    assert min(*limits, EXPIRES_SECONDS) > 2 * 3600
