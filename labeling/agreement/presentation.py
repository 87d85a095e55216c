"""What a labeler sees of a text besides what it says: its length and its formatting, as numbers."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final
from zlib import crc32

import numpy as np

from labeling.agreement.judgments import FloatArray

# Markdown, as the ranking board draws it.
FORMATTING: Final[Mapping[str, re.Pattern[str]]] = {
    "list": re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE),
    "heading": re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE),
    "code": re.compile(r"^[ \t]*(?:```|~~~)|`[^`\n]+`", re.MULTILINE),
    "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
}
FORMATTING_LABELS: Final[Mapping[str, str]] = {
    "list": "Lists",
    "heading": "Headings",
    "code": "Code",
    "bold": "Bold words",
}
PUNCTUATION: Final = ("!", "?", ";", ":", "\N{EM DASH}", "(", '"', "\n\n")
WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
# Words are counted in so many buckets: enough that common words rarely share one.
NUM_BUCKETS: Final = 256
# More of a text says nothing new of its style, and bounds the cost of a long one.
CHARACTERS_READ: Final = 8_000


def formatting_of(text: str) -> dict[str, bool]:
    return {name: bool(pattern.search(text)) for name, pattern in FORMATTING.items()}


def length_features(text: str) -> list[float]:
    """Characters, words and lines, as logarithms, and how long the words are."""
    words = WORD.findall(text[:CHARACTERS_READ])
    return [
        float(np.log1p(len(text))),
        float(np.log1p(len(words))),
        float(np.log1p(text.count("\n"))),
        float(np.mean([len(word) for word in words])) if words else 0.0,
    ]


def formatting_features(text: str) -> list[float]:
    """How often each kind of formatting stands there, and what the text ends and begins with."""
    read = text[:CHARACTERS_READ]
    stripped = text.strip()
    return [
        *(float(np.log1p(len(pattern.findall(read)))) for pattern in FORMATTING.values()),
        *(float(np.log1p(read.count(mark))) for mark in PUNCTUATION),
        float(stripped[-1:] in {".", "!", "?"}),
        float(stripped[:1].isupper()),
        float(text != stripped),
    ]


def word_features(text: str) -> FloatArray:
    """The share of each bucket of words, case folded. Shapes: the answer, ``NUM_BUCKETS``."""
    words = WORD.findall(text[:CHARACTERS_READ].casefold())
    shares = np.zeros(NUM_BUCKETS)
    for word, number in Counter(words).items():
        # Python's own hash of a string differs from process to process.
        shares[crc32(word.encode()) % NUM_BUCKETS] += number
    # The square root keeps "the" from drowning every other word.
    damped: FloatArray = np.sqrt(shares / max(1, len(words)))
    return damped
