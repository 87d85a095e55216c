"""Writing down who decided what about whom, in the transaction that does it."""

from collections.abc import Mapping

from django.db.models import Model

from labeling.models import AuditEntry, User


def record(
    *, actor: User, action: str, subject: Model, details: Mapping[str, object] | None = None
) -> AuditEntry:
    """One entry for good. Precondition: inside the transaction of the deed itself.

    ``details`` says what changed, as JSON, and never holds a secret.
    """
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        subject_kind=str(subject._meta.model_name),
        subject_id=str(subject.pk),
        details=dict(details or {}),
    )
