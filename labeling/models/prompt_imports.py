"""Imports of prompt files in the background: the file, how far it is, what became of each line."""

from typing import ClassVar

from django.db import models

from labeling.models.prompts import Prompt
from labeling.models.uploads import Upload, UploadChunk


class PromptImport(Upload):
    GONE_AT_THE_END: ClassVar[tuple[str, ...]] = ("chunks", "sightings")

    class CapBy(models.TextChoices):
        """Whose prompts are counted together (R5)."""

        ORGANIZATION = "organization"
        USER = "user"

    class Format(models.TextChoices):
        """What a line is; of an exported prompt also which split it was in and stays in (R6)."""

        ROWS = "rows"
        EXPORTED_TRAIN = "exported_train"
        EXPORTED_VALIDATION = "exported_validation"

    format = models.CharField(max_length=24, choices=Format, default=Format.ROWS)
    is_dry_run = models.BooleanField(default=False)
    prefix_tokens = models.PositiveSmallIntegerField(default=64)
    cap = models.PositiveIntegerField(default=200)
    cap_by = models.CharField(max_length=16, choices=CapBy, default=CapBy.ORGANIZATION)
    # Where the next worker goes on: everything before is stored, in the same transaction.
    num_bytes_done = models.PositiveBigIntegerField(default=0)
    num_lines_done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_prefix_is_sensible",
                condition=models.Q(prefix_tokens__range=(8, 1_024)),
            ),
            models.CheckConstraint(name="import_cap_is_positive", condition=models.Q(cap__gte=1)),
        ]


class PromptImportChunk(UploadChunk):
    prompt_import = models.ForeignKey(PromptImport, on_delete=models.CASCADE, related_name="chunks")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt_import", "position"], name="chunk_once"),
        ]


class PromptImportLine(models.Model):
    """What became of one line of the file."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        DUPLICATE = "duplicate"
        OVER_CAP = "over_cap"
        PERSONAL_DATA = "personal_data"
        TOO_LONG = "too_long"
        BROKEN = "broken"

    prompt_import = models.ForeignKey(PromptImport, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    field = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, null=True, related_name="+")
    # The accepted prompt that this line repeats, in full or in its first tokens (R4).
    duplicate_of = models.ForeignKey(Prompt, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["prompt_import", "outcome", "line"])]


class PromptImportSighting(models.Model):
    """What a dry run would have stored, so that later lines can repeat it; gone when it is over."""

    prompt_import = models.ForeignKey(
        PromptImport, on_delete=models.CASCADE, related_name="sightings"
    )
    line = models.PositiveIntegerField()
    text_sha256 = models.CharField(max_length=64)
    prefix_sha256 = models.CharField(max_length=64, null=True)
    # Whom it is counted under; empty when it has nobody's key.
    key = models.CharField(max_length=120, blank=True)
    # False over the cap.
    is_accepted = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["prompt_import", "text_sha256"], name="sighting_text"),
            models.Index(fields=["prompt_import", "prefix_sha256"], name="sighting_prefix"),
            models.Index(fields=["prompt_import", "key"], name="sighting_key"),
        ]
