"""Model versions: every set of weights that Concord knows, with where it came from (R53)."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models import CompletionSource, User
from training.models.artifacts import Artifact


class ModelVersion(models.Model):
    class Kind(models.TextChoices):
        BASE = "base"
        SFT = "sft"
        REWARD_MODEL = "reward_model"
        POLICY = "policy"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="model_versions")
    # For base models: who made it and on what terms. Trained ones inherit their parent's.
    licence = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    # The run that made it; null for base models.
    run = models.OneToOneField(
        "training.Run", on_delete=models.PROTECT, null=True, related_name="output_model_version"
    )
    # What its completions are filed under; reward models write none.
    completion_source = models.OneToOneField(
        CompletionSource, on_delete=models.PROTECT, null=True, related_name="model_version"
    )
    # What its folder says of itself, which decides what it works together with; blank and null
    # where it does not say. The hash is of the tokens with their ids (services/model_traits.py).
    architecture = models.CharField(max_length=64, blank=True, default="")
    context_tokens = models.PositiveIntegerField(null=True)
    vocabulary_size = models.PositiveIntegerField(null=True)
    vocabulary_sha256 = models.CharField(max_length=64, blank=True, default="")
    report = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_base_models_have_no_run",
                condition=models.Q(kind="base", run__isnull=True)
                | (~models.Q(kind="base") & models.Q(run__isnull=False)),
            ),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
