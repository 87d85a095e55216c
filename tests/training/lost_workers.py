"""Workers that are lost in the middle of what they do, with the database or by themselves."""

import os
import subprocess

from django.conf import settings
from django.db import connection, transaction

from tests.training.processes import program, wait_until
from training.runner.environment import database_url

# Before the work that a program does as a worker.
SET_UP = "import django\ndjango.setup()\n"
SOMEBODY_WAITS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE NOT granted AND datname = current_database() AND relation = %s::regclass
"""


def kill_a_worker_at(table: str, work: str) -> None:
    """Kill a process that does this work when it comes as far as a row of the table.

    Precondition: the test's own work is committed.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        worker = subprocess.Popen(program(SET_UP + work), env=environment, cwd=settings.BASE_DIR)

        def is_in_the_middle() -> bool:
            cursor.execute(SOMEBODY_WAITS, [table])
            return bool(cursor.fetchone()[0])

        try:
            wait_until(is_in_the_middle)
        finally:
            worker.kill()
            worker.wait()


def shut_down_at(table: str) -> None:
    """From now on a row of the table is answered as by a database that shuts down meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION shut_down() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'shutting down' USING ERRCODE = '57P01'; END $$;"
            f"CREATE TRIGGER shut_down BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION shut_down()"
        )


def go_on_at(table: str) -> None:
    """The database is back."""
    with connection.cursor() as cursor:
        # What the test's transaction has left to check keeps its tables as they are.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER shut_down ON {table}; DROP FUNCTION shut_down()")
