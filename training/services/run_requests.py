"""What somebody asks of a run, checked as a whole before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from labeling.errors import Refused
from training.ml.hyperparameters import HyperparameterError, parse, warnings
from training.services.automatic_evaluations import check_evaluations
from training.services.model_fits import check_fits
from training.services.policy_weights import check_weights
from training.services.run_inputs import ChosenInput, Fields, check_inputs
from training.services.run_starts import check_start
from training.services.stages import STAGES


@dataclass(frozen=True)
class RunRequest:
    """``hyperparameters`` holds only what differs from the defaults."""

    stage: str
    inputs: Mapping[str, UUID]
    name: str = ""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    priority: int = 0
    # How much each policy of a sampling run writes, by role; the defaults where left out.
    weights: Mapping[str, float] = field(default_factory=dict)
    # The automatic evaluations that a trained policy ends with, by name.
    evaluations: Sequence[str] = ()


@dataclass(frozen=True)
class CheckedRequest:
    """What would be run, what a person should hear first, and what is wrong, by field."""

    hyperparameters: Any
    inputs: dict[str, ChosenInput]
    weights: dict[str, float]
    warnings: list[str]
    fields: Fields

    def refuse_if_wrong(self) -> None:
        """Raises: Refused("invalid_run") with a message per field (status 400)."""
        if self.fields:
            raise invalid_run(self.fields)


def check_request(request: RunRequest) -> CheckedRequest:
    """Name every problem at once. Two to five queries. Raises: Refused for an unknown stage."""
    if request.stage not in STAGES:
        raise invalid_run({"stage": [f"must be one of {', '.join(STAGES)}"]})
    hyperparameters, fields = _parse(request.stage, request.hyperparameters)
    inputs, input_fields = check_inputs(request.stage, request.inputs, hyperparameters)
    input_fields |= check_start(request.stage, inputs)
    fit_fields = check_fits(request.stage, inputs, hyperparameters)
    input_fields |= check_evaluations(request.stage, request.evaluations, inputs)
    weights, weight_fields = check_weights(request.inputs, inputs, request.weights)
    return CheckedRequest(
        hyperparameters=hyperparameters,
        inputs=inputs,
        weights=weights,
        warnings=warnings(request.stage, hyperparameters),
        fields=fit_fields | fields | input_fields | weight_fields,
    )


def check_all_but(request: RunRequest, role: str) -> CheckedRequest:
    """The request before the input of this role is there: what is frozen is never removed again."""
    checked = check_request(request)
    fields = {name: said for name, said in checked.fields.items() if name != f"inputs.{role}"}
    return replace(checked, fields=fields)


def invalid_run(fields: Fields) -> Refused:
    return Refused("invalid_run", "The run cannot be started as asked.", status=400, fields=fields)


def in_words(refused: Refused) -> str:
    """A refusal for somebody who sees no form: its message, and what is wrong with which field."""
    said = [f"{name} {' '.join(messages)}" for name, messages in refused.fields.items()]
    return " ".join([refused.message, *(f"{one}." for one in said)])


def _parse(stage: str, overrides: Mapping[str, Any]) -> tuple[Any, Fields]:
    """The hyperparameters without those that are wrong, and what is wrong with them."""
    usable = dict(overrides)
    fields: Fields = {}
    while True:
        try:
            return parse(stage, usable), fields
        except HyperparameterError as error:
            name = f"hyperparameters.{error.field}"
            if name in fields or not usable:
                raise
            fields[name] = [error.message]
            # A rule between two values may name the one that was not given.
            if usable.pop(error.field, None) is None:
                usable.clear()
