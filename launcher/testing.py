"""`./concord test`: services of its own, the built frontend, a browser, and the whole suite."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace

from launcher import chromium, demo, environment, frontend, screen, stack, state
from launcher.layout import Layout
from launcher.service_home import prepare_service_home

JOURNEY_MARK = "journey"
# Two workers: each makes its own database, and both together fit a small machine's memory.
PARALLEL = ("-n", "2", "--dist", "loadfile")
NO_TESTS_COLLECTED = 5
COLLECTED = re.compile(r"^(\d+)(?:/\d+)? tests? collected", re.MULTILINE)


@dataclass(frozen=True)
class Suite:
    """A started stack of services and the browser the journeys use."""

    running: stack.Stack
    browser: chromium.Browser

    def environment(self) -> dict[str, str]:
        return {
            **self.running.environment(),
            "CONCORD_CHROMIUM": self.browser.path,
            # The synchronous browser driver keeps an event loop running in the test's thread.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            # Torch's own threads times two test workers would fight over the same cores.
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        }

    def pytest(self, arguments: Sequence[str]) -> int:
        argv = stack.in_venv(self.running.layout, ("python", "-m", "pytest", *arguments))
        done = subprocess.run(
            argv, cwd=self.running.layout.root, env=self.environment(), check=False
        )
        return done.returncode

    def num_journeys(self) -> int:
        """How many journeys there are, asked of pytest itself."""
        argv = stack.in_venv(
            self.running.layout, ("python", "-m", "pytest", "--collect-only", "-q")
        )
        done = subprocess.run(
            [*argv, "-m", JOURNEY_MARK],
            cwd=self.running.layout.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        found = COLLECTED.search(done.stdout)
        return int(found.group(1)) if found else 0


def test(layout: Layout, *, pytest_arguments: Sequence[str]) -> int:
    """Run the default suite, or exactly what the arguments say; returns pytest's status."""
    test_layout = replace(layout, state=layout.state / "test")
    demo.check_machine(test_layout)
    with demo.hold_or_refuse(test_layout):
        environment.ensure_environment(layout, for_development=True)
        frontend.ensure_frontend(layout)
        browser = chromium.ensure_browser()
        # Yesterday's databases would only slow today's run down.
        forget_services(test_layout)
        settings = state.with_free_service_ports(test_layout, state.ensure_settings(test_layout))
        with stack.supervised(test_layout, settings, is_durable=False) as running:
            running.start_services()
            suite = Suite(running, browser)
            if pytest_arguments:
                return suite.pytest(pytest_arguments)
            return run_whole_suite(suite)


def run_whole_suite(suite: Suite) -> int:
    """Everything but the journeys on two workers, then the journeys one after another."""
    screen.say("The suite without the journeys:")
    status = suite.pytest([*PARALLEL, "-m", f"not {JOURNEY_MARK}"])
    if suite.browser.path:
        screen.say("The journeys through the browser:")
        journeys = suite.pytest(["-m", JOURNEY_MARK])
        return status or (0 if journeys == NO_TESTS_COLLECTED else journeys)
    return status or journeys_missing(suite)


def journeys_missing(suite: Suite) -> int:
    """Say as the last line what did not run and why; in CI a silent gap would be a lie."""
    num_journeys = suite.num_journeys()
    screen.say(f"{num_journeys} browser journeys did not run: {suite.browser.reason}.")
    return 1 if is_ci() and num_journeys else 0


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"true", "1"}


def forget_services(layout: Layout) -> None:
    """Remove the test services' data of an earlier run; nothing else is stored there."""
    folder = prepare_service_home(layout).folder
    for name in ("pg", "valkey"):
        shutil.rmtree(folder / name, ignore_errors=True)
