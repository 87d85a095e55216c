"""Commands that hand over to a program of ours, with the services it needs around it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout

from launcher import checks, demo, environment, screen, stack, state
from launcher.errors import LauncherRefusal
from launcher.layout import Layout
from launcher.supervisor import Supervisor

STARTING_SECONDS = 60.0


def manage(layout: Layout, arguments: Sequence[str]) -> int:
    """Django's own commands: beside a running demo, or with services just for this command."""
    with redirect_stdout(sys.stderr):
        environment.ensure_environment(layout, for_development=False)
    with services(layout) as running:
        script = str(layout.root / "manage.py")
        return hand_over([str(layout.python), script, *arguments], running)


def simulate(layout: Layout, arguments: Sequence[str]) -> int:
    return _simulation(layout, ["simulate", *arguments])


def loop(layout: Layout, arguments: Sequence[str]) -> int:
    return _simulation(layout, ["loop", *arguments])


def _simulation(layout: Layout, arguments: Sequence[str]) -> int:
    """Simulated labelers see what people see: the web, through its public API only."""
    demo.check_machine(layout)
    with site(layout) as running:
        argv = [str(layout.python), "-m", "simulation", *arguments]
        return hand_over(argv, running, extra={"CONCORD_URL": running.web_url()})


@contextmanager
def services(layout: Layout) -> Iterator[stack.Stack]:
    """The services of the running demo, or our own for as long as the block lasts.

    Standard output belongs to the command, so what the launcher says goes to standard error.
    """
    try:
        with state.hold_lock(layout):
            settings = state.with_free_service_ports(layout, state.ensure_settings(layout))
            with redirect_stdout(sys.stderr), stack.supervised(layout, settings) as running:
                running.start_services()
                yield running
    except state.StateInUseError:
        running = beside(layout)
        wait_for(running.services_answer, "The services of the running demo")
        yield running


@contextmanager
def site(layout: Layout) -> Iterator[stack.Stack]:
    """The running demo, or a whole one of our own for as long as the block lasts."""
    try:
        with state.hold_lock(layout):
            demo.set_up(layout)
            port = 8000 if checks.is_port_free(8000) else state.free_service_port()
            with stack.supervised(layout, demo.chosen_settings(layout, port)) as running:
                demo.start_everything(running)
                yield running
    except state.StateInUseError:
        running = beside(layout)
        wait_for(running.web_answers, f"The running demo at {running.web_url()}")
        yield running


def beside(layout: Layout) -> stack.Stack:
    """A stack that somebody else's launcher runs; we only use it."""
    settings = state.ensure_settings(layout)
    idle = Supervisor(logs=layout.logs, state=layout.state, report=screen.say)
    return stack.Stack(layout, settings, idle)


def wait_for(answers: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise LauncherRefusal(
                f"{what} did not answer within {STARTING_SECONDS:.0f} s.",
                "look at the terminal in which ./concord demo runs, and at its logs.",
            )
        time.sleep(0.2)


def hand_over(
    argv: Sequence[str], running: stack.Stack, *, extra: dict[str, str] | None = None
) -> int:
    """Give the terminal to a program; Ctrl-C is the program's until it ends."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = subprocess.run(argv, env={**running.environment(), **(extra or {})}, check=False)
    finally:
        signal.signal(signal.SIGINT, before)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode
