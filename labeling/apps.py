"""The labeling room: people, text, judgments, agreement."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    name = "labeling"
