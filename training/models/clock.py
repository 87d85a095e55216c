"""The database's clock: every lease and every due time is computed with it, never with ours."""

from django.db.models import DateTimeField, Func


class ClockTimestamp(Func):
    """clock_timestamp(): the moment of evaluation.

    Unlike Now() it goes on while a statement waits for a lock.
    """

    template = "clock_timestamp()"
    arity = 0
    output_field = DateTimeField()
