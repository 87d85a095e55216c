"""Projects: tasks of one kind under one set of instructions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from labeling.models.people import Pool, User

NATIVE_K_MINIMUM = 4
K_MAXIMUM = 9


class Project(models.Model):
    class Kind(models.TextChoices):
        RANKING = "ranking"
        DEMONSTRATION = "demonstration"
        # Input and completions rated for toxicity, then ranked (R39).
        TOXICITY = "toxicity"

    class Purpose(models.TextChoices):
        """What the answers are for. Only those of a training project may ever train (R41)."""

        TRAINING = "training"
        EVALUATION = "evaluation"
        SCREENING = "screening"
        # Imported for the figures only.
        STUDY = "study"

    class ToxicityInstruction(models.TextChoices):
        """What the completions of a toxicity project were asked to be (R40)."""

        NONE = "none"
        RESPECTFUL = "respectful"

    class State(models.TextChoices):
        OPEN = "open"
        PAUSED = "paused"

    class PriorityMode(models.TextChoices):
        """What the instructions put first (R16)."""

        HELPFULNESS_FIRST = "helpfulness_first"
        TRUTH_HARMLESS_FIRST = "truth_harmless_first"

    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.TRAINING)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    pool = models.CharField(max_length=16, choices=Pool, default=Pool.TRAINING)
    priority_mode = models.CharField(
        max_length=24, choices=PriorityMode, default=PriorityMode.HELPFULNESS_FIRST
    )
    # A labeler who names no project is served the highest number first.
    priority = models.SmallIntegerField(default=0)
    # Who may work here: every language and every skill that is named; empty asks for none.
    languages = ArrayField(models.CharField(max_length=16), default=list)
    skills = ArrayField(models.CharField(max_length=40), default=list)
    # Shown before the first task and covering each task until it is accepted; empty for none.
    content_warning = models.TextField(blank=True)
    # Completions per ranking task; null for demonstrations and for imported judgments of mixed K.
    k = models.PositiveSmallIntegerField(null=True)
    # How many labelers judge each task.
    overlap = models.PositiveSmallIntegerField(default=1)
    # This share of the tasks goes to so many labelers instead, to calibrate them (R33).
    calibration_share = models.FloatField(default=0.1)
    calibration_overlap = models.PositiveSmallIntegerField(default=3)
    # How often a labeler is served one of their own earlier tasks again, unmarked.
    repeat_share = models.FloatField(default=0.0)
    # So many labelers finding a task unclear take it out of the project (R22).
    unclear_skips_to_retire = models.PositiveSmallIntegerField(default=2)
    # Whether the rating pass fills the ladder before the labeler orders it.
    seed_order_from_ratings = models.BooleanField(default=True)
    allow_empty_demonstrations = models.BooleanField(default=False)
    # Whether a demonstration trains only after a reviewer has accepted it.
    requires_review = models.BooleanField(default=False)
    # Of an evaluation: what every task shows and compares with, and the models compared (R34).
    baseline_source = models.ForeignKey(
        "labeling.CompletionSource", on_delete=models.PROTECT, null=True, related_name="+"
    )
    evaluated_sources = models.ManyToManyField("labeling.CompletionSource", related_name="+")
    toxicity_instruction = models.CharField(
        max_length=16, choices=ToxicityInstruction, null=True, blank=True
    )
    imported_from = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ranking_projects_have_k",
                condition=models.Q(
                    kind__in=["ranking", "toxicity"], k__range=(NATIVE_K_MINIMUM, K_MAXIMUM)
                )
                | models.Q(kind="demonstration", k__isnull=True)
                | ~models.Q(imported_from=""),
            ),
            models.CheckConstraint(
                name="overlap_is_sensible", condition=models.Q(overlap__range=(1, 50))
            ),
            models.CheckConstraint(
                name="calibration_is_sensible",
                condition=models.Q(
                    calibration_overlap__range=(1, 50), calibration_share__range=(0, 1)
                ),
            ),
            models.CheckConstraint(
                name="repeat_share_is_a_share", condition=models.Q(repeat_share__range=(0, 0.5))
            ),
            models.CheckConstraint(
                name="unclear_skips_are_counted",
                condition=models.Q(unclear_skips_to_retire__gte=1),
            ),
            models.CheckConstraint(
                name="evaluation_has_a_baseline",
                condition=~models.Q(purpose="evaluation", kind="ranking")
                | models.Q(baseline_source__isnull=False),
            ),
            models.CheckConstraint(
                name="toxicity_names_its_instruction",
                condition=models.Q(kind="toxicity", toxicity_instruction__isnull=False)
                | (~models.Q(kind="toxicity") & models.Q(toxicity_instruction__isnull=True)),
            ),
            models.CheckConstraint(
                name="toxicity_never_trains",
                condition=~models.Q(kind="toxicity", purpose="training"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
