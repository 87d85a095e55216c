"""What can be said about a text without asking anybody: its identity, its key, its split.

Texts are never normalised: the hash is that of the exact bytes.
"""

import hashlib
import unicodedata
from typing import Final, Literal

Split = Literal["train", "validation"]

# 6,554 of 65,536 hash values: a tenth of the keys.
VALIDATION_BUCKETS: Final = 6_554

# Embeddings, overrides and isolates: they could make one person's name look like another's.
DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def cap_key(*, organization_key: str, user_key: str, text: str) -> str:
    """Whom a prompt is counted under: its organization, else its user, else only itself.

    Prompts of one key stay together in one split (R6).
    """
    return organization_key or user_key or text_sha256(text)


def split_of_key(key: str) -> Split:
    """The split of every prompt under this key: a function of the key alone (R6).

    Migration 0004 makes Postgres compute the same, so a row in the wrong split cannot be stored.
    """
    bucket = int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:2], "big")
    return "validation" if bucket < VALIDATION_BUCKETS else "train"


def has_control_characters(text: str) -> bool:
    """Whether a one-line name hides a line break, a control or a change of writing direction."""
    return any(
        unicodedata.category(character) in {"Cc", "Zl", "Zp"} or character in DIRECTION_CONTROLS
        for character in text
    )
