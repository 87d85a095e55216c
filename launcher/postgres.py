"""The embedded Postgres: initialised once, run as a direct child, safe after kill -9.

Only the binaries of the wheel are used. The data folder is made beside its place and moved there
when it is complete, so an interrupted first start leaves nothing half made.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher import commands, proc, stamps
from launcher.errors import LauncherRefusal
from launcher.service_home import ServiceHome

MAJOR_VERSION = "18"
# The provider that Postgres carries itself: the same order of text on every machine.
INITDB_ARGUMENTS = (
    "--username=concord",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=scram-sha-256",
)
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Postgres:
    """One embedded server. `is_durable` is off for tests only: they lose nothing in a crash."""

    home: ServiceHome
    port: int
    password: str
    is_durable: bool = True

    @property
    def data(self) -> Path:
        return self.home.folder / "pg"

    def prepare(self) -> None:
        """Bring the data folder into a state from which `command` starts.

        Raises: LauncherRefusal for data of another major version.
        """
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise LauncherRefusal(
                f"{self.data} holds data of Postgres {version}; this release runs {MAJOR_VERSION}.",
                "dump it with the release that made it and load the dump into a fresh start.",
            )
        self._end_leftovers()
        if not stamps.is_stamped(self._password_stamp, stamps.digest_of(self.password)):
            self._set_password()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "log_min_duration_statement": "2000",
        }
        if not self.is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.home.postgres_bin / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        argv = [str(self.home.postgres_bin / "pg_isready"), "-q", "-h", "127.0.0.1"]
        answer = subprocess.run(
            [*argv, "-p", str(self.port), "-t", "2"],
            capture_output=True,
            check=False,
            cwd=self.home.folder,
        )
        return answer.returncode == 0

    @property
    def _password_stamp(self) -> Path:
        return self.data / "concord-password.stamp"

    def _initialise(self) -> None:
        making = self.data.with_suffix(".partial")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self.home.give(making)
        sync = [] if self.is_durable else ["--no-sync"]
        initdb = str(self.home.postgres_bin / "initdb")
        argv = [initdb, "-D", str(making), *INITDB_ARGUMENTS, *sync]
        password_file = self._password_file(making)
        try:
            self._run([*argv, f"--pwfile={password_file}"])
        finally:
            password_file.unlink()
        self._single_user(making, "postgres", "CREATE DATABASE concord;")
        self._stamp_password(making)
        making.rename(self.data)

    def _password_file(self, making: Path) -> Path:
        """initdb reads the password from a file, so that no process list ever shows it."""
        path = making.with_suffix(".password")
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.password)
        self.home.give(path)
        return path

    def _set_password(self) -> None:
        """env.json was made anew: its password becomes the server's, and the data stays."""
        quoted = "'" + self.password.replace("'", "''") + "'"
        self._single_user(self.data, "concord", f"ALTER ROLE concord PASSWORD {quoted};")
        self._stamp_password(self.data)

    def _stamp_password(self, data: Path) -> None:
        stamps.write_stamp(data / self._password_stamp.name, stamps.digest_of(self.password))
        self.home.give(data / self._password_stamp.name)

    def _single_user(self, data: Path, database: str, statement: str) -> None:
        """Run one statement without a server: no port, no password, nobody else connected."""
        argv = [str(self.home.postgres_bin / "postgres"), "--single", "-D", str(data), database]
        self._run(argv, given=statement + "\n")

    def _run(self, argv: list[str], *, given: str = "") -> None:
        done = subprocess.run(
            self.home.leashed(argv, death_signal=signal.SIGTERM),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home.folder,
        )
        # Single-user mode reports a failed statement on standard error and still ends with 0.
        if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise commands.CommandFailed(argv, done.returncode, done.stdout + done.stderr)

    def _end_leftovers(self) -> None:
        """Whoever still works in our data after a kill -9 is stopped; then no lock file is true.

        The caller holds the state folder's lock, so no launcher owns these processes any more.
        A lock file whose process number now belongs to a stranger would stop Postgres for ever.
        """
        leftovers = proc.working_in(self.data, program="postgres")
        proc.end_all(leftovers, first=signal.SIGINT, patience_seconds=STOP_SECONDS)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
