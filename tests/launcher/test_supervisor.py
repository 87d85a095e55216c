"""Crashes, stops and sudden death, with real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher import proc
from launcher.errors import LauncherRefusal
from launcher.processes import Process
from launcher.supervisor import MARK, Supervisor
from tests.launcher.conftest import ROOT, wait_until

# Says its name when it starts and when it is asked to stop.
POLITE = """
import pathlib, signal, sys, time
def say(what):
    with open(sys.argv[1], "a") as log:
        log.write(f"{sys.argv[2]} {what}\\n")
def leave(*_):
    say("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
say("started")
while True:
    time.sleep(0.05)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
# A worker that starts a runner in a session of its own, as the GPU worker does.
WITH_RUNNER = """
import subprocess, sys, time
argv = [sys.executable, "-c", *sys.argv[1:]]
runner = subprocess.Popen(argv, start_new_session=True)
print(runner.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervised(layout):
    """A supervisor whose reports are kept; whatever is left at the end is ended."""
    reports = []
    supervisor = Supervisor(logs=layout.logs, state=layout.state, report=reports.append)
    supervisor.reports = reports
    yield supervisor
    supervisor.kill()


def start(supervisor, name, *arguments, patience_seconds=5.0, is_service=False):
    command = () if is_service else ("python",)
    process = Process(name, "a test", command=command, patience_seconds=patience_seconds)
    argv = [sys.executable, "-c", *arguments]
    return supervisor.start(process, argv, environment=dict(os.environ), folder=ROOT)


def ignores_stop(pid):
    """Whether the process has told the system to ignore SIGTERM."""
    status = Path(f"/proc/{pid}/status").read_text()
    ignored = int(status.split("SigIgn:")[1].split()[0], 16)
    return bool(ignored & (1 << (signal.SIGTERM - 1)))


def read(path):
    return path.read_text() if path.exists() else ""


def test_services_stop_when_those_who_use_them_have_stopped(supervised, layout):
    log = layout.state / "order"
    for name in ("db", "web", "worker"):
        start(supervised, name, POLITE, str(log), name, is_service=name == "db")
        wait_until(lambda name=name: f"{name} started" in read(log))

    supervised.stop()

    stops = log.read_text().splitlines()[3:]
    assert sorted(stops[:2]) == ["web stopped", "worker stopped"]
    assert stops[2] == "db stopped"


def test_slow_processes_stop_side_by_side(supervised):
    """Four workers that need their patience must not need it four times."""
    for name in ("web", "worker", "gpu-worker", "beat"):
        member = start(supervised, name, DEAF, patience_seconds=2.0)
        wait_until(lambda member=member: ignores_stop(member.popen.pid))
    started = time.monotonic()

    supervised.stop()

    assert time.monotonic() - started < 6.0


def test_a_crashed_process_comes_back_after_waits_that_double(supervised, layout):
    log = layout.state / "starts"
    start(supervised, "worker", f"open({str(log)!r}, 'a').write('started\\n'); raise SystemExit(3)")

    def tend_until(num_starts):
        supervised.tend()
        return read(log).count("started") == num_starts

    wait_until(lambda: tend_until(3))

    crashes = [line for line in supervised.reports if "ended (status 3)" in line]
    # One second before the second start, two before the third.
    assert [line.split("again in ")[1][:3] for line in crashes[:2]] == ["1 s", "2 s"]


def test_a_process_that_ignores_the_stop_is_ended(supervised):
    member = start(supervised, "worker", DEAF, patience_seconds=0.3)
    wait_until(lambda: ignores_stop(member.popen.pid))

    supervised.stop()

    assert member.popen.returncode == -signal.SIGKILL
    assert supervised.reports == ["worker does not stop by itself and is ended."]


def test_a_detached_runner_is_asked_to_stop_after_its_worker(supervised, layout):
    """RL1: no trainer outlives an orderly stop, although it lives in a session of its own."""
    log = layout.state / "runner"
    worker = start(supervised, "gpu-worker", WITH_RUNNER, POLITE, str(log), "runner")
    wait_until(lambda: "runner started" in read(log))
    runner = int(read(worker.log).split()[0])
    assert proc.is_alive(runner)

    supervised.stop()

    assert "runner stopped" in read(log)
    assert not proc.is_alive(runner)


def test_a_runner_left_by_a_killed_launcher_is_found_by_its_mark(supervised, layout):
    log = layout.state / "left"
    environment = {**os.environ, MARK: str(layout.state)}
    left = subprocess.Popen([sys.executable, "-c", POLITE, str(log), "left"], env=environment)
    wait_until(lambda: "left started" in read(log))

    supervised.stop()

    assert left.wait(timeout=60) == 0
    assert "left stopped" in read(log)


def test_nothing_is_left_when_the_launcher_is_killed(layout):
    """kill -9 gives no chance to clean up: the system itself tells the children."""
    script = f"""
import os, sys, time
from pathlib import Path
from launcher.processes import Process
from launcher.supervisor import Supervisor
state = Path({str(layout.state)!r})
supervisor = Supervisor(logs=state / "logs", state=state, report=print)
argv = [sys.executable, "-c", {POLITE!r}, {str(layout.state / "log")!r}, "worker"]
process = Process("worker", "a test", command=("python",))
member = supervisor.start(process, argv, environment=dict(os.environ), folder=Path.cwd())
print(member.popen.pid, flush=True)
time.sleep(60)
"""
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(launcher.stdout.readline())
    wait_until(lambda: "worker started" in read(layout.state / "log"))

    launcher.kill()
    launcher.communicate()

    wait_until(lambda: not proc.is_alive(child))
    assert "worker stopped" in read(layout.state / "log")


def test_a_process_that_stops_while_starting_shows_the_end_of_its_log(supervised):
    member = start(supervised, "web", "raise SystemExit('the port is taken')")

    with pytest.raises(LauncherRefusal, match=r"web .* stopped while starting") as refused:
        supervised.wait_ready(member, lambda: False, timeout_seconds=60)

    assert refused.value.details == "the port is taken"
    assert str(member.log) in refused.value.remedy


def test_a_large_log_is_set_aside_at_a_start(supervised, layout):
    layout.logs.mkdir()
    (layout.logs / "web.log").write_bytes(b"x" * (10 * 1024**2 + 1))

    member = start(supervised, "web", "print('fresh')")
    member.popen.wait(timeout=60)

    assert (layout.logs / "web.log").read_text() == "fresh\n"
    assert (layout.logs / "web.log.1").stat().st_size > 10 * 1024**2
