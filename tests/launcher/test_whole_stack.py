"""Every process of the table, started as `./concord demo` starts them, and sudden death."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from launcher import proc, state
from tests.launcher.conftest import ROOT

START = """
import sys
from dataclasses import replace
from pathlib import Path
from launcher import demo, stack, state
from launcher.layout import Layout
layout = Layout(root=Path.cwd(), state=Path(sys.argv[1]))
settings = demo.chosen_settings(layout, state.free_service_port())
with stack.supervised(layout, settings) as running:
    running.start_services()
    running.migrate()
    running.wait_for_web(running.start_application())
    print(running.web_url(), flush=True)
    stack.watch(running.supervisor)
"""
EXPECTED = (
    "postgres",
    "valkey-server",
    "gunicorn",
    "--queues=default",
    "--queues=gpu",
    "beat",
    "metrics",
)


def sign_of_life(layout):
    """Of both workers, as they stand on one machine here."""
    return layout.state / "alive"


def start(layout):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CONCORD_SIGN_OF_LIFE": str(sign_of_life(layout)),
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    launcher = subprocess.Popen(
        [sys.executable, "-c", START, str(layout.state)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in launcher.stdout:
        if line.startswith("http://"):
            return launcher, line.strip()
    raise AssertionError("the launcher ended before the web answered")


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def check_health(url, layout):
    """The containers' healthcheck, asked about these processes, and about one that is not there."""
    settings = state.ensure_settings(layout)
    environment = {
        **os.environ,
        "PATH": f"{layout.venv_bin}:{os.environ['PATH']}",
        "PORT": url.rsplit(":", 1)[1],
        "METRICS_PORT": str(settings.metrics_port),
        "CONCORD_STATE_DIR": str(layout.state),
        "CONCORD_SIGN_OF_LIFE": str(sign_of_life(layout)),
    }

    def is_well(name):
        argv = ["sh", str(ROOT / "docker" / "healthcheck"), name]
        return subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode == 0

    assert is_well("web")
    deadline = time.monotonic() + 300
    while not all(map(is_well, ("worker", "gpu-worker", "beat", "metrics"))):
        assert time.monotonic() < deadline
    with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}", timeout=60) as answer:
        assert b"\nweb_ready 1.0\n" in answer.read()
    environment["PORT"] = environment["METRICS_PORT"] = str(state.free_service_port())
    assert not is_well("web")
    assert not is_well("metrics")


def test_the_whole_stack_lives_and_leaves_nothing_when_its_launcher_is_killed(layout):
    launcher, url = start(layout)
    try:
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", "/api/session/")
        assert json.load(connection.getresponse())["user"] is None
        connection.close()
        check_health(url, layout)
        family = proc.descendants(launcher.pid)
        command_lines = [command_line(pid) for pid in family]
        for name in EXPECTED:
            assert any(name in line for line in command_lines), name
    finally:
        launcher.send_signal(signal.SIGKILL)
        launcher.communicate()

    assert proc.wait_gone(family, timeout_seconds=30) == set()

    # And the next start finds data, ports and locks in order, and stops in order.
    launcher, url = start(layout)
    family = proc.descendants(launcher.pid)
    launcher.send_signal(signal.SIGINT)
    started = time.monotonic()
    launcher.communicate(timeout=60)
    assert time.monotonic() - started < 30
    assert not any(proc.is_alive(pid) for pid in family)
    assert "database system is shut down" in (layout.logs / "db.log").read_text()
