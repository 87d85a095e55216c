"""How the domain says no."""


class Refused(Exception):
    """A rule of the domain was not met, and the client may be told which.

    ``code`` is stable and machine readable; ``message`` says what happened and what to do.
    ``fields`` names the offending inputs where there are any.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 409,
        fields: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields or {}


class NotAccessible(Exception):
    """The object does not exist, or is not this person's to see; the two look the same outside."""
