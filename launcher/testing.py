"""`./concord test`: services of its own, the built frontend, a browser, and the whole suite."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from launcher import chromium, demo, environment, frontend, screen, stack, state
from launcher.errors import LauncherRefusal
from launcher.layout import Layout
from launcher.service_home import prepare_service_home

JOURNEY_MARK = "journey"
# Every journey lies here, so that a run of them reads no other test and the rest no browser's.
JOURNEY_FOLDERS = ("tests/browser", "tests/journeys")
CHAOS_MARK = "chaos"
# Two workers: each makes its own database, and both together fit a small machine's memory. Files
# go out in the order of tests/conftest.py: by their number of tests, the longest came last.
PARALLEL = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# The journeys find the workers' databases made; a server that is not ours keeps none of them.
MAKE_DATABASES = ("--reuse-db", "--create-db")
FIND_DATABASES = ("--reuse-db",)
NO_TESTS_COLLECTED = 5
COLLECTED = re.compile(r"^(\d+)(?:/\d+)? tests? collected", re.MULTILINE)


@dataclass(frozen=True)
class Suite:
    """A started stack of services and the browser the journeys use."""

    running: stack.Stack
    browser: chromium.Browser

    @property
    def is_database_given(self) -> bool:
        """Whether the person named a server, where nothing of ours may stay behind."""
        return bool(os.environ.get("DATABASE_URL"))

    def environment(self) -> dict[str, str]:
        return {
            **self.running.environment(),
            "CONCORD_CHROMIUM": self.browser.path,
            # The synchronous browser driver keeps an event loop running in the test's thread.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            # Torch's own threads times two test workers would fight over the same cores.
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
            # The suite starts hundreds of processes: the first one compiles our modules for all.
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def pytest(self, arguments: Sequence[str]) -> int:
        return self.module("pytest", arguments)

    def module(self, name: str, arguments: Sequence[str]) -> int:
        argv = stack.in_venv(self.running.layout, ("python", "-m", name, *arguments))
        root = self.running.layout.root
        status = self.running.hand_over(argv, cwd=root, extra=self.environment())
        # A run that was cut short may have left a browser or a worker behind.
        self.running.supervisor.end_strays()
        return status

    def num_journeys(self) -> int:
        """How many journeys there are, asked of pytest itself."""
        collect = ("python", "-m", "pytest", "--collect-only", "-q", *JOURNEY_FOLDERS)
        argv = stack.in_venv(self.running.layout, collect)
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
    with prepared(layout) as suite:
        if pytest_arguments:
            return suite.pytest(pytest_arguments)
        if suite.browser.path:
            statuses = [run_without_journeys(suite), run_journeys(suite)]
            return next((status for status in statuses if status), 0)
        num_missing = suite.num_journeys()
        status = run_without_journeys(suite)
    # After everything has stopped, so that it is the last line of all.
    return say_missing_journeys(num_missing, suite.browser.reason) or status


def chaos(layout: Layout, *, pytest_arguments: Sequence[str]) -> int:
    """Inject the faults, one after another, into services that keep what they have stored."""
    with prepared(layout, is_durable=True) as suite:
        return suite.pytest(["tests/chaos", "-m", CHAOS_MARK, *pytest_arguments])


def screenshots(layout: Layout, *, names: Sequence[str]) -> int:
    """Take the pictures of the guides again, all of them or those named."""
    with prepared(layout) as suite:
        if not suite.browser.path:
            raise LauncherRefusal(
                f"There is no browser to take pictures with: {suite.browser.reason}.",
                "install Chromium, then start again.",
            )
        return suite.module("tests.browser.screenshots", names)


@contextmanager
def prepared(layout: Layout, *, is_durable: bool = False) -> Iterator[Suite]:
    """Services and a database server that are thrown away, the built frontend, the browser."""
    test_layout = replace(layout, state=layout.state / "test")
    demo.check_machine(test_layout)
    with demo.hold_or_refuse(test_layout):
        environment.ensure_environment(layout, for_development=True)
        frontend.ensure_frontend(layout)
        browser = chromium.ensure_browser()
        # Yesterday's databases would only slow today's run down.
        forget_services(test_layout)
        settings = state.with_free_service_ports(test_layout, state.ensure_settings(test_layout))
        with stack.supervised(test_layout, settings, is_durable=is_durable) as running:
            running.start_services()
            yield Suite(running, browser)


def say_missing_journeys(num_missing: int, reason: str) -> int:
    """Say what did not run and why; in CI a gap that only a line mentions would be a lie."""
    screen.say(f"{num_missing} browser journeys did not run: {reason}.")
    return int(is_ci() and num_missing > 0)


def run_without_journeys(suite: Suite) -> int:
    screen.say("The suite without the journeys:")
    others = [f"--ignore={folder}" for folder in JOURNEY_FOLDERS]
    databases = () if suite.is_database_given else MAKE_DATABASES
    return suite.pytest([*PARALLEL, *databases, *others, "-m", f"not {CHAOS_MARK}"])


def run_journeys(suite: Suite) -> int:
    """On their own: each shares the machine's cores with a browser and a server."""
    screen.say("The journeys through the browser:")
    databases = () if suite.is_database_given else FIND_DATABASES
    status = suite.pytest([*PARALLEL, *databases, *JOURNEY_FOLDERS, "-m", JOURNEY_MARK])
    return 0 if status == NO_TESTS_COLLECTED else status


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"true", "1"}


def forget_services(layout: Layout) -> None:
    """Remove the test services' data of an earlier run; nothing else is stored there."""
    folder = prepare_service_home(layout).folder
    for name in ("pg", "valkey"):
        shutil.rmtree(folder / name, ignore_errors=True)
