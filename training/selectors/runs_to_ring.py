"""Which runs the dispatcher rings for."""

from datetime import timedelta
from uuid import UUID

from training.models import LIVE_STATES, GpuSlot, Run, RunState
from training.models.clock import ClockTimestamp

# A slot that has not reported in for this long is taken to be gone.
ONLINE_SECONDS = 30


def num_free_slots() -> int:
    """Slots that are there and have nothing to do. One query."""
    return (
        GpuSlot.objects.filter(last_seen__gt=ClockTimestamp() - timedelta(seconds=ONLINE_SECONDS))
        .exclude(pk__in=Run.objects.filter(state__in=LIVE_STATES).values("slot"))
        .count()
    )


def runs_to_ring() -> list[UUID]:
    """The oldest queued runs that are due, no more than there are free slots.

    Ringing for more would only pile up messages. Two queries.
    """
    due = Run.objects.filter(
        state=RunState.QUEUED,
        cancel_requested_at__isnull=True,
        run_after__lte=ClockTimestamp(),
    ).order_by("run_after", "created_at")
    return list(due.values_list("id", flat=True)[: num_free_slots()])
