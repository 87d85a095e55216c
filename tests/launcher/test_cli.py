"""The command as a person types it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from launcher import stack, state
from launcher.cli import main
from tests.launcher.conftest import ROOT


def test_the_launcher_runs_before_anything_is_installed():
    """Isolated and without site packages: only the standard library can be imported."""
    started = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "launcher"), "help"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )

    assert started.returncode == 0, started.stderr
    assert "usage: ./concord COMMAND" in started.stdout


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert main(["dmeo"]) == 2

    said = capsys.readouterr().err
    assert "There is no command 'dmeo'" in said
    assert "demo [--port 8000]" in said


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_a_port_that_cannot_be_is_refused(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--port", port])

    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["demo", "dev", "check", "screenshots", "model"])
def test_a_command_explains_itself_before_it_does_anything(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCORD_STATE_DIR", str(tmp_path / "state"))

    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert f"usage: ./concord {command}" in capsys.readouterr().out
    assert not (tmp_path / "state").exists()


def test_an_unknown_model_is_answered_with_the_known_ones(capsys):
    assert main(["model", "fetch", "gpt-5"]) == 1

    assert "smollm2-135m, stories-15m" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL"])
def test_given_services_that_do_not_answer_are_named(layout, variable):
    """They are used instead of the embedded ones, so a wrong address must not start those."""
    address = {
        "DATABASE_URL": "postgres://concord:x@127.0.0.1:9/concord",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    environment = {**os.environ, "CONCORD_STATE_DIR": str(layout.state)}
    environment |= {variable: address[variable]}

    refused = subprocess.run(
        [str(ROOT / "concord"), "manage", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert f"{variable} points to 127.0.0.1:9, where nothing answers." in refused.stderr
    assert "What to do: start that service or correct" in refused.stderr


def test_manage_gives_its_services_back_and_passes_the_status_on(layout):
    environment = {**os.environ, "CONCORD_STATE_DIR": str(layout.state)}
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    script = "from django.db import connection as c; c.ensure_connection(); print('in'); exit(7)"

    done = subprocess.run(
        [str(ROOT / "concord"), "manage", "shell", "--no-imports", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    # Only the command's own words are on standard output, so that it can be piped.
    assert done.stdout == "in\n", done.stderr
    assert done.returncode == 7
    assert "Starting Postgres" in done.stderr
    assert not (layout.state / "pg" / "postmaster.pid").exists()


def test_manage_works_beside_a_running_demo(layout, monkeypatch):
    """The demo holds the lock and the services; a second Postgres on the same data must not be."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    script = "from django.db import connection as c; c.ensure_connection(); print('in')"
    settings = state.ensure_settings(layout)

    with state.hold_lock(layout), stack.supervised(layout, settings) as running:
        running.start_services()
        done = subprocess.run(
            [str(ROOT / "concord"), "manage", "shell", "--no-imports", "-c", script],
            env={**os.environ, "CONCORD_STATE_DIR": str(layout.state)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert running.services_answer()

    assert done.stdout == "in\n", done.stderr
    assert "Starting" not in done.stderr


def test_a_second_demo_from_the_same_folder_is_refused(layout):
    with state.hold_lock(layout):
        refused = subprocess.run(
            [str(ROOT / "concord"), "demo", "--port", str(state.free_service_port())],
            env={**os.environ, "CONCORD_STATE_DIR": str(layout.state)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert refused.returncode == 1
    assert f"Concord already runs from this folder (pid {os.getpid()})" in refused.stderr
    assert f"kill {os.getpid()}" in refused.stderr


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_every_way_of_stopping_is_an_orderly_stop(layout, stop):
    environment = {**os.environ, "CONCORD_STATE_DIR": str(layout.state), "PYTHONPATH": str(ROOT)}
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    script = """
import sys
from launcher import cli, stack, state
def serve(layout, arguments):
    with stack.supervised(layout, state.ensure_settings(layout)) as running:
        running.start_services()
        print("up", flush=True)
        stack.watch(running.supervisor)
cli._demo = serve
sys.exit(cli.main(["demo"]))
"""
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout is not None
    while launcher.stdout.readline() != "up\n":
        time.sleep(0.01)

    launcher.send_signal(stop)
    launcher.communicate(timeout=120)

    assert launcher.returncode == 130
    assert not (layout.state / "pg" / "postmaster.pid").exists()
    assert "database system is shut down" in (layout.logs / "db.log").read_text()
