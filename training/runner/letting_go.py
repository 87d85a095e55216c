"""Where a run goes when one attempt at it has ended, and what the attempt's row remembers."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet

from training.models import LIVE_STATES, Run, RunAttempt, RunState
from training.models.clock import ClockTimestamp
from training.services.run_transitions import move

NO_LEASE: dict[str, Any] = {"lease_until": None, "slot": None}
# So many attempts in a row that got no further are the last, whatever ended them.
IDLE_ATTEMPTS = 10


@dataclass(frozen=True)
class Ending:
    """How an attempt ended. ``is_transient`` says that another attempt may do better."""

    reason: str
    detail: str = ""
    is_transient: bool = False
    exit_code: int | None = None
    last_step: int = 0
    total_steps: int | None = None
    resumed_from_step: int = 0
    peak_memory_bytes: int | None = None
    report: dict[str, Any] = field(default_factory=dict)


def let_go(run: Run, ending: Ending, *, actor: str, raise_fence: bool = False) -> RunState:
    """Move a locked live run to where it belongs after an attempt that did not succeed."""
    ending = judge(run, ending)
    stopped = ending.reason == "stopped"
    # A runner that was told to leave (a node going down) does not use up the budget.
    failures = run.failures + (0 if stopped else 1)
    changes: dict[str, Any] = {**NO_LEASE, **progress_of(ending), "failures": failures}
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
    close_attempt(run.pk, run.fence, ending, outcome=to if stopped else ending.reason)
    return to


def judge(run: Run, ending: Ending) -> Ending:
    """The ending in the light of the attempts before it: what repeats itself is not tried again.

    Runs out of memory twice at the same step, or gets no further for ten attempts in a row, however
    politely each of them was ended. Two queries at most.
    """
    if run.pause_requested_at is not None or run.cancel_requested_at is not None:
        return ending
    if ending.reason == "out_of_memory" and ending.is_transient:
        before = run.attempts.filter(number=run.attempt - 1, outcome=ending.reason)
        repeats = before.filter(last_step=ending.last_step).exists()
        return replace(ending, is_transient=not repeats)
    earlier = run.attempts.filter(number__lt=run.attempt).exclude(outcome=RunState.PAUSED)
    steps = list(earlier.order_by("-number").values_list("last_step", flat=True)[:IDLE_ATTEMPTS])
    if len(steps) == IDLE_ATTEMPTS and max([ending.last_step, *steps]) <= steps[-1]:
        return replace(
            ending,
            reason="no_progress",
            detail=f"{IDLE_ATTEMPTS} attempts in a row got no further than step {steps[-1]}.",
            is_transient=False,
        )
    return ending


def progress_of(ending: Ending) -> dict[str, Any]:
    known = {} if ending.total_steps is None else {"total_steps": ending.total_steps}
    return {"step": ending.last_step, **known}


def close_attempt(run_id: UUID, fence: int, ending: Ending, *, outcome: str) -> None:
    attempt_with(run_id, fence).update(
        ended_at=ClockTimestamp(),
        outcome=outcome,
        detail=ending.detail,
        peak_memory_bytes=ending.peak_memory_bytes,
        exit_code=ending.exit_code,
        last_step=ending.last_step,
        resumed_from_step=ending.resumed_from_step,
    )


def attempt_with(run_id: UUID, fence: int) -> QuerySet[RunAttempt]:
    return RunAttempt.objects.filter(run_id=run_id, fence=fence)
