"""Text of a trainer as the database can hold it."""


def storable(text: str) -> str:
    """Without the characters that no database column holds: NUL and lone surrogates."""
    whole = text.encode(errors="surrogatepass").decode(errors="replace")
    return whole.replace("\x00", "\N{REPLACEMENT CHARACTER}")
