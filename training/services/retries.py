"""What a retry may change of the run that it goes on from, and where it takes its place.

A retry begins with its parent's checkpoints only where both are the same training: the same code,
inputs, seed and hyperparameters, but for those that decide neither what is learned from nor what is
learned, such as the ceiling at which a run stops.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from labeling.models import User
from training.ml.hyperparameters import describe
from training.models import Refresh, RoundLink, Run, RunState
from training.services.run_requests import invalid_run

RETRIABLE_STATES = (RunState.FAILED, RunState.CANCELLED)


def changeable(stage: str) -> list[str]:
    """The hyperparameters that a retry may change."""
    return [field.name for field in describe(stage) if field.may_change_in_retry]


def changes_of_retry(run: Run, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted and differs from the run.

    Raises: Refused("invalid_run") with a message for every field that may not change.
    """
    stored = run.spec["hyperparameters"]
    changes = {name: value for name, value in wanted.items() if value != stored.get(name)}
    allowed = changeable(run.stage)
    message = (
        "a retry goes on from what the run has learned and cannot change this; request a new run. "
        f"What it can change: {', '.join(allowed) or 'nothing'}"
    )
    if fields := {f"hyperparameters.{name}": [message] for name in changes if name not in allowed}:
        raise invalid_run(fields)
    return changes


def take_the_place_of(parent: Run, retry: Run, *, by: User) -> None:
    """Open rounds and standing reward models that stand on the parent go on with its retry.

    Not where something later of the same step is under way or done: that is what counts there.
    Precondition: the parent is locked, so that of two retries one takes its place.
    """
    for link in RoundLink.objects.filter(run=parent, round__closed_at__isnull=True):
        step = RoundLink.objects.filter(round=link.round_id, step=link.step)
        if not _is_overtaken(step.filter(pk__gt=link.pk)):
            step.create(round_id=link.round_id, step=link.step, run=retry, started_by=by)
    for refresh in Refresh.objects.filter(run=parent):
        refreshes = Refresh.objects.filter(standing=refresh.standing_id)
        if not _is_overtaken(refreshes.filter(pk__gt=refresh.pk)):
            refreshes.create(
                standing_id=refresh.standing_id, run=retry, snapshot_id=refresh.snapshot_id
            )


def _is_overtaken(later: QuerySet[RoundLink] | QuerySet[Refresh]) -> bool:
    return later.exclude(run__state__in=RETRIABLE_STATES).exists()


def beginnings_of(run: Run) -> Iterator[Run]:
    """The runs whose checkpoints this one can go on from, the nearest first.

    Its parent may have ended before it took over what the one before had: cancelled while it
    waited, or on a full disk. One query each.
    """
    parent = run.parent
    while parent is not None and is_same_training(run, parent):
        yield parent
        parent = parent.parent


def is_same_training(run: Run, parent: Run) -> bool:
    """Whether the checkpoints of one are a beginning of the other."""
    if run.code_revision != parent.code_revision:
        return False
    return _lasting(run) == _lasting(parent)


def _lasting(run: Run) -> dict[str, Any]:
    """A run's specification without what a retry may change."""
    free = set(changeable(run.stage))
    lasting = {
        name: value for name, value in run.spec["hyperparameters"].items() if name not in free
    }
    return {**run.spec, "hyperparameters": lasting}
