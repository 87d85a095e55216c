"""Sweeps: runs that differ in one hyperparameter (R56, R75)."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models import User


class Sweep(models.Model):
    """What was varied over which values; the runs name their sweep."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160)
    stage = models.CharField(max_length=16)
    parameter = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
