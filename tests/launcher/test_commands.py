"""Programs that get the terminal, and what is left of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import commands, proc
from tests.launcher.conftest import ROOT, wait_until

CAREFUL = """
import sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("cleaned up", flush=True)
    sys.exit(3)
"""
HAND_OVER = """
import os, sys
from launcher import commands
argv = [sys.executable, "-c", sys.argv[1]]
sys.exit(commands.run_in_foreground(argv, env=dict(os.environ), meanwhile=lambda: None))
"""
LEAVE_A_STRAY = """
import subprocess, sys
stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                         start_new_session=True, stdout=subprocess.DEVNULL)
print(stray.pid, flush=True)
"""
END_STRAYS = """
import os, sys
from pathlib import Path
from launcher import commands
from launcher.supervisor import Supervisor
state = Path(sys.argv[2])
supervisor = Supervisor(logs=state, state=state, report=print)
argv = [sys.executable, "-c", sys.argv[1]]
commands.run_in_foreground(argv, env=dict(os.environ), meanwhile=supervisor.tend)
supervisor.end_strays()
"""


def catches(pid, wish):
    """Whether the process has told the system to run something of its own at this signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    return bool(int(status.split("SigCgt:")[1].split()[0], 16) & (1 << (wish - 1)))


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_stop_lets_the_program_clean_up(wish):
    handing = subprocess.Popen(
        [sys.executable, "-c", HAND_OVER, CAREFUL], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert handing.stdout.readline() == "ready\n"
    # The handlers are in place a moment after the program has started.
    wait_until(lambda: catches(handing.pid, wish))

    handing.send_signal(wish)
    said, _ = handing.communicate(timeout=60)

    assert said == "cleaned up\n"
    assert handing.returncode == 3


def test_what_a_program_leaves_behind_is_ended(layout):
    said = subprocess.run(
        [sys.executable, "-c", END_STRAYS, LEAVE_A_STRAY, str(layout.state)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert proc.wait_gone({int(said.stdout)}, timeout_seconds=30) == set()


def test_a_program_ended_by_a_signal_has_the_shells_status():
    argv = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]

    assert commands.run_in_foreground(argv, env=dict(os.environ), meanwhile=print) == 128 + 9


def test_a_long_failure_shows_its_beginning_and_its_end():
    script = "for n in range(100): print('line', n)\nraise SystemExit(2)"

    with pytest.raises(commands.CommandFailed) as failed:
        commands.run_streaming([sys.executable, "-c", script], on_line=lambda line: None)

    shown = failed.value.details.splitlines()
    assert shown[:10] == [f"line {n}" for n in range(10)]
    assert shown[10] == "…"
    assert shown[11:] == [f"line {n}" for n in range(80, 100)]
