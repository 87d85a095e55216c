"""Projects: tasks of one kind under one set of instructions."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import Pool, User

NATIVE_K_MINIMUM = 4
K_MAXIMUM = 9


class Project(models.Model):
    class Kind(models.TextChoices):
        RANKING = "ranking"
        DEMONSTRATION = "demonstration"

    class State(models.TextChoices):
        OPEN = "open"
        PAUSED = "paused"

    class PriorityMode(models.TextChoices):
        """What the instructions put first (R16)."""

        HELPFULNESS_FIRST = "helpfulness_first"
        TRUTH_HARMLESS_FIRST = "truth_harmless_first"

    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    pool = models.CharField(max_length=16, choices=Pool, default=Pool.TRAINING)
    priority_mode = models.CharField(
        max_length=24, choices=PriorityMode, default=PriorityMode.HELPFULNESS_FIRST
    )
    # Completions per ranking task; null for demonstrations and for imported judgments of mixed K.
    k = models.PositiveSmallIntegerField(null=True)
    # How many labelers judge each task.
    overlap = models.PositiveSmallIntegerField(default=1)
    # Whether the rating pass fills the ladder before the labeler orders it.
    seed_order_from_ratings = models.BooleanField(default=True)
    allow_empty_demonstrations = models.BooleanField(default=False)
    imported_from = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ranking_projects_have_k",
                condition=models.Q(kind="ranking", k__range=(NATIVE_K_MINIMUM, K_MAXIMUM))
                | models.Q(kind="demonstration", k__isnull=True)
                | ~models.Q(imported_from=""),
            ),
            models.CheckConstraint(
                name="overlap_is_sensible", condition=models.Q(overlap__range=(1, 50))
            ),
        ]

    def __str__(self) -> str:
        return self.name
