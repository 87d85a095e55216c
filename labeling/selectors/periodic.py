"""How long ago periodic work was done."""

from django.db import connection

AGE = """
SELECT extract(epoch FROM clock_timestamp() - ran_at) FROM labeling_periodicwork WHERE name = %s
"""


def seconds_since(name: str) -> float | None:
    """By the database's clock; None for work that was never done. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AGE, [name])
        row = cursor.fetchone()
    return None if row is None else float(row[0])
