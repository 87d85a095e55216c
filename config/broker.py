"""How workers and beat come back to a broker that was away."""

from typing import Any

from celery.app.amqp import AMQP
from kombu.connection import Connection

PAUSES = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 1.0}


class EagerConnection(Connection):
    """Asks again every second.

    Kombu's own pause grows to half a minute while a broker is away, and a queued run would wait it
    out though the broker has long been back.
    """

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        return super().ensure_connection(*args, **(PAUSES | options))  # type: ignore[no-untyped-call]


class EagerAMQP(AMQP):  # type: ignore[misc]  # Celery has no types
    Connection = EagerConnection
