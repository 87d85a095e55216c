"""Writing down that periodic work was done."""

from django.db import connection

NOTE = """
INSERT INTO labeling_periodicwork AS known (name, ran_at, succeeded_at, num_failures)
VALUES (
    %(name)s, clock_timestamp(),
    CASE WHEN %(succeeded)s THEN clock_timestamp() END,
    CASE WHEN %(succeeded)s THEN 0 ELSE 1 END
)
ON CONFLICT (name) DO UPDATE SET
    ran_at = excluded.ran_at,
    succeeded_at = coalesce(excluded.succeeded_at, known.succeeded_at),
    num_failures = CASE WHEN %(succeeded)s THEN 0 ELSE known.num_failures + 1 END
"""


def note_work(name: str, *, succeeded: bool = True) -> None:
    """By the database's clock. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"name": name, "succeeded": succeeded})
