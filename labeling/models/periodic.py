"""When periodic work was last done, so that somebody can tell that it no longer is."""

from django.db import models


class PeriodicWork(models.Model):
    """One kind of work; its row is written over each time."""

    name = models.CharField(primary_key=True, max_length=40)
    ran_at = models.DateTimeField()
    # Null while it has never succeeded.
    succeeded_at = models.DateTimeField(null=True)
    # Since the last success.
    num_failures = models.PositiveIntegerField(default=0)
