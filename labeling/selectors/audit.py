"""Reading who decided what about whom."""

from django.db.models import QuerySet

from labeling.models import AuditEntry


def audit_entries(
    *, action: str = "", subject_kind: str = "", subject_id: str = ""
) -> QuerySet[AuditEntry]:
    """The entries that fit every filter given, each with its actor. One query."""
    wanted = {"action": action, "subject_kind": subject_kind, "subject_id": subject_id}
    filters = {name: value for name, value in wanted.items() if value}
    return AuditEntry.objects.filter(**filters).select_related("actor")
