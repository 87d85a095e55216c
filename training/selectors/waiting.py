"""Why a run that waits has not started, in facts that a person can act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Extract

from training.models import GpuSlot, Run, RunState
from training.models.clock import ClockTimestamp
from training.selectors.gpu_slots import free_slots, is_online


class WaitingFor(StrEnum):
    # No gpu-worker reports in: ``silent_seconds`` says since when, None where none ever did.
    GPU_WORKER = "gpu_worker"
    FREE_SLOT = "free_slot"
    # The pause between two attempts: ``starts_in_seconds``.
    NEXT_ATTEMPT = "next_attempt"
    # Nothing: the dispatcher rings for it within seconds.
    DISPATCH = "dispatch"


@dataclass(frozen=True)
class Wait:
    waiting_for: WaitingFor
    silent_seconds: float | None = None
    starts_in_seconds: float | None = None


def waits(page: Iterable[Run]) -> dict[UUID, Wait]:
    """What every waiting run waits for. Two queries where any waits, none otherwise."""
    waiting = [run.pk for run in page if run.state in (RunState.QUEUED, RunState.RETRY_WAIT)]
    if not waiting:
        return {}
    for_a_slot = _wait_for_a_slot()
    due = Run.objects.filter(pk__in=waiting).values_list(
        "pk", Extract(F("run_after") - ClockTimestamp(), "epoch")
    )
    return {
        pk: Wait(WaitingFor.NEXT_ATTEMPT, starts_in_seconds=float(seconds))
        if seconds > 0
        else for_a_slot
        for pk, seconds in due
    }


def _wait_for_a_slot() -> Wait:
    slots = GpuSlot.objects.aggregate(
        num_online=Count("pk", filter=is_online()),
        num_free=Count("pk", filter=is_online() & Q(pk__in=free_slots())),
        silence=Extract(ClockTimestamp() - Max("last_seen"), "epoch"),
    )
    if not slots["num_online"]:
        silence = slots["silence"]
        return Wait(WaitingFor.GPU_WORKER, silent_seconds=silence and float(silence))
    return Wait(WaitingFor.DISPATCH if slots["num_free"] else WaitingFor.FREE_SLOT)
