"""Prompts: the input texts that are answered and judged, and what labelers say about them."""

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

    class Standing(models.TextChoices):
        """Whether it may be used at all; a prompt over its key's cap never is (R5).

        Nor is one that was imported for a study: neither sampled for, nor asked about, nor trained
        on.
        """

        ACCEPTED = "accepted"
        OVER_CAP = "over_cap"
        STUDY = "study"

    class PersonalData(models.TextChoices):
        """What the detector and then a person said; only a clear prompt trains (R7)."""

        UNCHECKED = "unchecked"
        CLEAR = "clear"
        FOUND = "found"
        # A reviewer looked at what was found: nothing of it is personal, or some of it is.
        CLEARED = "cleared"
        CONFIRMED = "confirmed"

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
    # Flag or adversarial tag -> yes or no; a key that is absent was not asked.
    flags = models.JSONField(default=dict)
    split = models.CharField(max_length=16, choices=Split)
    standing = models.CharField(max_length=16, choices=Standing, default=Standing.ACCEPTED)
    # By the tokenizer at the time of ingest; null while none was installed (R10).
    token_count = models.PositiveIntegerField(null=True)
    # Hash of the first tokens: two prompts sharing it are the same template (R4).
    prefix_sha256 = models.CharField(max_length=64, null=True)
    language = models.CharField(max_length=16, null=True)
    language_confidence = models.FloatField(null=True)
    personal_data = models.CharField(
        max_length=16, choices=PersonalData, default=PersonalData.UNCHECKED
    )
    # What was found: [{"kind", "start", "end", "score"}], offsets in characters.
    personal_data_findings = models.JSONField(default=list)
    personal_data_reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    personal_data_reviewed_at = models.DateTimeField(null=True)
    # Of a user-based prompt: the de-identified description it was written from (R3).
    description = models.ForeignKey(
        "labeling.TaskDescription", on_delete=models.PROTECT, null=True, related_name="prompts"
    )
    # Of a few-shot prompt: the instruction and pairs it was made of (R2).
    few_shot_set = models.ForeignKey(
        "labeling.FewShotSet", on_delete=models.PROTECT, null=True, related_name="prompts"
    )
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
            models.CheckConstraint(
                name="language_confidence_is_a_share",
                condition=models.Q(language_confidence__isnull=True)
                | models.Q(language_confidence__range=(0, 1)),
            ),
        ]
        indexes = [
            models.Index(fields=["split", "category"]),
            # Which prompts are of a category, without reading their texts.
            models.Index(fields=["category", "id"]),
            models.Index(fields=["prefix_sha256"]),
            models.Index(fields=["organization_key"]),
            models.Index(fields=["user_key"]),
            models.Index(
                fields=["personal_data"],
                condition=models.Q(personal_data__in=["found", "unchecked"]),
                name="personal_data_to_look_at",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class PromptAnnotation(models.Model):
    """What one person said about a prompt, under one revision of the catalogue (R9, R23).

    Append-only; ``Prompt.category`` and ``Prompt.flags`` hold the newest.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="annotations")
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.CharField(
        max_length=24, choices=tuple(CATEGORIES.items()), null=True, blank=True
    )
    # Flag or adversarial tag -> yes or no; a key that is absent was left unanswered.
    flags = models.JSONField(default=dict)
    schema_revision = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["prompt", "-id"]
