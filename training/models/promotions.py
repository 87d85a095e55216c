"""Promotions: which version of a kind is a candidate, in staging or current, and on what grounds.

Append-only: a version's stage is what its newest promotion says, never a column of its own.
"""

from django.db import models
from django.db.models.functions import Now

from labeling.models import Project, User
from training.models.model_versions import ModelVersion


class Promotion(models.Model):
    """One step of one version on the way to being the current best of its kind (R87)."""

    class Stage(models.TextChoices):
        CANDIDATE = "candidate"
        STAGING = "staging"
        CURRENT = "current"
        # Nobody should take it any more.
        WITHDRAWN = "withdrawn"

    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="promotions"
    )
    stage = models.CharField(max_length=16, choices=Stage)
    # The version of this kind that was current until then.
    replaces = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    evaluation = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, related_name="promotions"
    )
    # The figure as it stood then: later judgments change the evaluation, not what was known.
    evidence = models.JSONField(null=True)
    override_reason = models.TextField(blank=True, db_default="")
    promoted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    promoted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="current_needs_evidence_or_a_reason",
                condition=~models.Q(stage="current")
                | models.Q(evidence__isnull=False)
                | ~models.Q(override_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["model_version", "-id"])]
        ordering = ["-id"]
