"""Who decided what about whom, kept for good."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User


class AuditEntry(models.Model):
    """Append-only: Postgres refuses to change or remove one."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # verb_first, for example "accept_candidate".
    action = models.CharField(max_length=64)
    # What it was done to, for example "candidacy" and its id as text.
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["-created_at"]),
        ]
