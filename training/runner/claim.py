"""Claim, heartbeat, finish: the statements by which one attempt owns a run.

Only the database's clock counts, SKIP LOCKED keeps two claimers apart, and every write of an
attempt carries the fence it was given: after the reaper raised it, the old one is refused.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from training.models import LIVE_STATES, GpuSlot, Run, RunAttempt, RunState
from training.models.clock import ClockTimestamp
from training.runner.letting_go import (
    NO_LEASE,
    Ending,
    attempt_with,
    close_attempt,
    let_go,
    progress_of,
)
from training.runner.machine import boot_id
from training.selectors.gpu_slots import free_slots
from training.services.code_revision import code_revision, short_revision
from training.services.run_transitions import move, note


@dataclass(frozen=True)
class Claim:
    """The right of one attempt to work on a run, until its fence or lease is gone."""

    run_id: UUID
    fence: int
    attempt: int
    host: str
    slot_index: int

    @property
    def actor(self) -> str:
        return f"runner {self.host}/{self.slot_index}"


@dataclass(frozen=True)
class Wishes:
    """What the database asks of a runner at its heartbeat."""

    cancel: bool
    kill: bool
    pause: bool
    deadline_passed: bool


class WasCancelled(Exception):
    """Somebody asked for the run to end without a model before its model was recorded."""


def report_slots(host: str) -> None:
    """Tell the database that this host's slots are there. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO training_gpuslot (host, index, last_seen, num_processes)"
            " SELECT %s, number, clock_timestamp(), %s FROM generate_series(0, %s) AS number"
            " ON CONFLICT (host, index) DO UPDATE"
            " SET last_seen = excluded.last_seen, num_processes = excluded.num_processes",
            [host, settings.PROCESSES_PER_RUN, settings.GPU_SLOTS - 1],
        )


@transaction.atomic
def claim(run_id: UUID, *, host: str) -> Claim | None:
    """Take a queued run for a free slot of this host; None when either is missing.

    queued -> claimed, fence + 1, attempt + 1, and the lease starts in the same UPDATE.
    """
    due = Run.objects.filter(
        pk=run_id,
        state=RunState.QUEUED,
        cancel_requested_at__isnull=True,
        run_after__lte=ClockTimestamp(),
    )
    if not due.select_for_update(skip_locked=True).exists():
        return None
    slot = _lock_free_slot(host)
    if slot is None:
        return None
    move(
        run_id,
        to=RunState.CLAIMED,
        sources=[RunState.QUEUED],
        actor=f"runner {host}/{slot.index}",
        changes={
            "fence": F("fence") + 1,
            "attempt": F("attempt") + 1,
            "slot": slot,
            **_renewed_lease(),
            "deadline_at": Coalesce(
                "deadline_at", ClockTimestamp() + timedelta(seconds=settings.RUN_DEADLINE_SECONDS)
            ),
        },
    )
    run = Run.objects.only("fence", "attempt").get(pk=run_id)
    RunAttempt.objects.create(
        run_id=run_id,
        number=run.attempt,
        fence=run.fence,
        host=host,
        num_processes=settings.PROCESSES_PER_RUN,
    )
    return Claim(
        run_id=run_id, fence=run.fence, attempt=run.attempt, host=host, slot_index=slot.index
    )


def open_claim(run_id: UUID, fence: int) -> Claim | None:
    """The claim that a spawned runner was started for; None when it is no longer current."""
    run = (
        Run.objects.filter(pk=run_id, fence=fence, state__in=LIVE_STATES)
        .select_related("slot")
        .first()
    )
    if run is None or run.slot is None:
        return None
    return Claim(
        run_id=run_id,
        fence=fence,
        attempt=run.attempt,
        host=run.slot.host,
        slot_index=run.slot.index,
    )


@transaction.atomic
def start_running(held: Claim, *, pid: int) -> bool:
    """The first heartbeat: claimed -> running. False when the claim was lost.

    Whoever calls it runs the code that this attempt trains with, and the attempt's row says which.
    """
    # First: it may ask git, and the run's row is not locked meanwhile.
    revision = code_revision()
    started = move(
        held.run_id,
        to=RunState.RUNNING,
        sources=[RunState.CLAIMED],
        actor=held.actor,
        fence=held.fence,
        changes={
            **_renewed_lease(),
            "started_at": Coalesce("started_at", ClockTimestamp()),
        },
    )
    if started:
        _note_other_code(held, revision)
        attempt_with(held.run_id, held.fence).update(
            pid=pid, boot_id=boot_id(), code_revision=revision
        )
    return started


def heartbeat(held: Claim) -> Wishes | None:
    """Renew the lease. One statement.

    None when the fence or the lease is gone: the runner must kill its trainer at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE training_run SET"
            " lease_until = clock_timestamp() + make_interval(secs => %s),"
            " heartbeat_at = clock_timestamp()"
            " WHERE id = %s AND fence = %s AND state IN ('claimed', 'running', 'stopping')"
            " AND lease_until > clock_timestamp()"
            " RETURNING cancel_requested_at IS NOT NULL, kill_requested_at IS NOT NULL,"
            " pause_requested_at IS NOT NULL,"
            " COALESCE(deadline_at < clock_timestamp(), false)",
            [settings.RUN_LEASE_SECONDS, held.run_id, held.fence],
        )
        row = cursor.fetchone()
    return None if row is None else Wishes(*row)


def begin_stopping(held: Claim, *, why: str) -> bool:
    """The runner saw a wish to stop: claimed or running -> stopping."""
    return move(
        held.run_id,
        to=RunState.STOPPING,
        sources=[RunState.CLAIMED, RunState.RUNNING],
        actor=held.actor,
        fence=held.fence,
        detail=why,
    )


@transaction.atomic
def finish_succeeded(held: Claim, ending: Ending) -> bool:
    """running -> succeeded, under the fence; call it in the transaction that stores the output.

    Raises: WasCancelled. Whoever cancels now waits for that transaction, and finds the run ended.
    """
    asked = (
        Run.objects.select_for_update()
        .filter(pk=held.run_id, fence=held.fence, state__in=LIVE_STATES)
        .values_list("cancel_requested_at", flat=True)
        .first()
    )
    if asked is not None:
        raise WasCancelled
    succeeded = move(
        held.run_id,
        to=RunState.SUCCEEDED,
        sources=[RunState.RUNNING, RunState.STOPPING],
        actor=held.actor,
        fence=held.fence,
        changes={
            **NO_LEASE,
            **progress_of(ending),
            "ended_at": ClockTimestamp(),
            "report": ending.report,
            "pause_requested_at": None,
        },
    )
    if succeeded:
        close_attempt(held.run_id, held.fence, ending, outcome="succeeded")
    return succeeded


@transaction.atomic
def finish_unsuccessful(held: Claim, ending: Ending) -> RunState | None:
    """Let a run go that did not succeed, and say where it went; None when the fence is gone.

    A wish to cancel wins over a wish to pause, and both over a retry. A failure that another
    attempt cannot mend, or one too many, ends the run.
    """
    run = (
        Run.objects.select_for_update()
        .filter(pk=held.run_id, fence=held.fence, state__in=LIVE_STATES)
        .first()
    )
    if run is None:
        return None
    return let_go(run, ending, actor=held.actor)


def _note_other_code(held: Claim, revision: str) -> None:
    """An event where an upgrade came between this attempt and the one before, or the request."""
    run = Run.objects.get(pk=held.run_id)
    earlier = run.attempts.filter(number__lt=held.attempt).exclude(code_revision="")
    before = earlier.order_by("-number").values_list("number", "code_revision").first()
    number, known = before or (None, run.code_revision)
    if known == revision:
        return
    of_whom = "the run was asked for on" if number is None else f"attempt {number} ran"
    detail = (
        f"attempt {held.attempt} runs code {short_revision(revision)}; "
        f"{of_whom} {short_revision(known)}"
    )
    note(run, actor=held.actor, detail=detail)


def _lock_free_slot(host: str) -> GpuSlot | None:
    """A free slot of this host, locked until the transaction ends.

    The second look is needed: the first one cannot see a claim that was committed between the
    start of its statement and the lock.
    """
    tried: list[int] = []
    while True:
        slot = (
            free_slots()
            .select_for_update(skip_locked=True)
            .filter(host=host, index__lt=settings.GPU_SLOTS)
            .exclude(pk__in=tried)
            .order_by("index")
            .first()
        )
        if slot is None or not Run.objects.filter(state__in=LIVE_STATES, slot=slot).exists():
            return slot
        tried.append(slot.pk)


def _renewed_lease() -> dict[str, Any]:
    lease = timedelta(seconds=settings.RUN_LEASE_SECONDS)
    return {"lease_until": ClockTimestamp() + lease, "heartbeat_at": ClockTimestamp()}
