"""Artifacts: folders of files in the content-addressed store."""

from django.db import models
from django.db.models.functions import Now


class Artifact(models.Model):
    """One immutable folder, named by the SHA-256 of its manifest."""

    class Kind(models.TextChoices):
        MODEL = "model"
        SNAPSHOT = "snapshot"
        SAMPLES = "samples"
        EXPORT = "export"

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind)
    num_bytes = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
