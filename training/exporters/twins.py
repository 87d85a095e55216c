"""The same rows again as CSV for spreadsheets and as Parquet for everything else."""

import csv
import gzip
import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from labeling.exporters.csv_cells import safe_cell
from training.exporters.columns import COLUMNS, with_named_ratings

CSV: Final = "csv"
PARQUET: Final = "parquet"
ROWS_AT_ONCE: Final = 2_000
NO_PARQUET: Final = (
    "Parquet needs pyarrow, which is not installed here: pip install -r requirements-parquet.txt"
)
# A cell holds one value; orders of K completions and conversations are not for spreadsheets.
FLAT: Final = frozenset({"preference", "unpaired", "sft", "prompts"})


def has_parquet() -> bool:
    return find_spec("pyarrow") is not None


def write_twin(lines: Path, form: str) -> Path | None:
    """The twin of a file of JSON lines, whole or not at all; None where the form has none.

    Raises: ModuleNotFoundError where pyarrow is wanted and not installed.
    """
    base = base_of(lines)
    if form == CSV and base not in FLAT:
        return None
    twin = lines.with_name(f"{base}.{form}")
    if not twin.exists():
        draft = twin.with_name(f".{twin.name}.new")
        WRITERS[form](lines, draft)
        draft.replace(twin)
    return twin


def base_of(lines: Path) -> str:
    """The name of the file without its endings."""
    return lines.name.partition(".")[0]


def opened(lines: Path) -> BinaryIO:
    """The lines themselves, whether they are compressed or not."""
    return cast(BinaryIO, gzip.open(lines)) if lines.suffix == ".gz" else lines.open("rb")


def write_csv(lines: Path, draft: Path) -> None:
    """Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    with opened(lines) as source, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        names: list[str] = []
        for row in map(json.loads, source):
            if not names:
                names = list(row)
                writer.writerow(names)
            writer.writerow([safe_cell(row[name]) for name in names])


def write_parquet(lines: Path, draft: Path) -> None:
    """Ratings stand as a list of name and value, all else as in the lines.

    Raises: ModuleNotFoundError.
    """
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema(
        [(name, type_of(kind, pa)) for name, kind in COLUMNS[base_of(lines)].items()]
    )
    with (
        opened(lines) as source,
        parquet.ParquetWriter(draft, schema, compression="zstd") as writer,
    ):
        rows = map(with_named_ratings, map(json.loads, source))
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def type_of(kind: Any, pa: Any) -> Any:
    """The Arrow type of a column as ``COLUMNS`` describes it."""
    if isinstance(kind, list):
        return pa.list_(type_of(kind[0], pa))
    if isinstance(kind, dict):
        return pa.struct([(name, type_of(one, pa)) for name, one in kind.items()])
    simple = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    return simple[kind]


WRITERS: Final[Mapping[str, Callable[[Path, Path], None]]] = {
    CSV: write_csv,
    PARQUET: write_parquet,
}
