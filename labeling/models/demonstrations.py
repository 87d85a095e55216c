"""Demonstrations: a labeler's own answer to a prompt, and what a reviewer said of it."""

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
    # How the text came to be, shown to its writer and to reviewers; null where nobody counted.
    characters_typed = models.PositiveIntegerField(null=True)
    characters_pasted = models.PositiveIntegerField(null=True)
    # A reviewer's own correction of an earlier answer: that one is superseded by this.
    revision_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="revision"
    )
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
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


class DemonstrationReview(models.Model):
    """What a reviewer decided: accept, return with a comment, or accept with a correction."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        RETURNED = "returned"
        # Accepted in the reviewer's own wording, the demonstration in ``revision``.
        CORRECTED = "corrected"

    demonstration = models.OneToOneField(
        Demonstration, on_delete=models.PROTECT, related_name="review"
    )
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome)
    comment = models.TextField(blank=True)
    grade = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    # When the writer opened it in their inbox.
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_grade_is_likert",
                condition=models.Q(grade__isnull=True) | models.Q(grade__range=(1, 7)),
            ),
            models.CheckConstraint(
                name="a_return_says_why",
                condition=~models.Q(outcome="returned") | ~models.Q(comment=""),
            ),
        ]
