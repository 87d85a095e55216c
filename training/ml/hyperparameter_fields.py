"""How a stage's frozen dataclass of hyperparameters is declared, checked and described.

Torch-free: the API describes every stage without loading a model library.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, cast

Value = int | float | bool | str


class HyperparameterError(ValueError):
    """One hyperparameter is unknown, of the wrong kind, or out of its range."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(f"{field_name}: {message}")
        self.field = field_name
        self.message = message


@dataclass(frozen=True)
class HyperparameterField:
    """What a person needs to see of one hyperparameter before changing it."""

    name: str
    # int, float, bool, choice or text.
    kind: str
    default: Value
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    unit: str
    help: str
    source: str
    # A retry that goes on from what a run has learned may change it.
    may_change_in_retry: bool


def knob(
    default: Value,
    explanation: str,
    *,
    between: tuple[float, float] | None = None,
    choices: tuple[str, ...] = (),
    unit: str = "",
    source: str = "",
    may_change_in_retry: bool = False,
) -> Any:
    """A dataclass field that carries its own bounds, unit, help and source.

    What may change in a retry decides neither what is learned from nor what is learned.
    """
    metadata = {
        "help": explanation,
        "between": between,
        "choices": choices,
        "unit": unit,
        "source": source,
        "may_change_in_retry": may_change_in_retry,
    }
    return field(default=default, metadata=metadata)


def describe_field(declared: Field[Any]) -> HyperparameterField:
    low, high = declared.metadata["between"] or (None, None)
    return HyperparameterField(
        name=declared.name,
        kind=_kind_of(declared),
        default=cast(Value, declared.default),
        minimum=low,
        maximum=high,
        choices=declared.metadata["choices"],
        unit=declared.metadata["unit"],
        help=declared.metadata["help"],
        source=declared.metadata["source"],
        may_change_in_retry=declared.metadata["may_change_in_retry"],
    )


def describe_fields(stage_class: type) -> list[HyperparameterField]:
    return [describe_field(declared) for declared in fields(stage_class)]


def build(stage_class: type, given: Mapping[str, object]) -> Any:
    """An instance of the stage's dataclass from untrusted values.

    Raises: HyperparameterError naming the first field that is wrong.
    """
    declared_by_name = {declared.name: declared for declared in fields(stage_class)}
    values = {}
    for name, value in given.items():
        declared = declared_by_name.get(name)
        if declared is None:
            raise HyperparameterError(str(name), "no such hyperparameter of this stage")
        values[name] = _converted(declared, value)
    return stage_class(**values)


def check_fields(instance: Any) -> None:
    """Raises: HyperparameterError for the first value outside its declared bounds."""
    for declared in fields(instance):
        value = _converted(declared, instance.__dict__[declared.name])
        described = describe_field(declared)
        if described.choices and value not in described.choices:
            raise HyperparameterError(
                declared.name, f"must be one of {', '.join(described.choices)}"
            )
        if described.minimum is None or described.maximum is None:
            continue
        if not described.minimum <= cast(float, value) <= described.maximum:
            raise HyperparameterError(
                declared.name,
                f"must be between {described.minimum:g} and {described.maximum:g}",
            )


def _kind_of(declared: Field[Any]) -> str:
    if declared.metadata["choices"]:
        return "choice"
    return {bool: "bool", int: "int", float: "float", str: "text"}[type(declared.default)]


def _converted(declared: Field[Any], value: object) -> Value:
    kind = _kind_of(declared)
    if kind == "bool":
        if isinstance(value, bool):
            return value
        raise HyperparameterError(declared.name, "must be true or false")
    if kind in ("choice", "text"):
        if isinstance(value, str):
            return value
        raise HyperparameterError(declared.name, "must be text")
    return _converted_number(declared.name, kind, value)


def _converted_number(name: str, kind: str, value: object) -> Value:
    # bool is a subclass of int: True would otherwise pass as 1.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise HyperparameterError(name, "must be a number")
    if not math.isfinite(value):
        raise HyperparameterError(name, "must be finite")
    if kind == "float":
        return float(value)
    if value != int(value):
        raise HyperparameterError(name, "must be a whole number")
    return int(value)
