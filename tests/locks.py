"""Work of the background that goes on elsewhere meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from labeling.services.only_one import only_one


@contextmanager
def somebody_at(lock: int, key: str | None = None) -> Iterator[None]:
    """Another session of the database holds the lock."""
    is_held, let_go = threading.Event(), threading.Event()

    def be_at_it() -> None:
        with only_one(lock, key) as is_mine:
            assert is_mine
            is_held.set()
            let_go.wait(timeout=60)
        connections.close_all()

    other = threading.Thread(target=be_at_it)
    other.start()
    assert is_held.wait(timeout=60)
    try:
        yield
    finally:
        let_go.set()
        other.join()
