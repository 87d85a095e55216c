"""Reading uploaded files of every kind: how far they are, and what was said of their rows."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, F, Model, QuerySet

from labeling.errors import NotAccessible
from labeling.models.uploads import CHUNK_BYTES, OPEN_STATES, Upload

Kind = TypeVar("Kind", bound=Upload)
Said = TypeVar("Said", bound=Model)


def uploads(kind: type[Kind]) -> QuerySet[Kind]:
    return kind._default_manager.select_related("created_by")


def access_upload(kind: type[Kind], import_id: UUID) -> Kind:
    """For researchers. One query. Raises: NotAccessible."""
    found = uploads(kind).filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def waiting_uploads(kind: type[Kind]) -> QuerySet[Kind]:
    """Those that are to be gone through, the oldest first: open, and their file is here in full.

    All pieces have their full length, so they are counted.
    """
    counted: Any = kind._default_manager.alias(num_chunks=Count("chunks"))
    whole = counted.filter(num_bytes__lte=F("num_chunks") * CHUNK_BYTES, state__in=OPEN_STATES)
    waiting = kind._default_manager.filter(state__in=OPEN_STATES, pk__in=whole.values("pk"))
    return waiting.order_by("created_at", "pk")


def uploaded_positions(found: Upload) -> list[int]:
    """Which pieces are here while it is uploaded, so that it goes on where it was cut off."""
    if found.state != Upload.State.QUEUED:
        return []
    pieces: Any = found.chunks  # type: ignore[attr-defined]
    return list(pieces.order_by("position").values_list("position", flat=True))


def num_by_outcome(rows: QuerySet[Said], outcomes: Iterable[str]) -> dict[str, int]:
    """How many rows of the file; every outcome has its number, 0 too. One query."""
    num = Count("line", distinct=True)
    counted = dict(rows.order_by().values_list("outcome").annotate(num=num))
    return {outcome: counted.get(outcome, 0) for outcome in outcomes}


def with_outcome(rows: QuerySet[Said], outcome: str | None) -> QuerySet[Said]:
    """Unordered; only rows of this outcome, if one is given."""
    return rows if outcome is None else rows.filter(outcome=outcome)


def in_file_order(rows: QuerySet[Said]) -> Iterator[Said]:
    """All of them, read a thousand at a time."""
    return rows.order_by("line", "pk").iterator(chunk_size=1_000)
