"""A browser, the site it opens, and the workers behind the site."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from labeling.models import User
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path
from training.runner.environment import database_url

# Anything slower than this on a busy machine is a fault of the page.
PAGE_TIMEOUT_MS = 30_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CONCORD_CHROMIUM", "")
    if not path:
        pytest.fail("Set CONCORD_CHROMIUM to a Chromium; ./concord test finds or installs one.")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": path, "args": quiet}


@pytest.fixture(autouse=True)
def site_settings(settings, tmp_path):
    """Plain HTTP on loopback, answers sealed at once, a store of this test's own."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    settings.TAKE_BACK_SECONDS = 0
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    settings.RUN_ROOT = tmp_path / "runs"
    settings.HEARTBEAT_SECONDS = 1
    assert (settings.FRONTEND_DIST / "index.html").exists(), "build the frontend first"


@pytest.fixture
def workers(settings, tmp_path) -> Iterator[None]:
    """What a one-machine installation runs beside the web: dispatcher and gpu-worker in one."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
        "CONCORD_RUN_ROOT": str(settings.RUN_ROOT),
        "CONCORD_HEARTBEAT_SECONDS": "1",
    }
    schedule = tmp_path / "schedule"
    command = f"-m celery -A config worker -Q default,gpu -B -s {schedule} --concurrency 2"
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, *command.split(), "--without-gossip", "--without-mingle"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield
    os.killpg(worker.pid, signal.SIGTERM)
    try:
        worker.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.fixture
def open_site(browser: Browser, live_server) -> Iterator:
    """A page in a browser profile of its own, at a path, optionally signed in by a link."""
    contexts = []

    def open_(path: str = "/", *, person: User | None = None, **options) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PAGE_TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error on the page: {error}"))
        if person is not None:
            _, secret = make_sign_in_link(person)
            page.goto(sign_in_path(secret))
            page.wait_for_url("**/")
        if person is None or path != "/":
            page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
