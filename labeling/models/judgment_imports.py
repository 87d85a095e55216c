"""Imports of other projects' judgments in the background: the file, and what became of each row."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User


class JudgmentImport(models.Model):
    """One uploaded file. The row is the truth; a worker that dies is followed by another."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    num_bytes = models.PositiveBigIntegerField()
    # The name of one of ``labeling.importers.formats``, and what was decided about it.
    format = models.CharField(max_length=40)
    choices = models.JSONField(default=dict)
    dataset = models.CharField(max_length=40)
    project_name = models.CharField(max_length=160)
    is_study = models.BooleanField(default=True)
    is_dry_run = models.BooleanField(default=True)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    # Where the next worker goes on: everything before is stored, in the same transaction.
    num_rows_done = models.PositiveIntegerField(default=0)
    # False where a dry run stopped for time: what follows was not looked at.
    is_whole = models.BooleanField(default=True)
    num_prompts = models.PositiveIntegerField(default=0)
    num_completions = models.PositiveIntegerField(default=0)
    num_labelers = models.PositiveIntegerField(default=0)
    num_tasks = models.PositiveIntegerField(default=0)
    num_judgments = models.PositiveIntegerField(default=0)
    num_demonstrations = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)


class JudgmentImportChunk(models.Model):
    """A piece of the uploaded file, so that any worker on any machine can read it."""

    judgment_import = models.ForeignKey(
        JudgmentImport, on_delete=models.CASCADE, related_name="chunks"
    )
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["judgment_import", "position"], name="judgment_chunk_once"
            ),
        ]


class JudgmentImportRow(models.Model):
    """Something to say about one row of the file; a row that is stored without a word has none."""

    class Outcome(models.TextChoices):
        BROKEN = "broken"
        LEFT_OUT = "left_out"
        SKIPPED = "skipped"
        # Stored, with something to know about it.
        NOTE = "note"

    judgment_import = models.ForeignKey(
        JudgmentImport, on_delete=models.CASCADE, related_name="rows"
    )
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    field = models.CharField(max_length=120, blank=True)
    message = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["judgment_import", "outcome", "line"])]
