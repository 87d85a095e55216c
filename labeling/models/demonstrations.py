"""Demonstrations: a labeler's own answer to a prompt."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models.instructions import InstructionVersion
from labeling.models.people import User
from labeling.models.prompts import Prompt
from labeling.models.tasks import Assignment


class Demonstration(models.Model):
    """Append-only; the text is stored exactly as written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="demonstrations")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, related_name="demonstrations"
    )
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="demonstrations")
    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField(blank=True)
    token_count = models.PositiveIntegerField(null=True)
    client_key = models.UUIDField(unique=True)
    payload_sha256 = models.CharField(max_length=64)
    is_surplus = models.BooleanField(default=False)
    seconds_active = models.FloatField(null=True)
    submitted_at = models.DateTimeField(db_default=Now())
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=models.Q(superseded_at__isnull=True),
                name="one_live_demonstration_per_assignment",
            ),
        ]
        indexes = [models.Index(fields=["submitted_at"])]
