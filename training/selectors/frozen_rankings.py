"""Which rankings some snapshots hold."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from training.models import SnapshotRanking


def is_frozen_in(snapshots: Collection[UUID] | QuerySet[Any]) -> Exists:
    """Of a ranking: that one of these snapshots holds it."""
    links = SnapshotRanking.objects.filter(ranking=OuterRef("pk"), snapshot__in=snapshots)
    return Exists(links)
