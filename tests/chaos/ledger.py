"""What was measured: one row per fault, kept in the docs, where the next call finds it."""

from dataclasses import astuple, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "faults.md"
# Ends what was injected where the fault was shorter than the plan has it.
SHORTENED = " (shortened)"
HEADER = "| # | fault | injected | target | measured | took | on |"
SEPARATOR = " | "


@dataclass(frozen=True)
class Row:
    number: int
    fault: str
    injected: str
    target: str
    measured: str
    took: str
    on: str

    def line(self) -> str:
        return f"| {SEPARATOR.join(map(str, astuple(self)))} |"

    @property
    def key(self) -> tuple[int, str]:
        """A fault of the plan may be injected in several ways."""
        return self.number, self.fault

    @property
    def is_shortened(self) -> bool:
        return self.injected.endswith(SHORTENED)

    @classmethod
    def of_line(cls, line: str) -> "Row":
        number, *cells = line.strip().removeprefix("| ").removesuffix(" |").split(SEPARATOR)
        return cls(int(number), *cells)


class Ledger:
    """Rows of this call over those of earlier ones, so that one fault can be measured again."""

    def __init__(self, document: Path = DOCUMENT) -> None:
        self._document = document
        self.fresh: list[Row] = []

    def add(self, row: Row) -> None:
        self.fresh.append(row)

    def rows(self) -> list[Row]:
        lines = self._document.read_text().splitlines() if self._document.exists() else []
        kept = [Row.of_line(line) for line in lines if line[:2] == "| " and line[2].isdecimal()]
        rows = {row.key: row for row in kept}
        for row in self.fresh:
            # What was measured at full length says more than that it also holds for a shorter one.
            if not row.is_shortened or rows.get(row.key, row).is_shortened:
                rows[row.key] = row
        return [rows[key] for key in sorted(rows)]

    def save(self) -> None:
        self._document.write_text(page(self.rows()))


def page(rows: list[Row]) -> str:
    introduction = (ROOT / "tests" / "chaos" / "introduction.md").read_text()
    table = "\n".join([HEADER, "|--:|---|---|---|---|---|---|", *(row.line() for row in rows)])
    return f"{introduction.rstrip()}\n\n{table}\n"
