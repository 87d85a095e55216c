"""How long a text is in tokens, for the limit on demonstrations (R20).

The count is exact where a tokenizer is installed (settings.TOKENIZER_FILE, the tokenizer.json of
the base model). Where none is, it is estimated at four bytes of UTF-8 a token, and not stored:
English prose has a little more (4.2 in SmolLM2's tokens), technical text less (3.6), other scripts
far less.
"""

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


@lru_cache(maxsize=1)
def load_tokenizer(path: Path) -> Tokenizer:
    """Read once per process: a new tokenizer needs a restart."""
    return Tokenizer.from_file(str(path))
