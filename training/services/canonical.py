"""One way to write JSON down, so that equal content has equal bytes and equal hashes."""

import hashlib
import json


def canonical_json(content: object) -> str:
    """Sorted keys, no spaces, no escapes beyond JSON's own; refuses NaN and infinities."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def canonical_line(content: object) -> bytes:
    """The same in UTF-8, as it stands in a file of lines, without the end of the line."""
    return canonical_json(content).encode()


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
