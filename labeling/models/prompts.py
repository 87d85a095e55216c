"""Prompts: the input texts that are answered and judged."""

from django.db import models
from django.db.models.functions import Now

from labeling.catalogue import CATEGORIES
from labeling.models.people import User


class Prompt(models.Model):
    """One input text with where it came from (R1). Its text never changes once stored (R32)."""

    class SourceKind(models.TextChoices):
        LABELER_PLAIN = "labeler_plain"
        LABELER_FEWSHOT = "labeler_fewshot"
        LABELER_USER_BASED = "labeler_user_based"
        CUSTOMER = "customer"

    class Distribution(models.TextChoices):
        INSTRUCT = "instruct"
        GPT = "gpt"

    class Split(models.TextChoices):
        TRAIN = "train"
        VALIDATION = "validation"

    text = models.TextField()
    text_sha256 = models.CharField(max_length=64, unique=True)
    source_kind = models.CharField(max_length=24, choices=SourceKind)
    distribution = models.CharField(
        max_length=16, choices=Distribution, default=Distribution.INSTRUCT
    )
    # The data set or file this prompt was imported from; empty for prompts written here.
    imported_from = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    user_key = models.CharField(max_length=120, blank=True)
    organization_key = models.CharField(max_length=120, blank=True)
    consent_reference = models.CharField(max_length=200, blank=True)
    category = models.CharField(
        max_length=24, choices=tuple(CATEGORIES.items()), null=True, blank=True
    )
    # Flag key -> yes or no; a key that is absent was not asked.
    flags = models.JSONField(default=dict)
    split = models.CharField(max_length=16, choices=Split)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="customer_prompts_carry_consent",
                condition=~models.Q(source_kind="customer") | ~models.Q(consent_reference=""),
            ),
            models.CheckConstraint(
                name="prompt_category_is_known",
                condition=models.Q(category__isnull=True)
                | models.Q(category__in=sorted(CATEGORIES)),
            ),
            models.CheckConstraint(name="prompt_has_text", condition=~models.Q(text="")),
        ]
        indexes = [models.Index(fields=["split", "category"])]

    def __str__(self) -> str:
        return self.text[:80]
