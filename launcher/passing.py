"""Commands that hand over to a program of ours, with the services it needs around it."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout

from launcher import checks, commands, demo, models, screen, stack, state
from launcher.environment import ensure_environment
from launcher.errors import LauncherRefusal
from launcher.layout import Layout
from launcher.supervisor import Supervisor

STARTING_SECONDS = 60.0
ADMIN_TOKEN = "CONCORD_ADMIN_TOKEN"  # noqa: S105 (the name of a variable)
# Whom seed_demo makes an admin.
DEMO_ADMIN = "ada@demo.invalid"


def manage(layout: Layout, arguments: Sequence[str]) -> int:
    """Django's own commands: beside a running demo, or with services just for this command."""
    with redirect_stdout(sys.stderr):
        ensure_environment(layout, for_development=False)
    with services(layout) as running:
        script = str(layout.root / "manage.py")
        return running.hand_over([str(layout.python), script, *arguments])


def simulate(layout: Layout, arguments: Sequence[str]) -> int:
    """Simulated labelers work on a ranking project of the demo."""
    demo.check_machine(layout)
    with site(layout) as running:
        return _simulation(running, ["simulate", *arguments])


def loop(layout: Layout, arguments: Sequence[str]) -> int:
    """The whole loop, unattended, from the small base model."""
    demo.check_machine(layout)
    with site(layout) as running:
        running.register_model(models.find_model(models.LOOP_MODEL))
        return _simulation(running, ["loop", *arguments])


def fetch_model(layout: Layout, name: str) -> int:
    """Fetch, convert and register an embedded model."""
    model = models.find_model(name)
    demo.check_machine(layout)
    ensure_environment(layout, for_development=False)
    with services(layout) as running:
        running.migrate()
        running.register_model(model)
    return 0


def _simulation(running: stack.Stack, arguments: list[str]) -> int:
    """The simulation sees what people see: the web, through its public API only."""
    argv = [str(running.layout.python), "-m", "simulation", *arguments]
    if not any(argument.startswith("--url") for argument in arguments):
        argv.append(f"--url={running.web_url()}")
    token = os.environ.get(ADMIN_TOKEN) or _admin_token(running)
    return running.hand_over(argv, cwd=running.layout.root, extra={ADMIN_TOKEN: token})


def _admin_token(running: stack.Stack) -> str:
    """A token of the demo's admin that is good for a day."""
    try:
        return running.run_manage(("api_token", DEMO_ADMIN, "--name=simulation")).splitlines()[-1]
    except commands.CommandFailed as failure:
        raise LauncherRefusal(
            f"This site has no demo admin ({DEMO_ADMIN}) to simulate labelers for.",
            f"set {ADMIN_TOKEN} to an admin's API token (./concord manage api_token EMAIL).",
            details=failure.details,
        ) from failure


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
