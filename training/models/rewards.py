"""Rewards: what a reward model thinks of a completion."""

from django.db import models
from django.db.models.functions import Now

from labeling.models import Completion
from training.models.model_versions import ModelVersion
from training.models.runs import Run


class CompletionReward(models.Model):
    """One number; it never changes, since neither the weights nor the text do."""

    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="rewards")
    reward_model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="rewards")
    # The scoring run that gave it.
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="rewards")
    reward = models.FloatField()
    scored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["completion", "reward_model"], name="one_reward_per_model_and_completion"
            ),
        ]
