"""Figures as pages show them: a value with its interval, or why there is none."""

from typing import Any

from rest_framework import serializers


class FigureOutput(serializers.Serializer[Any]):
    """Either a value or the reason why there is none."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(source="num_counted")
    num_prompts = serializers.IntegerField()
    reason_undefined = serializers.CharField(allow_null=True)
    reason_no_interval = serializers.CharField(allow_null=True)


class NamedFigureOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]
    figure = FigureOutput()
