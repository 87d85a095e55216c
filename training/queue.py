"""The doorbell: one message with a run's id. Losing or doubling it changes nothing."""

from uuid import UUID

from celery import current_app

# A ring that nobody heard is worthless: the dispatcher rings again. Its age is judged by the clock
# of whoever hears it, so a worker whose clock is two hours ahead must not take it for an old one.
EXPIRES_SECONDS = 3 * 3600


def ring(run_id: UUID) -> None:
    """Tell some gpu-worker that this run may be claimed. Never call it in a web request.

    Raises: kombu.exceptions.OperationalError when Redis is away.
    """
    current_app.send_task("training.ring", args=[str(run_id)], expires=EXPIRES_SECONDS)
