"""What labelers write prompts from: de-identified descriptions and few-shot sets (R2, R3)."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User


class TaskDescription(models.Model):
    """A high-level task in words that point to nobody; somebody else writes the prompt (R3)."""

    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="description_has_text", condition=~models.Q(text="")),
        ]


class FewShotSet(models.Model):
    """One instruction with its pairs: K pairs are K prompts, each with the other K-1 in context."""

    instruction = models.TextField()
    # [{"query", "response"}], in the order written.
    pairs = models.JSONField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_key = models.UUIDField(unique=True)
    payload_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
