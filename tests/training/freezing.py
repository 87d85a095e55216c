"""Freezing as a person does it: asked for over HTTP, done by a worker, read again."""

from typing import Any

from labeling.models import User
from tests.cast import client_of
from training import tasks


def ask_to_freeze(person: User, **wanted: object) -> Any:
    """The answer to the wish, before any worker has seen it."""
    body = {"name": "all", "kind": "rm"} | wanted
    return client_of(person).post("/api/snapshots/", body, format="json")


def ended_freezing(person: User, **wanted: object) -> dict[str, Any]:
    """The freezing once a worker has had its turn."""
    answer = ask_to_freeze(person, **wanted)
    assert answer.status_code == 202, answer.content
    tasks.freeze()
    found: dict[str, Any] = client_of(person).get(f"/api/freezings/{answer.json()['id']}/").json()
    return found


def freeze_over_http(person: User, **wanted: object) -> dict[str, Any]:
    """The snapshot."""
    freezing = ended_freezing(person, **wanted)
    assert freezing["state"] == "done", freezing["failure"]
    answer = client_of(person).get(f"/api/snapshots/{freezing['snapshot_id']}/")
    snapshot: dict[str, Any] = answer.json()
    return snapshot
