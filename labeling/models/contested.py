"""What a researcher decides about a prompt on which labelers are divided."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User
from labeling.models.projects import Project
from labeling.models.prompts import Prompt


class PromptExclusion(models.Model):
    """A prompt that a researcher took out of training and statistics in one project, and why.

    Append-only but for the lifting.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "prompt"],
                condition=models.Q(lifted_at__isnull=True),
                name="excluded_once",
            ),
            models.CheckConstraint(name="exclusion_has_a_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="lifting_has_an_author",
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]


class Adjudication(models.Model):
    """A researcher's order of what labelers were divided about; a gold one measures labelers.

    Append-only; a later one of the same prompt takes the place of an earlier one.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")
    # Completion id (as a string, JSON having no others) -> dense rank, 1 the best.
    ranks = models.JSONField()
    is_gold = models.BooleanField(default=False)
    reason = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "prompt"],
                condition=models.Q(superseded_at__isnull=True),
                name="one_live_adjudication",
            ),
            models.CheckConstraint(
                name="adjudication_has_a_reason", condition=~models.Q(reason="")
            ),
        ]
