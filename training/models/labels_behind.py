"""The human labels behind a model, counted once when it is made (R53)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from training.models.model_versions import ModelVersion


class LabelsBehind(models.Model):
    """What a model's snapshots and those of its ancestors come to, each label once.

    Neither they nor the labels in them ever change, so it never goes stale (decision 0032).
    """

    model_version = models.OneToOneField(
        ModelVersion, on_delete=models.CASCADE, primary_key=True, related_name="labels_behind"
    )
    num_rankings = models.PositiveIntegerField()
    num_demonstrations = models.PositiveIntegerField()
    num_labelers = models.PositiveIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    # The first of them, for somebody who wants to look at some.
    ranking_ids = ArrayField(models.UUIDField())
