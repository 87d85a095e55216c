"""Snapshots: frozen data, the seam between the platform and the trainer (R49-R52)."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models import Demonstration, Prompt, Ranking, User
from training.models.artifacts import Artifact


class Snapshot(models.Model):
    """Immutable. Its artifact holds records.jsonl and manifest.json; link rows list the sources."""

    class Kind(models.TextChoices):
        SFT = "sft"
        RM = "rm"
        PPO = "ppo"
        PRETRAIN = "pretrain"
        COMPLETIONS = "completions"
        # Prompts that models are judged by and never learn from.
        EVAL = "eval"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind)
    # What was asked for: projects, category, simulated or not, split rule.
    query = models.JSONField()
    counts = models.JSONField()
    # Of records.jsonl: the same hash is the same bytes.
    records_sha256 = models.CharField(max_length=64)
    num_records = models.PositiveIntegerField()
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="snapshots")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="snapshots_are_not_empty", condition=models.Q(num_records__gt=0)
            ),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class SnapshotRanking(models.Model):
    """That both sides are there is checked by a trigger, once for all links that are made together:
    one by one took a third of the time of freezing a million. Neither side is ever deleted.
    """

    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, db_constraint=False, related_name="ranking_links"
    )
    ranking = models.ForeignKey(
        Ranking, on_delete=models.PROTECT, db_constraint=False, related_name="snapshot_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "ranking"], name="ranking_once_in_snapshot"
            ),
        ]


class SnapshotDemonstration(models.Model):
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, related_name="demonstration_links"
    )
    demonstration = models.ForeignKey(
        Demonstration, on_delete=models.PROTECT, related_name="snapshot_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "demonstration"], name="demonstration_once_in_snapshot"
            ),
        ]


class SnapshotPrompt(models.Model):
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="prompt_links")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="snapshot_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "prompt"], name="prompt_once_in_snapshot"),
        ]


class HeldOutPrompt(models.Model):
    """A prompt whose labels a snapshot of rankings or demonstrations holds out for validation, as
    its records say.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="held_out_links")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="held_out_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "prompt"], name="prompt_held_out_once_in_snapshot"
            ),
        ]
