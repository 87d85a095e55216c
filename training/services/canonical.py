"""One way to write JSON down, so that equal content has equal bytes and equal hashes."""

import hashlib
import json


def canonical_json(content: object) -> str:
    """Sorted keys, no spaces, no escapes beyond JSON's own; refuses NaN and infinities."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
