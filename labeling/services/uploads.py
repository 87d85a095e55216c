"""Files that arrive in pieces of one size, in any order, each as often as a bad line needs."""

from math import ceil
from typing import Any, Final

from labeling.errors import Refused

CHUNK_BYTES: Final = 1_000_000


def num_pieces(num_bytes: int) -> int:
    return ceil(num_bytes / CHUNK_BYTES)


def piece_length(num_bytes: int, position: int) -> int:
    """How long the piece in this place is; 0 behind the end of the file."""
    return max(0, min(CHUNK_BYTES, num_bytes - position * CHUNK_BYTES))


def keep_piece(
    pieces: Any, *, num_bytes: int, position: int, content: bytes, is_open: bool
) -> None:
    """Keep one piece of a file; the same piece sent again changes nothing.

    ``pieces`` are the rows of the file's pieces, with ``position`` and ``content``. Precondition:
    the file's own row is locked.
    Raises: Refused("wrong_piece") (status 422), Refused("piece_differs"), Refused("import_over").
    """
    if not content or len(content) != piece_length(num_bytes, position):
        raise Refused(
            "wrong_piece",
            f"Piece {position} has {piece_length(num_bytes, position):,} bytes in a file of "
            f"{num_bytes:,}, not {len(content):,}.",
            status=422,
        )
    same = pieces.filter(position=position).first()
    if same is not None:
        if bytes(same.content) != content:
            raise Refused("piece_differs", "Another piece was uploaded in this place before.")
        return
    if not is_open:
        raise Refused("import_over", "This import is over; begin a new one.")
    pieces.create(position=position, content=content)
