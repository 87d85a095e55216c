"""The training room: snapshots, runs, model versions, lineage."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
