"""What a model in training answered at its checkpoints to the same few prompts (R47)."""

from django.db import models

from training.models.runs import Run


class SamplePrompt(models.Model):
    """One of the prompts that a run answers again and again, as its trainer read it.

    A copy: what a run was asked stays on its page whatever becomes of the prompt.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sample_prompts")
    # Its row in the panel.
    place = models.PositiveSmallIntegerField()
    prompt_id = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="one_sample_prompt_per_place"),
        ]
        ordering = ["run", "place"]


class CheckpointSample(models.Model):
    """One answer; what the newest attempt answered counts."""

    class FinishReason(models.TextChoices):
        STOP = "stop"
        LENGTH = "length"

    prompt = models.ForeignKey(SamplePrompt, on_delete=models.CASCADE, related_name="samples")
    # After so many optimiser steps (SFT) or iterations (PPO).
    step = models.PositiveIntegerField()
    text = models.TextField()
    token_count = models.PositiveIntegerField()
    finish_reason = models.CharField(max_length=8, choices=FinishReason)
    # Null where the run has no reward model, or no reference.
    reward = models.FloatField(null=True)
    kl_nats = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "step"], name="one_sample_per_checkpoint"),
        ]
        ordering = ["step", "prompt"]
