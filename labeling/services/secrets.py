"""Secrets that let somebody in: shown once, kept as a hash."""

import hashlib
import secrets

NUM_SECRET_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """256 random bits as text that is safe in a URL and a header."""
    return prefix + secrets.token_urlsafe(NUM_SECRET_BYTES)


def secret_sha256(secret: str | bytes) -> str:
    """What is stored and looked up.

    A plain hash is enough: the secret is random and long, so there is nothing to guess from it.
    """
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).hexdigest()
