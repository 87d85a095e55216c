"""Reading snapshots."""

from uuid import UUID

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from training.models import Snapshot


def snapshots(*, kind: str | None = None) -> QuerySet[Snapshot]:
    """With their artifact and creator. One query."""
    found = Snapshot.objects.select_related("artifact", "created_by")
    return found if kind is None else found.filter(kind=kind)


def access_snapshot(snapshot_id: UUID) -> Snapshot:
    """For researchers. Raises: NotAccessible."""
    snapshot = snapshots().filter(pk=snapshot_id).first()
    if snapshot is None:
        raise NotAccessible
    return snapshot
