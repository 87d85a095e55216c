"""Exports: a snapshot on its way to files that other tools load."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from labeling.models import User
from training.models.artifacts import Artifact
from training.models.snapshots import Snapshot


class Export(models.Model):
    """What was wanted of a snapshot, and how far it is. Its artifact holds the files once done."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Form(models.TextChoices):
        CSV = "csv"
        PARQUET = "parquet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="exports")
    # Names without their ending; none means all that there are.
    files = ArrayField(models.CharField(max_length=40), default=list)
    # Beside the lines of JSON.
    forms = ArrayField(models.CharField(max_length=16, choices=Form), default=list)
    # Whether the lines of JSON are gzipped.
    is_compressed = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    num_records_done = models.PositiveIntegerField(default=0)
    # Steps that were begun and never ended: the one in hand, and those that a worker was lost with.
    num_lost = models.PositiveSmallIntegerField(default=0, db_default=0)
    artifact = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, null=True, related_name="exports"
    )
    failure = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_finished_export_has_its_files",
                condition=models.Q(state="done", artifact__isnull=False)
                | (~models.Q(state="done") & models.Q(artifact__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="exports_to_go_on_with",
            ),
        ]
        ordering = ["-created_at"]
