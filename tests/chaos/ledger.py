"""What was measured: one row per fault, kept between calls, printed and written to the docs."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "faults.md"
HEADER = "| # | fault | injected | target | measured | on |"


@dataclass(frozen=True)
class Row:
    number: int
    fault: str
    injected: str
    target: str
    measured: str
    on: str
    seconds: float

    def line(self) -> str:
        cells = (self.number, self.fault, self.injected, self.target, self.measured, self.on)
        return f"| {' | '.join(map(str, cells))} |"


class Ledger:
    """Rows of this call over those of earlier ones, so that one fault can be measured again."""

    def __init__(self) -> None:
        state = Path(os.environ.get("CONCORD_STATE_DIR") or ROOT / ".concord" / "test")
        self._kept = state / "faults.json"
        self.fresh: list[Row] = []

    def add(self, row: Row) -> None:
        self.fresh.append(row)

    def rows(self) -> list[Row]:
        kept = json.loads(self._kept.read_text()) if self._kept.exists() else []
        rows = {row["number"]: Row(**row) for row in kept}
        rows |= {row.number: row for row in self.fresh}
        return [rows[number] for number in sorted(rows)]

    def save(self) -> None:
        rows = self.rows()
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._kept.write_text(json.dumps([asdict(row) for row in rows], indent=1))
        DOCUMENT.write_text(document(rows))


def document(rows: list[Row]) -> str:
    introduction = (ROOT / "tests" / "chaos" / "introduction.md").read_text()
    table = "\n".join([HEADER, "|--:|---|---|---|---|---|", *(row.line() for row in rows)])
    return f"{introduction.rstrip()}\n\n{table}\n"
