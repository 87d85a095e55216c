"""Thin doors for Celery: ring, dispatch, reap, and the report of a gpu-worker's slots."""

import logging
import socket
import threading
from typing import Any
from uuid import UUID

from celery import current_app, shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection

from labeling.services.only_one import only_one
from training import queue
from training.runner import claim as claims
from training.runner import periodic
from training.runner.gpu_memory import report_memory
from training.runner.starting import start_runner
from training.selectors.runs_to_ring import runs_to_ring
from training.services.export_jobs import export_for
from training.services.freezings import freeze_for
from training.services.rounds import advance_rounds
from training.services.snapshots import sweeping_before
from training.services.standing import refresh_what_is_due
from training.services.unattended import LONG_WORK

logger = logging.getLogger(__name__)

GPU_QUEUE = "gpu"
# Then other work comes in between.
EXPORT_SECONDS = 5.0
# A ring that nobody heard is worthless: beat rings again.
EXPORT_RING_SECONDS = 30
# The last step of an export takes minutes: a twin is written, and everything hashed, in one go.
EXPORT_LIMIT_SECONDS = 1_800
EXPORT_LOCK = 7_408
# Freezing a million rankings takes a minute, and several rounds may do so after each other.
FREEZING_SECONDS = 1_800
# Then the rounds have their turn, if they are due.
FREEZE_SECONDS = 5.0
_is_leaving = threading.Event()


@shared_task(name="training.ring")
def ring(run_id: str) -> None:
    """Claim the run for a slot of this host and start its runner; seconds, whatever it trains."""
    host = socket.gethostname()
    claims.report_slots(host)
    held = claims.claim(UUID(run_id), host=host)
    if held is not None:
        start_runner(held)


@shared_task(name="training.dispatch")
def dispatch() -> None:
    """Queue what has waited long enough and ring for what can start."""
    with periodic.periodic_lock("dispatch") as is_mine:
        if is_mine:
            periodic.requeue_due()
    for run_id in runs_to_ring():
        queue.ring(run_id)


@shared_task(name="training.export", time_limit=EXPORT_LIMIT_SECONDS)
def export() -> None:
    """Go on with exports for a few seconds, and ring again while there is more."""
    with only_one(EXPORT_LOCK) as is_mine:
        is_more = is_mine and export_for(EXPORT_SECONDS)
    if is_more:
        current_app.send_task("training.export", expires=EXPORT_RING_SECONDS)


@shared_task(name="training.freeze", time_limit=FREEZING_SECONDS)
def freeze() -> None:
    """Freeze what people asked for."""
    with only_one(LONG_WORK) as is_mine:
        if is_mine:
            freeze_for(FREEZE_SECONDS)


@shared_task(name="training.advance_rounds", time_limit=FREEZING_SECONDS)
def advance() -> None:
    """Refresh standing reward models, and take the steps of rounds that are due.

    One at a time: freezing takes longer than beat waits, and longer than the broker waits before it
    hands a message to somebody else.
    """
    with only_one(LONG_WORK) as is_mine:
        if not is_mine:
            return
        with sweeping_before("rounds"):
            for refresh in refresh_what_is_due():
                # Somebody waits for it: sooner than the dispatcher would ring.
                queue.ring(refresh.run_id)
            advance_rounds()


@shared_task(name="training.reap")
def reap() -> None:
    """Let go of the runs whose runners are gone, and name those that stand still."""
    with periodic.periodic_lock("reap") as is_mine:
        if is_mine:
            for run_id, state in periodic.reap():
                logger.warning("run %s was lost and is now %s", run_id, state)
            for run_id in periodic.note_stalls():
                logger.warning("run %s makes no steps", run_id)


@worker_ready.connect
def report_in(sender: Any, **_: object) -> None:
    """A gpu-worker keeps telling the database that its slots are there."""
    if GPU_QUEUE not in sender.app.amqp.queues.consume_from:
        return
    threading.Thread(target=report_until_leaving, name="slots", daemon=True).start()


@worker_shutting_down.connect
def leave(**_: object) -> None:
    _is_leaving.set()


def report_until_leaving() -> None:
    """Report this host's slots at every heartbeat; a database that is away is asked again."""
    while not _is_leaving.is_set():
        try:
            claims.report_slots(socket.gethostname())
            report_memory(socket.gethostname())
        except DatabaseFault as fault:
            logger.warning("the slots could not report in: %s", fault)
        finally:
            # The pool forks from this process: no child may inherit an open connection.
            connection.close()
        _is_leaving.wait(settings.HEARTBEAT_SECONDS)
