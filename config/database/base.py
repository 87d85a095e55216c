"""Postgres as Django knows it, but its errors do not repeat the row or the value that was refused.

Postgres adds the whole row to a broken constraint ("Failing row contains …"), and a value that does
not fit to what it says of it. Both may be what a person wrote, and an error that nobody expected
ends in a log with its traceback, whoever writes that: the web, Celery, a command.
"""

from types import TracebackType

import psycopg2
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

# SQLSTATE's class for values that cannot be stored or read: even its first line quotes them.
DATA_EXCEPTION = "22"


class WithoutRows(DatabaseErrorWrapper):
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exc_value, psycopg2.Error) and exc_value.pgcode is not None:
            exc_value.args = (without_rows(exc_value),)
        super().__exit__(exc_type, exc_value, traceback)


def without_rows(error: psycopg2.Error) -> str:
    """What Postgres said first, if that quotes no value; ``diag`` still has the rest."""
    code = error.pgcode or ""
    if code.startswith(DATA_EXCEPTION):
        return f"a value was refused ({type(error).__name__}, SQLSTATE {code})"
    return f"{error.diag.message_primary} (SQLSTATE {code})"


class DatabaseWrapper(base.DatabaseWrapper):
    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return WithoutRows(self)
