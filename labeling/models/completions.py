"""Completions: a model's answers to a prompt, and where each came from."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models.prompts import Prompt


class CompletionSource(models.Model):
    """What wrote a completion. Never serialised to a labeler (R30)."""

    class Kind(models.TextChoices):
        MODEL_VERSION = "model_version"
        IMPORTED = "imported"

    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Completion(models.Model):
    """One answer to one prompt. Its text never changes once stored (R32)."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="completions")
    source = models.ForeignKey(
        CompletionSource, on_delete=models.PROTECT, related_name="completions"
    )
    text = models.TextField()
    # Identity within the source: imports and sampling jobs can be repeated without doubling it.
    source_key = models.CharField(max_length=160)
    # How it was sampled (R85): temperature, top_p, max_tokens, run, model version; of several
    # policies its own weight, which tasks keep.
    sampling = models.JSONField(default=dict)
    seed = models.BigIntegerField(null=True)
    token_count = models.PositiveIntegerField(null=True)
    finish_reason = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="one_completion_per_key"),
            models.UniqueConstraint(fields=["id", "prompt"], name="completion_with_its_prompt"),
        ]


class PresentedCompletion(models.Model):
    """A completion as one labeler sees it: an opaque handle at a random position (R30)."""

    handle = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(
        "labeling.Assignment", on_delete=models.CASCADE, related_name="presented"
    )
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "completion"], name="completion_presented_once"
            ),
            models.UniqueConstraint(
                fields=["assignment", "position"], name="one_completion_per_position"
            ),
        ]
        ordering = ["position"]
