"""Which runs the dispatcher rings for."""

from uuid import UUID

from training.models import Run, RunState
from training.models.clock import ClockTimestamp
from training.selectors.gpu_slots import num_free_slots


def runs_to_ring() -> list[UUID]:
    """The queued runs that are due, by priority, then age; no more than there are free slots.

    Ringing for more would only pile up messages. Two queries.
    """
    due = Run.objects.filter(
        state=RunState.QUEUED,
        cancel_requested_at__isnull=True,
        run_after__lte=ClockTimestamp(),
    ).order_by("-priority", "run_after", "created_at")
    return list(due.values_list("id", flat=True)[: num_free_slots()])
