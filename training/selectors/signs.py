"""One figure that a monitoring system is told."""

from collections.abc import Mapping
from dataclasses import dataclass

GAUGE, COUNTER = "gauge", "counter"
Values = Mapping[str, float]


@dataclass(frozen=True)
class Sign:
    """One metric: by the values of its label, or under the empty name without one."""

    name: str
    text: str
    values: Values
    label: str = ""
    kind: str = GAUGE
