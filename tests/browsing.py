"""Fixtures for every test that opens the site in a real browser; both folders' conftests take them.

One browser and one server serve the whole session; every test gets profiles of its own.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from labeling.models import User
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path

# How long a page may need where a slow machine is busy with more than this test; whatever comes
# sooner is taken sooner. Pages are measured in benchmarks/, not here.
PAGE_TIMEOUT_MS = 60_000
# Its own limit is five seconds, whatever a context's is.
expect.set_options(timeout=PAGE_TIMEOUT_MS)
ENGLISH = "en-GB"


def mark_journeys(items: list[pytest.Item], folder: Path) -> None:
    """What lies in this folder needs a browser, and a database that its server can see."""
    for item in items:
        if item.path.is_relative_to(folder):
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
def faults() -> Iterator[list[str]]:
    """What no page may do in any of these tests: throw, or ask for something the policy refuses."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
def open_site(browser: Browser, live_server, faults: list[str]) -> Iterator:
    """A page in a browser profile of its own, at a path, optionally signed in by a link."""
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def open_(path: str = "/", *, person: User | None = None, **options) -> Page:
        context = browser.new_context(base_url=live_server.url, locale=ENGLISH, **options)
        context.set_default_timeout(PAGE_TIMEOUT_MS)
        contexts.append(context)
        context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
        context.on("console", heard)
        page = context.new_page()
        if person is not None:
            sign_in(page, person)
        if person is None or path != "/":
            page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def sign_in(page: Page, person: User) -> None:
    _, secret = make_sign_in_link(person)
    page.goto(sign_in_path(secret))
    page.wait_for_url("**/")
