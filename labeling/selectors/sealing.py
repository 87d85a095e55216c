"""Which answers training and statistics may read."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now


def moment() -> datetime:
    """What the database's clock says now. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        [(now,)] = cursor.fetchall()
    found: datetime = now
    return found


def sealed_answer(at: datetime | None = None) -> Q:
    """Rankings or demonstrations that can no longer be taken back, by the database's clock.

    Without ``at`` each statement asks the clock anew: whoever reads in several ones gives a moment.

    An answer without an assignment was imported and a simulated labeler never changes its mind:
    nobody can take either back, so they are sealed at once.
    """
    limit = timedelta(seconds=settings.TAKE_BACK_SECONDS)
    return Q(superseded_at__isnull=True) & (
        Q(assignment__isnull=True)
        | Q(labeler__is_simulated=True)
        | Q(submitted_at__lte=Now() - limit if at is None else at - limit)
    )


def is_sealed() -> "ExpressionWrapper[Q]":
    """``sealed_answer`` as a column."""
    return ExpressionWrapper(sealed_answer(), output_field=BooleanField())
