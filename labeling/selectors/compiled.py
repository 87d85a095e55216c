"""Querysets whose SQL is worked out once, for the few requests that all labelers wait for.

Putting a queryset together, turning it into SQL and planning that takes Django and Postgres several
times as long as running it, and comes out the same on every call but for the values. So the SQL is
kept here, and its plan in Postgres as a prepared statement of the connection.
"""

import copy
from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from psycopg2.extensions import AsIs

# Values that no row has, to be recognised among the parameters of the compiled SQL.
STAND_IN_NUMBER = 2**62
STAND_INS: dict[type, Callable[[int], object]] = {
    int: lambda n: STAND_IN_NUMBER + n,
    UUID: lambda n: UUID(int=STAND_IN_NUMBER + n),
    str: lambda n: f"stand-in {n}",
}
NUMBERS = count(1)
# The names of the statements that each connection of the driver has prepared.
PREPARED: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()


Row = TypeVar("Row", bound=Model)


class CompiledQuery(Generic[Row]):
    """The rows of ``build(name=value, ...)``, whose arguments are of these types.

    ``build`` is called once, with stand-ins: it may use its arguments as values to compare with and
    for nothing else, and must not look at settings, which tests change.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **arguments: type) -> None:
        self._build, self._arguments = build, arguments
        self._name = f"concord_{next(NUMBERS)}"
        self._compiled: tuple[Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: object) -> list[Row]:
        return list(self._rows(values))

    def first(self, **values: object) -> Row | None:
        """The first of them; ``build`` sets the limit."""
        return next(self._rows(values), None)

    def _rows(self, values: dict[str, object]) -> Iterator[Row]:
        model_compiler, sql, parameters = self._compiled or self._compile()
        connection = connections[DEFAULT_DB_ALIAS]
        self._prepare(connection, sql, parameters)
        bound = tuple(values[name] for name in self._arguments)
        execute = f"EXECUTE {self._name}" + (f"({', '.join(['%s'] * len(bound))})" if bound else "")
        compiler = copy.copy(model_compiler)
        # A connection belongs to its thread.
        compiler.connection = connection
        compiler.as_sql = lambda *_, **__: (execute, bound)
        queryset = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda **_: compiler),
            _known_related_objects={},
        )
        return iter(ModelIterable(queryset))  # type: ignore[arg-type]

    def _prepare(self, connection: Any, sql: str, parameters: tuple[Any, ...]) -> None:
        """Once per connection; constants stay in the text, where a partial index can see them."""
        # What a cursor would do first: after a restart of Postgres this is another connection.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        names = PREPARED.setdefault(connection.connection, set())
        if self._name in names:
            return
        with connection.connection.cursor() as cursor:
            text = cursor.mogrify(sql, parameters).decode()
            cursor.execute(f"PREPARE {self._name} AS {text}")
        names.add(self._name)

    def _compile(self) -> tuple[Any, str, tuple[Any, ...]]:
        stand_ins = {
            name: STAND_INS[kind](n) for n, (name, kind) in enumerate(self._arguments.items())
        }
        place_of = {value: AsIs(f"${n}") for n, value in enumerate(stand_ins.values(), start=1)}
        compiler = self._build(**stand_ins).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters(column for column, _, _ in compiler.select)
        compiler.get_converters = lambda _: converters
        self._compiled = compiler, sql, tuple(_placed(value, place_of) for value in parameters)
        return self._compiled


def _placed(value: Any, place_of: dict[object, AsIs]) -> Any:
    is_comparable = isinstance(value, int | str | UUID)
    return place_of.get(value, value) if is_comparable else value
