"""What a retry may change of the run that it goes on from.

A retry begins with its parent's checkpoints only where both are the same training: the same code,
inputs, seed and hyperparameters, but for those that decide neither what is learned from nor what is
learned, such as the ceiling at which a run stops.
"""

from collections.abc import Mapping
from typing import Any

from training.ml.hyperparameters import describe
from training.models import Run
from training.services.run_requests import invalid_run


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
