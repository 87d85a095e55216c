"""What one process at a time does now and then: reap lost runs, queue what has waited."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from labeling.services.periodic import note_work
from training.models import LIVE_STATES, Run, RunState
from training.models.clock import ClockTimestamp
from training.runner.letting_go import Ending, let_go
from training.selectors.paces import stalled_runs
from training.services.run_transitions import move, note

STALLED = "stalled"
# Two dispatchers at once would be harmless; one is enough.
PERIODIC_LOCKS = {"dispatch": 7_401, "reap": 7_402}


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
            outcomes.append((run.pk, let_go(run, ending, actor="reaper", raise_fence=True)))
        return outcomes


def note_stalls() -> list[UUID]:
    """Say once, in its events, that a run has stopped moving; it goes on all the same.

    A step that comes after all makes room for the next note.
    """
    noted = []
    for run, seconds in stalled_runs().items():
        since = ClockTimestamp() - timedelta(seconds=seconds)
        if not run.events.filter(detail__startswith=STALLED, happened_at__gt=since).exists():
            note(run, actor="reaper", detail=f"{STALLED}: no step for {seconds:.0f} s")
            noted.append(run.pk)
    return noted


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
        is_mine = bool(cursor.fetchone()[0])
        yield is_mine
        if is_mine:
            note_work(name)
