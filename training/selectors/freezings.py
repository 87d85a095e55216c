"""Reading what was asked to be frozen."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from labeling.errors import NotAccessible
from training.models import Freezing

OPEN_STATES = (Freezing.State.QUEUED, Freezing.State.RUNNING)
# So long a failed one is shown beside the snapshots.
SHOWN_FOR = timedelta(days=1)


def freezings_to_show() -> QuerySet[Freezing]:
    """Those on their way and those that failed since yesterday. One query."""
    failed = Q(state=Freezing.State.FAILED, finished_at__gt=Now() - SHOWN_FOR)
    return _with_author().filter(Q(state__in=OPEN_STATES) | failed)


def access_freezing(freezing_id: UUID) -> Freezing:
    """For researchers. One query. Raises: NotAccessible."""
    freezing = _with_author().filter(pk=freezing_id).first()
    if freezing is None:
        raise NotAccessible
    return freezing


def _with_author() -> QuerySet[Freezing]:
    return Freezing.objects.select_related("created_by").defer("text")
