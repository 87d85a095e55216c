"""Claim, heartbeat, finish, reap: the statements by which one attempt owns a run.

Only the database's clock counts, SKIP LOCKED keeps two claimers apart, and every write of an
attempt carries the fence it was given: after the reaper raised it, the old one is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from training.models import LIVE_STATES, GpuSlot, Run, RunAttempt, RunState
from training.models.clock import ClockTimestamp
from training.selectors.gpu_slots import free_slots
from training.services.run_transitions import move

NO_LEASE: dict[str, Any] = {"lease_until": None, "slot": None}
# Two dispatchers at once would be harmless; one is enough.
PERIODIC_LOCKS = {"dispatch": 7_401, "reap": 7_402}


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
    pause: bool
    deadline_passed: bool


@dataclass(frozen=True)
class Ending:
    """How an attempt ended. ``is_transient`` says that another attempt may do better."""

    reason: str
    detail: str = ""
    is_transient: bool = False
    # A runner that was told to leave (a node going down) does not use up the budget.
    counts_as_failure: bool = True
    exit_code: int | None = None
    last_step: int = 0
    total_steps: int | None = None
    resumed_from_step: int = 0
    report: dict[str, Any] = field(default_factory=dict)


def report_slots(host: str) -> None:
    """Tell the database that this host's slots are there. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO training_gpuslot (host, index, last_seen)"
            " SELECT %s, number, clock_timestamp() FROM generate_series(0, %s) AS number"
            " ON CONFLICT (host, index) DO UPDATE SET last_seen = excluded.last_seen",
            [host, settings.GPU_SLOTS - 1],
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
            "lease_until": _lease_end(),
            "deadline_at": Coalesce(
                "deadline_at", ClockTimestamp() + timedelta(seconds=settings.RUN_DEADLINE_SECONDS)
            ),
        },
    )
    run = Run.objects.only("fence", "attempt").get(pk=run_id)
    RunAttempt.objects.create(run_id=run_id, number=run.attempt, fence=run.fence, host=host)
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
    """The first heartbeat: claimed -> running. False when the claim was lost."""
    started = move(
        held.run_id,
        to=RunState.RUNNING,
        sources=[RunState.CLAIMED],
        actor=held.actor,
        fence=held.fence,
        changes={
            "lease_until": _lease_end(),
            "started_at": Coalesce("started_at", ClockTimestamp()),
        },
    )
    if started:
        _attempt(held.run_id, held.fence).update(pid=pid)
    return started


def heartbeat(held: Claim) -> Wishes | None:
    """Renew the lease. One statement.

    None when the fence or the lease is gone: the runner must kill its trainer at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE training_run SET"
            " lease_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND fence = %s AND state IN ('claimed', 'running', 'stopping')"
            " AND lease_until > clock_timestamp()"
            " RETURNING cancel_requested_at IS NOT NULL, pause_requested_at IS NOT NULL,"
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
    """running -> succeeded, under the fence; call it in the transaction that stores the output."""
    succeeded = move(
        held.run_id,
        to=RunState.SUCCEEDED,
        sources=[RunState.RUNNING, RunState.STOPPING],
        actor=held.actor,
        fence=held.fence,
        changes={
            **NO_LEASE,
            **_progress(ending),
            "ended_at": ClockTimestamp(),
            "report": ending.report,
            "pause_requested_at": None,
        },
    )
    if succeeded:
        _close_attempt(held, ending, "succeeded")
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
    to = _let_go(run, ending, actor=held.actor)
    _close_attempt(held, ending, to if ending.reason == "stopped" else ending.reason)
    return to


def reap() -> list[tuple[UUID, RunState]]:
    """Let go of every live run whose lease ran out; returns what became of them.

    The fence rises, so a runner that wakes later finds all its writes refused.
    """
    with transaction.atomic():
        expired = (
            Run.objects.select_for_update(skip_locked=True)
            .filter(state__in=LIVE_STATES, lease_until__lt=ClockTimestamp())
            .annotate(is_late=Q(deadline_at__lt=ClockTimestamp()))
        )
        outcomes: list[tuple[UUID, RunState]] = []
        for run in expired:
            is_late = bool(run.is_late)
            ending = Ending(
                reason="deadline" if is_late else "lost",
                detail="The runner's heartbeats stopped.",
                is_transient=not is_late,
                last_step=run.step,
            )
            _attempt(run.pk, run.fence).update(
                ended_at=ClockTimestamp(), outcome=ending.reason, last_step=run.step
            )
            outcomes.append((run.pk, _let_go(run, ending, actor="reaper", raise_fence=True)))
        return outcomes


def requeue_due() -> list[UUID]:
    """retry_wait -> queued for every run whose waiting time has passed."""
    waiting = Run.objects.filter(state=RunState.RETRY_WAIT, run_after__lte=ClockTimestamp())
    return [
        run_id
        for run_id in waiting.values_list("id", flat=True)
        if move(run_id, to=RunState.QUEUED, sources=[RunState.RETRY_WAIT], actor="dispatcher")
    ]


@contextmanager
def periodic_lock(name: str) -> Iterator[bool]:
    """Whether this process may do the periodic work now; another one doing it is no error."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCKS[name]])
        yield bool(cursor.fetchone()[0])


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


def _let_go(run: Run, ending: Ending, *, actor: str, raise_fence: bool = False) -> RunState:
    """Move a locked live run to where it belongs after an attempt that did not succeed."""
    stopped = ending.reason == "stopped"
    failures = run.failures + (0 if stopped or not ending.counts_as_failure else 1)
    changes: dict[str, Any] = {**NO_LEASE, **_progress(ending), "failures": failures}
    if raise_fence:
        changes["fence"] = F("fence") + 1
    if run.cancel_requested_at is not None:
        to = RunState.CANCELLED
        changes["ended_at"] = ClockTimestamp()
    elif not stopped and (not ending.is_transient or failures >= run.max_failures):
        to = RunState.FAILED
        changes |= {
            "ended_at": ClockTimestamp(),
            "reason": ending.reason,
            "reason_detail": ending.detail,
            "report": ending.report,
        }
    elif run.pause_requested_at is not None:
        to = RunState.PAUSED
        changes["pause_requested_at"] = None
    else:
        to = RunState.RETRY_WAIT
        wait = settings.RUN_RETRY_SECONDS * 2 ** (failures - 1) if failures > run.failures else 0
        changes["run_after"] = ClockTimestamp() + timedelta(seconds=wait)
    move(
        run.pk,
        to=to,
        sources=LIVE_STATES,
        actor=actor,
        fence=run.fence,
        detail=ending.reason if not ending.detail else f"{ending.reason}: {ending.detail}",
        changes=changes,
    )
    return to


def _progress(ending: Ending) -> dict[str, Any]:
    known = {} if ending.total_steps is None else {"total_steps": ending.total_steps}
    return {"step": ending.last_step, **known}


def _attempt(run_id: UUID, fence: int) -> Any:
    return RunAttempt.objects.filter(run_id=run_id, fence=fence)


def _close_attempt(held: Claim, ending: Ending, outcome: str) -> None:
    _attempt(held.run_id, held.fence).update(
        ended_at=ClockTimestamp(),
        outcome=outcome,
        exit_code=ending.exit_code,
        last_step=ending.last_step,
        resumed_from_step=ending.resumed_from_step,
    )


def _lease_end() -> Any:
    return ClockTimestamp() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
