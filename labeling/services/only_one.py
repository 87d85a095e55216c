"""Work of the background that nobody else does meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def only_one(lock: int, key: str | None = None) -> Iterator[bool]:
    """Whether nobody else is at it; the lock is held by the database session, and ends with it.

    With a key, whether nobody else is at that one: other keys of the same lock stay free.
    """
    held: list[int | str] = [lock] if key is None else [lock, key]
    arguments = "%s" if key is None else "%s, hashtext(%s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({arguments})", held)
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({arguments})", held)
