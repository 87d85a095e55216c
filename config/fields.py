"""How people's text is read from JSON."""

from typing import Any

from rest_framework import serializers


class ExactText(serializers.CharField):
    """Text exactly as sent: no space is trimmed, and a number is not turned into text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))
