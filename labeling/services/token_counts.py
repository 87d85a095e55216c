"""How long a text is in tokens, for the limits on demonstrations (R20) and on prompts (R10).

The count is exact where a tokenizer is installed (settings.TOKENIZER_FILE, the tokenizer.json of
the base model). Where none is, it is estimated at four bytes of UTF-8 a token, and not stored:
English prose has a little more (4.2 in SmolLM2's tokens), technical text less (3.6), other scripts
far less.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

from django.conf import settings
from tokenizers import Tokenizer

BYTES_PER_TOKEN = 4


@dataclass(frozen=True)
class TokenCount:
    tokens: int
    is_exact: bool


def count_tokens(text: str) -> TokenCount:
    path: Path = settings.TOKENIZER_FILE
    if not path.is_file():
        return TokenCount(ceil(len(text.encode()) / BYTES_PER_TOKEN), is_exact=False)
    encoding = load_tokenizer(path).encode(text, add_special_tokens=False)
    return TokenCount(len(encoding.ids), is_exact=True)


def tokenize(texts: Sequence[str]) -> list[list[int]] | None:
    """The token ids of each text, or None where no tokenizer is installed."""
    path: Path = settings.TOKENIZER_FILE
    if not path.is_file():
        return None
    encodings = load_tokenizer(path).encode_batch_fast(list(texts), add_special_tokens=False)
    return [encoding.ids for encoding in encodings]


def tokenizer_digest() -> str | None:
    """Which tokenizer is installed, as the SHA-256 of its file; None where none is."""
    path: Path = settings.TOKENIZER_FILE
    return digest_of_file(path) if path.is_file() else None


@lru_cache(maxsize=1)
def digest_of_file(path: Path) -> str:
    """Read once per process, like the tokenizer itself."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def load_tokenizer(path: Path) -> Tokenizer:
    """Read once per process: a new tokenizer needs a restart."""
    return Tokenizer.from_file(str(path))
