"""Freezing over the API and waiting for it."""

import time
from collections.abc import Mapping
from typing import Any

from simulation.client import Client

POLL_SECONDS = 0.5


class FreezingFailed(Exception):
    """There is no snapshot; the message says why."""


def freeze(admin: Client, wanted: Mapping[str, Any]) -> str:
    """The id of the snapshot, once a worker has frozen it. Raises: FreezingFailed."""
    freezing = admin.post("snapshots/", wanted)
    while freezing["state"] in {"queued", "running"}:
        time.sleep(POLL_SECONDS)
        freezing = admin.get(f"freezings/{freezing['id']}/")
    if freezing["state"] == "failed":
        raise FreezingFailed(f"{freezing['name']} was not frozen: {freezing['failure']}")
    identifier: str = freezing["snapshot_id"]
    return identifier
