"""Requesting the runs of a sweep: one request, several values of one hyperparameter (R56, R75)."""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from labeling.models import User
from labeling.services.audit import record
from training.ml.hyperparameters import describe
from training.models import Run, Sweep
from training.services.run_requests import RunRequest, check_request, invalid_run
from training.services.runs import queue_run
from training.services.stages import STAGES

NUM_VALUES_MINIMUM, NUM_VALUES_MAXIMUM = 2, 20
# Where nothing is learned, no value of a number could be better than another.
SWEPT_STAGES = tuple(
    stage for stage in STAGES if stage not in {Run.Stage.SAMPLING, Run.Stage.SCORING}
)
SWEPT_KINDS = frozenset({"int", "float"})
MAXIMUM_NAME = 160


@dataclass(frozen=True)
class SweepRequest:
    """``request`` is what all runs have in common; ``field`` is what the values were given as."""

    request: RunRequest
    parameter: str
    values: Sequence[float]
    field: str = "values"


@transaction.atomic
def request_sweep(*, by: User, wanted: SweepRequest) -> Sweep:
    """Queue one run per value, all with the same seed; none where any of them is wrong.

    Raises: Refused("invalid_run") with a message per field (status 400), listed values under
    ``values.0``, ``values.1`` and so on.
    """
    check_parameter(wanted)
    seed = secrets.randbelow(2**31) if wanted.request.seed is None else wanted.request.seed
    requests = [
        replace(
            wanted.request,
            seed=seed,
            name=f"{sweep_name(wanted)[: MAXIMUM_NAME - 12]} {value:g}",
            hyperparameters={**wanted.request.hyperparameters, wanted.parameter: value},
        )
        for value in wanted.values
    ]
    check_values(requests, wanted)
    sweep = Sweep.objects.create(
        name=sweep_name(wanted),
        stage=wanted.request.stage,
        parameter=wanted.parameter,
        created_by=by,
    )
    for request in requests:
        queue_run(by=by, request=request, sweep=sweep)
    details = {"name": sweep.name, "stage": sweep.stage, wanted.parameter: list(wanted.values)}
    record(actor=by, action="request_sweep", subject=sweep, details=details)
    return sweep


def check_parameter(wanted: SweepRequest) -> None:
    if wanted.request.stage not in SWEPT_STAGES:
        raise invalid_run({"stage": [f"must be one of {', '.join(SWEPT_STAGES)}"]})
    swept = [field.name for field in describe(wanted.request.stage) if field.kind in SWEPT_KINDS]
    if wanted.parameter not in swept:
        raise invalid_run({"parameter": [f"must be one of the numbers {', '.join(swept)}"]})
    if not NUM_VALUES_MINIMUM <= len(wanted.values) <= NUM_VALUES_MAXIMUM:
        allowed = f"{NUM_VALUES_MINIMUM} to {NUM_VALUES_MAXIMUM}"
        raise invalid_run({wanted.field: [f"must be {allowed} values, not {len(wanted.values)}"]})
    if len(set(wanted.values)) < len(wanted.values):
        raise invalid_run({wanted.field: ["must differ from one another"]})


def check_values(requests: Sequence[RunRequest], wanted: SweepRequest) -> None:
    """Name every value that cannot be used, and once whatever else is wrong."""
    fields: dict[str, list[str]] = {}
    for place, request in enumerate(requests):
        for name, messages in check_request(request).fields.items():
            if name != f"hyperparameters.{wanted.parameter}":
                fields[name] = messages
            elif wanted.field == "values":
                fields[f"values.{place}"] = messages
            else:
                said = fields.setdefault(wanted.field, [])
                said.extend(f"{wanted.values[place]:g} {message}" for message in messages)
    if fields:
        raise invalid_run(fields)


def sweep_name(wanted: SweepRequest) -> str:
    if wanted.request.name:
        return wanted.request.name
    return f"{STAGES[wanted.request.stage].label}: {wanted.parameter}"


def geometric_values(*, lowest: float, highest: float, num_values: int) -> list[float]:
    """Values in equal ratios from ``lowest`` to ``highest``, to four digits.

    Raises: Refused("invalid_run") unless 0 < lowest < highest and their ratio is a number.
    Source: Ouyang et al. 2022, C.1 and C.3 search learning rates this way.
    """
    if not 0 < lowest < highest:
        raise invalid_run({"geometric": ["lowest must be above 0 and below highest"]})
    if math.isinf(highest / lowest):
        raise invalid_run({"geometric": ["lowest and highest lie too far apart"]})
    ratio = (highest / lowest) ** (1 / (num_values - 1))
    return [float(f"{lowest * ratio**place:.4g}") for place in range(num_values)]
