"""What a labeler agrees to before the first task, in versions."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User


class ConsentVersion(models.Model):
    """The newest one counts: a labeler who has not agreed to it is asked before the next task."""

    version = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=160)
    body = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["version"]


class Consent(models.Model):
    consent_version = models.ForeignKey(
        ConsentVersion, on_delete=models.PROTECT, related_name="consents"
    )
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    agreed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consent_version", "labeler"], name="agreed_once_per_version"
            ),
        ]
