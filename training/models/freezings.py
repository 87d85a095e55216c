"""Freezings: a snapshot that a person asked for, on its way."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models import User
from training.models.snapshots import Snapshot

OPEN = models.Q(state__in=["queued", "running"])


class Freezing(models.Model):
    """What was asked for. Its snapshot is there once it is done, whole, and never before."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Snapshot.Kind)
    query = models.JSONField()
    # What a pretraining snapshot is made of, until it is over.
    text = models.TextField(blank=True)
    # Of all four above: asking twice for the same is asking once.
    wish_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    # How often a worker began it: one that breaks off with its worker is begun again, not for ever.
    num_tries = models.PositiveSmallIntegerField(default=0)
    snapshot = models.OneToOneField(
        Snapshot, on_delete=models.PROTECT, null=True, related_name="freezing"
    )
    failure = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_finished_freezing_has_its_snapshot",
                condition=models.Q(state="done", snapshot__isnull=False)
                | (~models.Q(state="done") & models.Q(snapshot__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["created_by", "wish_sha256"],
                condition=OPEN,
                name="one_open_freezing_of_the_same",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=OPEN, name="freezings_to_do"),
            models.Index(
                fields=["finished_at"], condition=models.Q(state="failed"), name="freezings_failed"
            ),
        ]
        ordering = ["-created_at"]
