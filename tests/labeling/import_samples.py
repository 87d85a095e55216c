"""A small file of every format, shaped exactly as the format is handed out, and written here."""

import json
from collections.abc import Callable

from tests.labeling.judgment_files import debate, duel


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def array(*rows: object) -> bytes:
    return json.dumps(rows, indent=2).encode()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "ukp": lambda: lines(debate(1), debate(2)),
    "pandalm": lambda: array(duel(0), duel(1)),
}
