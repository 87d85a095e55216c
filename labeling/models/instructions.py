"""The written instructions of a project, versioned, and who has read which version (R15)."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User


class InstructionVersion(models.Model):
    project = models.ForeignKey(
        "labeling.Project", on_delete=models.CASCADE, related_name="instruction_versions"
    )
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    body = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="instruction_version_once"),
        ]
        ordering = ["project", "version"]


class Acknowledgement(models.Model):
    """A labeler has read this version; a newer one must be read before the next task."""

    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.CASCADE, related_name="acknowledgements"
    )
    labeler = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acknowledgements")
    acknowledged_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instructions", "labeler"], name="acknowledged_once_per_version"
            ),
        ]
