"""Which answers training and statistics may read."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now


def sealed_answer() -> Q:
    """Rankings or demonstrations that can no longer be taken back, by the database's clock.

    An answer without an assignment was imported: nobody can take it back, so it is sealed at once.
    """
    limit = timedelta(seconds=settings.TAKE_BACK_SECONDS)
    return Q(superseded_at__isnull=True) & (
        Q(assignment__isnull=True) | Q(submitted_at__lte=Now() - limit)
    )
