"""Screening of new labelers in four parts, and the human decision (R11, R12, R13)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from labeling.models.demonstrations import Demonstration
from labeling.models.people import User
from labeling.models.projects import Project


class Screening(models.Model):
    """One test: items to flag, tasks to rank, prompts to answer, topics to declare.

    The ranking and the demonstration part are projects with the purpose "screening", so that
    candidates meet the screens they will work on. The cut-offs are soft (R12).
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    name = models.CharField(max_length=160, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    flags_cutoff = models.FloatField(default=0.75)
    ranking_cutoff = models.FloatField(default=0.75)
    demonstration_cutoff = models.FloatField(default=6.0)
    ranking_project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, related_name="+"
    )
    demonstration_project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="screening_cutoffs_are_in_range",
                condition=models.Q(
                    flags_cutoff__range=(0, 1),
                    ranking_cutoff__range=(0, 1),
                    demonstration_cutoff__range=(1, 7),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SensitivityItem(models.Model):
    """A text of the first part: is it sensitive, could it arouse strong negative feeling?"""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["screening", "position"], name="one_sensitivity_item_per_position"
            ),
        ]
        ordering = ["screening", "position"]


class SensitivityAnswer(models.Model):
    """A candidate's answer, or a researcher's, against which candidates are measured."""

    item = models.ForeignKey(SensitivityItem, on_delete=models.PROTECT, related_name="answers")
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_sensitive = models.BooleanField()
    answered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "account"], name="one_sensitivity_answer_per_account"
            ),
        ]


class Candidacy(models.Model):
    """A labeler on the way through a screening; until it is accepted they see no other project."""

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress"
        SUBMITTED = "submitted"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="candidacies")
    labeler = models.OneToOneField(User, on_delete=models.PROTECT, related_name="candidacy")
    # What the deciding person sees instead of a name (R12).
    code = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.IN_PROGRESS)
    # The fourth part, in the candidate's own words (R11).
    topics = ArrayField(models.CharField(max_length=80), default=list)
    cultural_groups = ArrayField(models.CharField(max_length=80), default=list)
    # As they stood when the decision was saved; null where a part could not be scored (R11).
    flags_score = models.FloatField(null=True)
    ranking_score = models.FloatField(null=True)
    demonstration_score = models.FloatField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decisions_have_an_author_and_a_reason",
                condition=models.Q(state__in=["in_progress", "submitted"], decided_by__isnull=True)
                | (
                    models.Q(state__in=["accepted", "rejected"], decided_by__isnull=False)
                    & ~models.Q(reason="")
                ),
            ),
        ]
        indexes = [models.Index(fields=["screening", "state"])]


class DemonstrationGrade(models.Model):
    """One researcher's grade for a demonstration of the third part, 1 to 7."""

    demonstration = models.ForeignKey(
        Demonstration, on_delete=models.PROTECT, related_name="grades"
    )
    grader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField()
    graded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["demonstration", "grader"], name="one_grade_per_grader"
            ),
            models.CheckConstraint(name="grade_is_likert", condition=models.Q(grade__range=(1, 7))),
        ]
