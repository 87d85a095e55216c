import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from launcher import checks, state
from launcher.errors import LauncherRefusal
from tests.launcher.conftest import ROOT

HOLD_LOCK = """
import sys, time
from pathlib import Path
from launcher import state
from launcher.layout import Layout
with state.hold_lock(Layout(root=Path.cwd(), state=Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_secrets_are_made_once_and_nobody_else_can_read_them(layout):
    first = state.ensure_settings(layout)

    assert state.ensure_settings(layout) == first
    assert layout.settings_file.stat().st_mode & 0o777 == 0o600
    assert len(first.secret_key) >= 50
    assert len({first.secret_key, first.database_password, first.redis_password}) == 3


def test_a_remembered_service_port_is_kept_while_it_is_free(layout):
    settings = state.ensure_settings(layout)

    assert state.with_free_service_ports(layout, settings) == settings


def test_a_service_port_taken_by_a_stranger_is_replaced_and_remembered(layout):
    settings = state.ensure_settings(layout)
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        moved = state.with_free_service_ports(layout, replace(settings, redis_port=taken))

    assert moved.redis_port != taken
    assert moved.database_port == settings.database_port
    assert json.loads(layout.settings_file.read_text())["redis_port"] == moved.redis_port


def test_a_folder_from_before_there_were_metrics_gets_their_usual_port(layout):
    settings = state.ensure_settings(layout)
    stored = json.loads(layout.settings_file.read_text())
    del stored["metrics_port"]
    layout.settings_file.write_text(json.dumps(stored))

    read = state.ensure_settings(layout)

    assert read == replace(settings, metrics_port=state.METRICS_PORT)


def test_unreadable_settings_are_refused_with_what_to_do(layout):
    layout.settings_file.write_text('{"secret_key": "only half of')

    with pytest.raises(LauncherRefusal, match=r"env\.json cannot be read") as refused:
        state.ensure_settings(layout)

    assert "delete it" in refused.value.remedy


def test_the_second_launcher_learns_who_holds_the_folder(layout):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(layout.state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(state.StateInUseError) as refused, state.hold_lock(layout):
        pass

    assert refused.value.pid == holder.pid
    # Killed without a chance to clean up: the lock is free all the same.
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with state.hold_lock(layout):
        assert layout.lock_file.read_text() == str(os.getpid())


def test_free_service_ports_are_free_and_below_the_outgoing_range():
    port = state.free_service_port()

    assert checks.is_port_free(port)
    assert 20_000 <= port < 30_000
