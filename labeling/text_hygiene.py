"""What can be said about a text without asking anybody: its identity, its key, its split.

Texts are never normalised: the hash is that of the exact bytes.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

Split = Literal["train", "validation"]
CapBy = Literal["organization", "user"]

# Longer prompts are kept, but neither sampled for nor trained on (R10).
MAX_PROMPT_TOKENS: Final = 1_024

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


def counted_key(*, organization_key: str, user_key: str, cap_by: CapBy) -> str:
    """Under whom a prompt is counted against the cap (R5); empty when it has nobody's key."""
    if cap_by == "user":
        return user_key or organization_key
    return organization_key or user_key


def prefix_mark(*, num_units: int, tokenizer: str | None) -> str:
    """How a prefix was cut, in front of its hash: prefixes cut differently say nothing together.

    ``tokenizer`` is the digest of the one that cut; without one, words are counted.
    """
    return f"words:{num_units}:" if tokenizer is None else f"{tokenizer[:8]}:{num_units}:"


def prefix_key(units: Sequence[int] | Sequence[str], *, num_units: int, mark: str) -> str | None:
    """The mark and the hash of the first tokens (R4), 64 characters; None for a shorter text."""
    if len(units) < num_units:
        return None
    first = " ".join(str(unit) for unit in units[:num_units])
    return (mark + text_sha256(first))[:64]


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
