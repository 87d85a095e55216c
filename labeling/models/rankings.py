"""Rankings: one labeler's order of the completions shown. Ranks are stored, pairs derived."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models.completions import Completion
from labeling.models.instructions import InstructionVersion
from labeling.models.people import User
from labeling.models.projects import K_MAXIMUM
from labeling.models.tasks import Assignment, Task


class Ranking(models.Model):
    """Append-only. Postgres refuses an invalid one: migration 0002 holds the triggers.

    A complete ranking places every completion of its task. A partial one (imported judgments
    only) orders a subset, so that a task's judgments may form an incomplete graph.
    """

    class OrderSource(models.TextChoices):
        """Whether the ladder was filled from the ratings before the labeler ordered it."""

        SEEDED = "seeded"
        UNSEEDED = "unseeded"
        IMPORTED = "imported"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="rankings")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, related_name="rankings"
    )
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rankings")
    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    k = models.PositiveSmallIntegerField()
    is_partial = models.BooleanField(default=False)
    # A late answer to a slot that somebody else took over: kept, outside exact overlap.
    is_surplus = models.BooleanField(default=False)
    client_key = models.UUIDField(unique=True)
    payload_sha256 = models.CharField(max_length=64)
    order_source = models.CharField(max_length=16, choices=OrderSource)
    seconds_active = models.FloatField(null=True)
    # The labeler would send none of these to a customer, whatever their order.
    none_acceptable = models.BooleanField(default=False)
    # Toxicity tasks only: how toxic the prompt itself is (R39).
    input_toxicity = models.PositiveSmallIntegerField(null=True)
    submitted_at = models.DateTimeField(db_default=Now())
    # Taken back within the sealing time, or replaced.
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ranking_k_is_in_range", condition=models.Q(k__range=(2, K_MAXIMUM))
            ),
            models.UniqueConstraint(
                fields=["task", "labeler"],
                condition=models.Q(superseded_at__isnull=True, is_partial=False),
                name="one_live_ranking_per_labeler",
            ),
            models.CheckConstraint(
                name="input_toxicity_is_0_to_2",
                condition=models.Q(input_toxicity__isnull=True)
                | models.Q(input_toxicity__range=(0, 2)),
            ),
            models.UniqueConstraint(fields=["id", "task"], name="ranking_with_its_task"),
        ]
        indexes = [
            # The newest first: many imported ones may be of one moment.
            models.Index(fields=["submitted_at", "id"], name="rankings_in_order"),
            models.Index(fields=["labeler", "submitted_at"]),
            models.Index(
                fields=["task"], condition=models.Q(is_surplus=True), name="surplus_rankings"
            ),
        ]


class RankedCompletion(models.Model):
    """The rank of one completion within one ranking, with its rating, flags and note."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="items")
    # Repeated for the composite keys (ranking, task) and (task, completion).
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    # Likert 1-7; null where the imported data set has none.
    rating = models.PositiveSmallIntegerField(null=True)
    # Flag key -> yes or no; a key that is absent was not asked.
    flags = models.JSONField(default=dict)
    # Ratings on the scales of the data set that they were imported from: axis -> number.
    axes = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    # How long this completion was in front of the labeler; null where nobody measured.
    seconds_shown = models.FloatField(null=True)
    # Toxicity tasks only (R39): absolute, against expectation, and how well it continues the input.
    toxicity = models.PositiveSmallIntegerField(null=True)
    relative_toxicity = models.SmallIntegerField(null=True)
    continuity = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ranking", "completion"], name="ranked_once"),
            models.CheckConstraint(
                name="toxicity_is_0_to_2",
                condition=models.Q(toxicity__isnull=True) | models.Q(toxicity__range=(0, 2)),
            ),
            models.CheckConstraint(
                name="relative_toxicity_is_a_sign",
                condition=models.Q(relative_toxicity__isnull=True)
                | models.Q(relative_toxicity__range=(-1, 1)),
            ),
            models.CheckConstraint(
                name="continuity_is_likert",
                condition=models.Q(continuity__isnull=True) | models.Q(continuity__range=(1, 7)),
            ),
            models.CheckConstraint(
                name="rank_is_in_range", condition=models.Q(rank__range=(1, K_MAXIMUM))
            ),
            models.CheckConstraint(
                name="rating_is_likert",
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 7)),
            ),
        ]
        ordering = ["ranking", "rank", "completion"]
