"""Files that arrive in pieces of one size, in any order, each as often as a bad line needs.

The same for every kind of file; ``kind`` is its model. What is in the file is its own service's.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.models.uploads import CHUNK_BYTES, OPEN_STATES, Upload

UPLOAD_PATIENCE: Final = timedelta(days=1)

State = Upload.State
Kind = TypeVar("Kind", bound=Upload)


@transaction.atomic
def store_piece(*, kind: type[Upload], import_id: UUID, position: int, content: bytes) -> None:
    """Keep one piece of a file; the same piece sent again changes nothing.

    Raises: NotAccessible, Refused("wrong_piece") (status 422), Refused("piece_differs"),
    Refused("import_over").
    """
    found = lock_upload(kind, import_id)
    length = piece_length(found.num_bytes, position)
    if not content or len(content) != length:
        raise Refused(
            "wrong_piece",
            f"Piece {position} has {length:,} bytes in a file of {found.num_bytes:,}, "
            f"not {len(content):,}.",
            status=422,
        )
    pieces = pieces_of(found)
    same = pieces.filter(position=position).first()
    if same is not None:
        if bytes(same.content) != content:
            raise Refused("piece_differs", "Another piece was uploaded in this place before.")
        return
    if found.state not in OPEN_STATES:
        raise Refused("import_over", "This import is over; begin a new one.")
    pieces.create(position=position, content=content)


@transaction.atomic
def cancel_upload(*, kind: type[Kind], import_id: UUID) -> Kind:
    """Stop an import after the slice that is being stored; what is stored stays.

    Raises: NotAccessible, Refused("import_over") when it has ended by itself.
    """
    found = lock_upload(kind, import_id)
    if found.state == State.CANCELLED:
        return found
    if found.state not in OPEN_STATES:
        raise Refused("import_over", "This import has ended already.")
    end_upload(found, State.CANCELLED)
    return found


def begin_upload(found: Upload) -> None:
    """Say that somebody goes through it now. Precondition: the row is locked."""
    if found.state == State.QUEUED:
        found.state, found.started_at = State.RUNNING, Now()
        found.save(update_fields=["state", "started_at"])


def end_upload(found: Upload, state: State, *, failure: str = "") -> None:
    """Let go of the file itself. Precondition: the row is locked."""
    found.state, found.failure, found.finished_at = state, failure, Now()
    found.save(update_fields=["state", "failure", "finished_at"])
    found.refresh_from_db(fields=["finished_at"])
    for relation in found.GONE_AT_THE_END:
        getattr(found, relation).all().delete()


@transaction.atomic
def fail_abandoned_uploads(kind: type[Upload]) -> int:
    """End the imports whose file has not arrived within a day; how many there were."""
    waiting = kind._default_manager.select_for_update(skip_locked=True).filter(
        state=State.QUEUED, created_at__lt=Now() - UPLOAD_PATIENCE
    )
    abandoned = [one for one in waiting if pieces_of(one).count() < num_pieces(one.num_bytes)]
    for one in abandoned:
        end_upload(one, State.FAILED, failure="The upload was not finished within a day.")
    return len(abandoned)


def lock_upload(kind: type[Kind], import_id: UUID) -> Kind:
    """Raises: NotAccessible."""
    found = kind._default_manager.select_for_update(no_key=True).filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def pieces_of(found: Upload) -> Any:
    """The rows of its pieces, with ``position`` and ``content``; a model of its own per kind."""
    return found.chunks  # type: ignore[attr-defined]


def content_from(found: Upload, offset: int = 0) -> Iterator[bytes]:
    """The file from here on, a piece at a time. One query for each piece.

    It ends early where the import was cancelled meanwhile: its pieces are gone then.
    """
    for position in range(offset // CHUNK_BYTES, num_pieces(found.num_bytes)):
        piece = pieces_of(found).filter(position=position).values_list("content", flat=True).first()
        if piece is None:
            return
        yield bytes(piece)[max(0, offset - position * CHUNK_BYTES) :]


def num_pieces(num_bytes: int) -> int:
    return ceil(num_bytes / CHUNK_BYTES)


def piece_length(num_bytes: int, position: int) -> int:
    """How long the piece in this place is; 0 behind the end of the file."""
    return max(0, min(CHUNK_BYTES, num_bytes - position * CHUNK_BYTES))


def invalid_field(field_name: str, message: str) -> Refused:
    return Refused("invalid_request", message, status=400, fields={field_name: [message]})
