"""Numbers with what they count, in sentences that people read."""


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """``1 prompt`` and ``1,204 prompts``."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def are(number: int) -> str:
    """The verb of so many."""
    return "is" if number == 1 else "are"
