"""Reading numbers out of Postgres as arrays, without an object for any of them.

``COPY ... (FORMAT binary)`` sends a bigint, or a double, as eight bytes behind their length, so
that rows of them are as wide as each other and numpy reads them where they lie.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from labeling.agreement.judgments import FloatArray, IntArray

# The signature, the flags, and the length of an extension that there never is; at the end a -1.
HEADER_BYTES: Final = 11 + 4 + 4
TRAILER_BYTES: Final = 2
NUMBER_BYTES: Final = 8
# Twice as much for a hash table: enough for the tasks of a million rankings.
LARGE_MEMORY: Final = "32MB"
# A condition that no row can meet is known before Postgres is asked.
NOTHING: Final = "SELECT WHERE false"


def integer_columns(sql: str, values: Sequence[object] = (), *, num_columns: int) -> IntArray:
    """The rows of a query whose columns are all bigints, none of them null, in its order.

    Shapes: columns x rows. Raises: ValueError where a column is something else.
    """
    return _columns(sql, values, num_columns, ">i8").astype(np.int64)


def float_columns(query: QuerySet[Any, Any], *, num_columns: int) -> FloatArray:
    """The rows of a query whose columns are all numbers, none of them null, in its order.

    Shapes: columns x rows. Raises: ValueError where a column is null.
    """
    return float_rows(*compiled(query), num_columns=num_columns)


def float_rows(sql: str, values: Sequence[object], *, num_columns: int) -> FloatArray:
    """The same of a statement, of which every column is named by its place."""
    if sql == NOTHING:
        return np.empty((num_columns, 0))
    names = [f"column_{n}" for n in range(num_columns)]
    doubles = ", ".join(f"{name}::double precision" for name in names)
    outer = f"SELECT {doubles} FROM ({sql}) AS inside ({', '.join(names)})"  # noqa: S608
    return _columns(outer, values, num_columns, ">f8").astype(np.float64)


def _columns(sql: str, values: Sequence[object], num_columns: int, form: str) -> NDArray[Any]:
    file = io.BytesIO()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(sql, values).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT binary)", file)
    field = np.dtype([("length", ">i4"), ("value", form)])
    row = np.dtype([("num_fields", ">i2"), ("fields", field, (num_columns,))])
    content = file.getbuffer()[HEADER_BYTES:-TRAILER_BYTES]
    num_rows, rest = divmod(len(content), row.itemsize)
    rows = np.frombuffer(content, dtype=row, count=num_rows)
    if rest or not (rows["fields"]["length"] == NUMBER_BYTES).all():
        raise ValueError(f"not {num_columns} columns of numbers without nulls: {sql[:200]}")
    columns: NDArray[Any] = rows["fields"]["value"].T
    return columns


def joined_numbers(parts: Iterable[bytes]) -> IntArray:
    """Numbers that Postgres joined as eight bytes each, the highest first."""
    return np.frombuffer(b"".join(parts), dtype=">i8").astype(np.int64)


@contextmanager
def large_read() -> Iterator[None]:
    """For a join of very many rows: the smaller side stays in memory instead of going to disk."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{LARGE_MEMORY}'")
        yield
        cursor.execute("SET LOCAL work_mem = DEFAULT")


def compiled(query: QuerySet[Any, Any]) -> tuple[str, tuple[object, ...]]:
    """The statement of a query and its values, to stand inside another statement."""
    try:
        sql, values = query.query.sql_with_params()
    except EmptyResultSet:
        return NOTHING, ()
    return sql, tuple(values)
