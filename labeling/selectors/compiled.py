"""Querysets whose SQL is worked out once, for the few requests that all labelers wait for.

Putting a queryset together and turning it into SQL takes Django several times as long as Postgres
takes to answer it, and comes out the same on every call but for the values.
"""

import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

# Values that no row has, to be recognised among the parameters of the compiled SQL.
STAND_IN_NUMBER = 2**62
STAND_INS: dict[type, Callable[[int], object]] = {
    int: lambda n: STAND_IN_NUMBER + n,
    UUID: lambda n: UUID(int=STAND_IN_NUMBER + n),
}


Row = TypeVar("Row", bound=Model)


class CompiledQuery(Generic[Row]):
    """The rows of ``build(name=value, ...)``, whose arguments are of these types.

    ``build`` is called once, with stand-ins: it may use its arguments as values to compare with and
    for nothing else, and must not look at settings, which tests change.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **arguments: type) -> None:
        self._build, self._arguments = build, arguments
        self._compiled: tuple[Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: object) -> list[Row]:
        return list(self._rows(values))

    def first(self, **values: object) -> Row | None:
        """The first of them; ``build`` sets the limit."""
        return next(self._rows(values), None)

    def _rows(self, values: dict[str, object]) -> Iterator[Row]:
        model_compiler, sql, parameters = self._compiled or self._compile()
        bound = tuple(
            values[parameter.name] if isinstance(parameter, _Argument) else parameter
            for parameter in parameters
        )
        compiler = copy.copy(model_compiler)
        # A connection belongs to its thread.
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_, **__: (sql, bound)
        queryset = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda **_: compiler),
            _known_related_objects={},
        )
        return iter(ModelIterable(queryset))  # type: ignore[arg-type]

    def _compile(self) -> tuple[Any, str, tuple[Any, ...]]:
        stand_ins = {
            name: STAND_INS[kind](n) for n, (name, kind) in enumerate(self._arguments.items())
        }
        name_of = {value: name for name, value in stand_ins.items()}
        queryset = self._build(**stand_ins)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        named = tuple(
            _Argument(name_of[parameter])
            if isinstance(parameter, int | UUID) and parameter in name_of
            else parameter
            for parameter in parameters
        )
        self._compiled = compiler, sql, named
        return self._compiled


class _Argument:
    """The place of an argument among the parameters."""

    def __init__(self, name: str) -> None:
        self.name = name
