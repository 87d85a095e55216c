"""How a person is named beside what they made."""

from rest_framework import serializers

from labeling.models import User


class AuthorOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "display_name"]
        read_only_fields = fields
