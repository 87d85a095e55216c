"""Reading how far the agreement figures are: whether they are being worked out, or why not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import connection

from labeling.models import AgreementStore

# The lock of the database session that refreshes.
REFRESH_LOCK: Final = 6_042
IS_HELD: Final = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s
    AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


class RefreshState(StrEnum):
    IDLE = "idle"
    # Asked for; the next one begins within half a minute.
    ASKED = "asked"
    RUNNING = "running"
    # It ended with an error; the figures are of before, in part of the prompts of now.
    FAILED = "failed"
    # It ended without a word, as with its process; likewise.
    BROKE_OFF = "broke_off"


@dataclass(frozen=True)
class Refresh:
    """How far the figures are; ``num_done`` of ``num_changed`` prompts are of now."""

    state: RefreshState
    refreshed_at: datetime | None = None
    started_at: datetime | None = None
    num_changed: int = 0
    num_done: int = 0
    failed_at: datetime | None = None
    failure: str = ""


def agreement_refresh() -> Refresh:
    """Two queries at most."""
    store = AgreementStore.objects.filter(pk=1).first()
    if store is None:
        return Refresh(RefreshState.IDLE)
    return Refresh(
        state=_state(store),
        refreshed_at=store.refreshed_at,
        started_at=store.started_at,
        num_changed=store.num_changed,
        num_done=store.num_done,
        failed_at=store.failed_at,
        failure=store.failure,
    )


def is_asked_for() -> bool:
    return AgreementStore.objects.filter(pk=1, requested_at__isnull=False).exists()


def _state(store: AgreementStore) -> RefreshState:
    if store.started_at is not None and _is_held():
        return RefreshState.RUNNING
    if store.requested_at is not None:
        return RefreshState.ASKED
    if store.started_at is not None:
        return RefreshState.BROKE_OFF
    return RefreshState.IDLE if store.failed_at is None else RefreshState.FAILED


def _is_held() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_HELD, [REFRESH_LOCK])
        return bool(cursor.fetchone()[0])
