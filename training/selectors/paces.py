"""How fast running runs go, and which of them do not move at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, Min, Q

from training.models import Run, RunAttempt, RunState
from training.models.clock import ClockTimestamp

# A step that takes this many times the usual one is no longer a slow step.
STEPS_OF_SILENCE = 10
# Loading a model and its data takes longer than any step; nobody knows yet how long a step takes.
FIRST_STEP_FACTOR = 3


@dataclass(frozen=True)
class Pace:
    """``seconds_left`` needs two steps that are this attempt's own, beyond what was reported before
    it began; one that goes, also through steps that were lost, has not stalled.
    """

    seconds_left: float | None
    stalled_seconds: float | None


def paces(page: Iterable[Run]) -> dict[UUID, Pace]:
    """The pace of every running run, by its present attempt and the database's clock. One query."""
    running = {run.pk: run for run in page if run.state == RunState.RUNNING}
    return {row["run"]: _pace(running[row["run"]], row) for row in _measured(running)}


def stalled_runs() -> dict[Run, float]:
    """Running runs that have made no step for too long, and for how many seconds. Two queries."""
    running = list(Run.objects.filter(state=RunState.RUNNING))
    measured = paces(running)
    return {
        run: seconds
        for run in running
        if run.pk in measured and (seconds := measured[run.pk].stalled_seconds) is not None
    }


def _measured(running: Iterable[UUID]) -> Iterable[Mapping[str, Any]]:
    if not running:
        return []
    # What a retry brings along of its parent's figures is recorded when it begins, all at once.
    own = Q(
        run__metrics__recorded_at__gte=F("started_at"),
        run__metrics__step__gte=F("first_new_step"),
    )
    return (
        RunAttempt.objects.filter(run__in=running, ended_at__isnull=True)
        .order_by()
        .values("run", "started_at", "stepped_at")
        .annotate(
            first_step=Min("run__metrics__step", filter=own),
            last_step=Max("run__metrics__step", filter=own),
            # The trainer's own clock: what waited for a database that was away is recorded at once.
            first_seconds=Min("run__metrics__elapsed_seconds", filter=own),
            last_seconds=Max("run__metrics__elapsed_seconds", filter=own),
            last_at=Max("run__metrics__recorded_at", filter=own),
            # Outside an aggregate every row would have a clock, and so a group, of its own.
            now=Max(ClockTimestamp()),
        )
    )


def _pace(run: Run, row: Mapping[str, Any]) -> Pace:
    left = None
    longest_silence = float(FIRST_STEP_FACTOR * settings.RUN_STALL_SECONDS)
    if row["first_step"] is not None and row["last_step"] > row["first_step"]:
        duration = row["last_seconds"] - row["first_seconds"]
        seconds_per_step = duration / (row["last_step"] - row["first_step"])
        if run.total_steps:
            left = max(0, run.total_steps - row["last_step"]) * seconds_per_step
        longest_silence = max(settings.RUN_STALL_SECONDS, STEPS_OF_SILENCE * seconds_per_step)
    moved_at = [row[name] for name in ("started_at", "last_at", "stepped_at") if row[name]]
    silence = (row["now"] - max(moved_at)).total_seconds()
    return Pace(seconds_left=left, stalled_seconds=silence if silence > longest_silence else None)
