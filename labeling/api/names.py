"""How the name of a person, or of what people made, is read."""

from typing import Any

from rest_framework import serializers

from config.fields import ExactText
from labeling.text_hygiene import has_control_characters


class DisplayNameField(ExactText):
    """One line that cannot look like another's, nor forge a line of a log."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 120, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if has_control_characters(name):
            raise serializers.ValidationError("A name has no line breaks or control characters.")
        return name


class VendorField(DisplayNameField):
    """Who sends a labeler; empty for nobody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, **options})
