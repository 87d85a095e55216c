"""What became of the rows of a file, each of them counted once."""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum


class RowOutcome(IntEnum):
    """Of a row that is several records, the weightiest counts."""

    LEFT_OUT = 0
    SKIPPED = 1
    STORED = 2
    BROKEN = 3


@dataclass
class RowCounts:
    """Rows by their outcome, so that all of them together are the rows that were read."""

    _outcome_of: dict[int, RowOutcome] = field(default_factory=dict)
    # Of what was read of more than one row, which stands under the first of them.
    _num_rows: dict[int, int] = field(default_factory=dict)

    def add(self, line: int, outcome: RowOutcome, num_rows: int = 1) -> None:
        """Row 0 is the file as a whole, and none of its rows."""
        if line == 0:
            return
        self._outcome_of[line] = max(outcome, self._outcome_of.get(line, outcome))
        if num_rows > 1:
            self._num_rows[line] = num_rows

    def total(self) -> int:
        return len(self._outcome_of) + sum(self._num_rows.values()) - len(self._num_rows)

    def by_outcome(self) -> dict[RowOutcome, int]:
        counted = Counter(self._outcome_of.values())
        for line, num_rows in self._num_rows.items():
            counted[self._outcome_of[line]] += num_rows - 1
        return {outcome: counted[outcome] for outcome in RowOutcome}
