"""Standing reward models: kept up to date with the rankings by themselves."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now

from labeling.models import User
from training.models.model_versions import ModelVersion
from training.models.runs import Run
from training.models.snapshots import Snapshot


class StandingRewardModel(models.Model):
    """What is refreshed, from how many new rankings on, and with which hyperparameters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=140, unique=True)
    # The first run starts from it; each later one from what the one before has made.
    start = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    # All projects unless only these are wanted.
    ranking_projects = ArrayField(models.BigIntegerField(), null=True)
    include_simulated = models.BooleanField(default=False)
    min_rankings = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    # What differs from the defaults of a reward model.
    hyperparameters = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    # Why it was switched off by itself, or waits.
    problem = models.TextField(blank=True, db_default="")
    # The refresh that somebody has seen fail before they switched it on again.
    resumed_after = models.BigIntegerField(db_default=0)
    # How often in a row a worker was lost with what it froze.
    num_lost = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class Refresh(models.Model):
    """One run of a standing reward model, and the rankings that it learned from."""

    standing = models.ForeignKey(
        StandingRewardModel, on_delete=models.PROTECT, related_name="refreshes"
    )
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="refresh")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
