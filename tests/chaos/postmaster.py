"""The Postgres server below everything, ended under its users' hands."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from django.db import Error as DatabaseFault
from django.db import connection


@dataclass(frozen=True)
class Postmaster:
    """The server process; the launcher starts another one when it ends."""

    pid: int

    @classmethod
    def find(cls) -> "Postmaster":
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            folder = Path(cursor.fetchone()[0])
        return cls(int((folder / "postmaster.pid").read_text().splitlines()[0]))

    def end(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def is_replaced(self) -> bool:
        """Whether another server answers."""
        connection.close()
        try:
            return self.find() != self
        except DatabaseFault:
            return False
