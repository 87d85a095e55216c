"""Rounds: sample, rank, freeze, reward model, PPO, evaluate, and then again (R84-R86)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now

from labeling.models import Project, User
from training.models.model_versions import ModelVersion
from training.models.runs import Run
from training.models.snapshots import Snapshot


class RoundStep(models.TextChoices):
    """In the order in which a round takes them."""

    SAMPLING = "sampling"
    TASKS = "tasks"
    SNAPSHOT = "snapshot"
    REWARD_MODEL = "reward_model"
    PPO = "ppo"
    EVALUATION = "evaluation"


class Round(models.Model):
    """One turn of the loop: what it starts from, and which steps it takes by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160, unique=True)
    # Where the reward model and PPO start; writes the completions, with RoundPolicy's others.
    policy = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    # Where its completions are ranked.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rounds")
    # What PPO asks the policy.
    prompts = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    # What PPO mixes in, where its ptx_coef weighs it.
    pretraining = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+")
    num_prompts = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    completions_per_prompt = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    # How many new sealed rankings make the next reward model worth its time.
    min_rankings = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    # R86: rankings of all projects unless only these are wanted.
    ranking_projects = ArrayField(models.BigIntegerField(), null=True)
    # R86: what this earlier round has frozen, and so what those before it had, is left out.
    leaves_out = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # What differs from the defaults, by stage.
    hyperparameters = models.JSONField(default=dict)
    automatic = ArrayField(models.CharField(max_length=16, choices=RoundStep), default=list)
    # Who clicked for its rankings to be frozen, until a worker has done it.
    freezing_asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Why a step that should have begun by itself did not.
    problem = models.TextField(blank=True, db_default="")
    # How often in a row a worker was lost with what it froze for this round by itself.
    num_lost = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class RoundPolicy(models.Model):
    """One of several policies that write a round's completions, and how much of them (R85).

    A round whose policy writes everything has none.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="policies")
    # The round's own policy comes first.
    place = models.PositiveSmallIntegerField()
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    # Relative to those of the others.
    weight = models.FloatField(validators=[MinValueValidator(0)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="one_policy_per_place"),
            models.UniqueConstraint(
                fields=["round", "model_version"], name="a_policy_once_per_round"
            ),
            models.CheckConstraint(
                name="a_policy_weighs_nothing_or_more", condition=models.Q(weight__gte=0)
            ),
        ]
        ordering = ["place"]


class RoundLink(models.Model):
    """What a step of a round brought about; of several of one step the newest counts."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="links")
    step = models.CharField(max_length=16, choices=RoundStep)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="round_links")
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, related_name="round_links"
    )
    # Of the step that makes them.
    num_tasks = models.PositiveIntegerField(null=True)
    # Null where its condition began it.
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_round_link_leads_to_one_thing",
                condition=models.Q(run__isnull=False, snapshot__isnull=True, num_tasks__isnull=True)
                | models.Q(run__isnull=True, snapshot__isnull=False, num_tasks__isnull=True)
                | models.Q(run__isnull=True, snapshot__isnull=True, num_tasks__isnull=False),
            ),
        ]
        ordering = ["-id"]
