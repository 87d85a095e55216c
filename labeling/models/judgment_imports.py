"""Imports of other projects' judgments in the background: the file, and what became of each row."""

from django.db import models

from labeling.models.uploads import Upload, UploadChunk


class JudgmentImport(Upload):
    # The name of one of ``labeling.importers.formats``, and what was decided about it.
    format = models.CharField(max_length=40)
    choices = models.JSONField(default=dict)
    dataset = models.CharField(max_length=40)
    project_name = models.CharField(max_length=160)
    is_study = models.BooleanField(default=True)
    is_dry_run = models.BooleanField(default=True)
    # Where the next worker goes on: everything before is stored, in the same transaction.
    num_rows_done = models.PositiveIntegerField(default=0)
    # Rows of the file, of which several may be one task and one several; each counts once.
    num_rows_stored = models.PositiveIntegerField(default=0)
    num_rows_skipped = models.PositiveIntegerField(default=0)
    num_rows_left_out = models.PositiveIntegerField(default=0)
    num_rows_broken = models.PositiveIntegerField(default=0)
    # False where a dry run stopped for time: what follows was not looked at.
    is_whole = models.BooleanField(default=True)
    num_prompts = models.PositiveIntegerField(default=0)
    num_completions = models.PositiveIntegerField(default=0)
    num_labelers = models.PositiveIntegerField(default=0)
    num_tasks = models.PositiveIntegerField(default=0)
    num_judgments = models.PositiveIntegerField(default=0)
    num_demonstrations = models.PositiveIntegerField(default=0)
    # Where something stands in the file that has no place here, and in how many of its rows.
    not_kept = models.JSONField(default=dict)

    @property
    def num_rows_read(self) -> int:
        return (
            self.num_rows_stored
            + self.num_rows_skipped
            + self.num_rows_left_out
            + self.num_rows_broken
        )


class JudgmentImportChunk(UploadChunk):
    judgment_import = models.ForeignKey(
        JudgmentImport, on_delete=models.CASCADE, related_name="chunks"
    )

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
