"""Writing arrays into Postgres, without an object for any of their numbers."""

import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER: Final = b"\xff\xff"
# By the type of the column, how it lies in a binary copy; a time is in microseconds.
FORMS: Final[Mapping[str, str]] = {
    "smallint": ">i2",
    "integer": ">i4",
    "bigint": ">i8",
    "double precision": ">f8",
    "timestamp with time zone": ">i8",
}
MICROSECONDS_TO_2000: Final = 946_684_800_000_000


def copy_numbers(model: type[Model], columns: Mapping[str, NDArray[Any]]) -> None:
    """Add a row for each entry; what is no column here gets its default. No column may be null.

    Shapes: all columns alike; times are microseconds since 1970.
    Raises: KeyError for a column that holds something else than numbers or times.
    """
    kinds = {name: _kind_of(model, name) for name in columns}
    parts: list[tuple[Any, ...]] = [("num_fields", ">i2")]
    for name, kind in kinds.items():
        parts += [(f"{name} length", ">i4"), (name, FORMS[kind])]
    rows = np.zeros(len(next(iter(columns.values()))), dtype=parts)
    rows["num_fields"] = len(columns)
    for name, values in columns.items():
        # Postgres counts from the year 2000.
        since = MICROSECONDS_TO_2000 if kinds[name].startswith("timestamp") else 0
        rows[f"{name} length"] = rows.dtype[name].itemsize
        rows[name] = values - since if since else values
    file = io.BytesIO(HEADER + rows.tobytes() + TRAILER)
    sql = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, file)


def _kind_of(model: type[Model], column: str) -> str:
    field = next(one for one in model._meta.concrete_fields if one.column == column)
    return str(field.db_type(connection))
