"""What this process logs, as an installation would write it down."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from config.logs import JsonFormatter

CANARY = "the canary sings at four"


@contextmanager
def logged() -> Iterator[list[str]]:
    """The JSON lines of everything that is logged meanwhile."""
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)
