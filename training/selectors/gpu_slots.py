"""Which accelerators there are, and which of them have nothing to do."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Extract

from training.models import LIVE_STATES, GpuSlot, Run
from training.models.clock import ClockTimestamp

# A slot that has missed this many reports is taken to be gone.
MISSED_REPORTS = 3


@dataclass(frozen=True)
class SlotStatus:
    slot: GpuSlot
    is_online: bool
    run_id: UUID | None
    # By the database's clock: a browser's own may be wrong.
    silent_seconds: float


def slot_statuses() -> list[SlotStatus]:
    """Every slot that ever reported in, with the run that holds it. One query."""
    holder = Run.objects.filter(slot=OuterRef("pk"), state__in=LIVE_STATES).values("pk")[:1]
    rows = GpuSlot.objects.annotate(
        holder=Subquery(holder),
        reports=ExpressionWrapper(is_online(), output_field=BooleanField()),
        silence=Extract(ClockTimestamp() - F("last_seen"), "epoch"),
    ).order_by("host", "index")
    return [
        SlotStatus(
            slot=row, is_online=row.reports, run_id=row.holder, silent_seconds=float(row.silence)
        )
        for row in rows
    ]


def num_free_slots() -> int:
    """Slots that are there and have nothing to do. One query."""
    return free_slots().filter(is_online()).count()


def processes_per_run() -> int:
    """How many processes the next run will have. One query.

    Of the slots that report in, the one with the fewest; where none does, of those that once did.
    """
    slots = GpuSlot.objects.annotate(
        reports=ExpressionWrapper(is_online(), output_field=BooleanField())
    ).order_by("-reports", "num_processes")
    return slots.values_list("num_processes", flat=True).first() or 1


def free_slots() -> QuerySet[GpuSlot]:
    """Slots that no live run holds, whether they still report in or not."""
    return GpuSlot.objects.exclude(pk__in=Run.objects.filter(state__in=LIVE_STATES).values("slot"))


def is_online() -> Q:
    silence = timedelta(seconds=MISSED_REPORTS * settings.HEARTBEAT_SECONDS)
    return Q(last_seen__gt=ClockTimestamp() - silence)
