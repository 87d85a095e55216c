"""Runs put straight into the database in any state, by the transitions that it allows (1.5)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tests.cast import numbers
from training.models import LIVE_STATES, GpuSlot, Run, RunState
from training.models.clock import ClockTimestamp

# Every run begins as a draft: what lies between that and each state.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "queued": (),
    "claimed": ("queued",),
    "running": ("queued", "claimed"),
    "stopping": ("queued", "claimed"),
    "retry_wait": ("queued", "claimed"),
    "paused": ("queued", "claimed"),
    "succeeded": ("queued", "claimed", "running"),
    "failed": ("queued", "claimed"),
    "cancelled": ("queued",),
}


def make_run_in(
    state: str, *, slot: GpuSlot | None = None, lease_until: datetime | None = None, **fields: Any
) -> Run:
    """A run of these fields that has come to a state; a live one holds the slot and the lease."""
    return take_to(Run.objects.create(**fields), state, slot=slot, lease_until=lease_until)


@transaction.atomic
def take_to(
    run: Run, state: str, *, slot: GpuSlot | None = None, lease_until: datetime | None = None
) -> Run:
    """Take a draft to a state. No event is written, and no slot is left that was not given."""
    passing = GpuSlot.objects.create(
        host=f"passing-{next(numbers)}", index=0, last_seen=ClockTimestamp()
    )
    for between in WAYS[state]:
        is_live = between in LIVE_STATES
        Run.objects.filter(pk=run.pk).update(
            state=between,
            slot=passing if is_live else None,
            lease_until=ClockTimestamp() if is_live else None,
        )
    if state != RunState.DRAFT:
        Run.objects.filter(pk=run.pk).update(state=state, slot=slot, lease_until=lease_until)
    passing.delete()
    run.refresh_from_db()
    return run
