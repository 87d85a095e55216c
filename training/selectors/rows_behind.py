"""Which rows of a snapshot a figure counts or measures (R45)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

UNSAID: Final = "unsaid"
UNKNOWN: Final = "unknown"


class RowsOf(StrEnum):
    PROMPTS = "prompts"
    DEMONSTRATIONS = "demonstrations"
    RANKINGS = "rankings"
    CUSTOMERS = "customers"


class Writer(StrEnum):
    """Who wrote the prompts."""

    LABELERS = "labelers"
    CUSTOMERS = "customers"


class Order(StrEnum):
    """By length only those whose length is known."""

    STORED = "stored"
    SHORTEST = "shortest"
    LONGEST = "longest"


@dataclass(frozen=True)
class RowsBehind:
    """``where`` is the filter in the words of the list of such rows."""

    of: RowsOf
    where: Mapping[str, str] = field(default_factory=dict)

    def that(self, **more: str) -> "RowsBehind":
        """Those of them that fit this as well."""
        return RowsBehind(self.of, {**self.where, **more})
