"""How a person's name is read."""

from typing import Any

from rest_framework import serializers

from labeling.text_hygiene import has_control_characters


class DisplayNameField(serializers.CharField):
    """One line that cannot look like another's, nor forge a line of a log."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=120, **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if has_control_characters(name):
            raise serializers.ValidationError("A name has no line breaks or control characters.")
        return str(name)
