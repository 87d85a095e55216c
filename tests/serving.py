"""A database of its own and the whole site over HTTP, for commands that are no tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django


def prepare() -> None:
    """Settings for plain HTTP on loopback; comes before anything that imports a model."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The synchronous browser driver keeps an event loop running in this thread.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    os.environ.setdefault("CONCORD_SECURE_COOKIES", "false")
    os.environ.setdefault("CONCORD_LOG_LEVEL", "ERROR")
    django.setup()


@contextmanager
def served() -> Iterator[str]:
    """The site's address; its files come through WhiteNoise, compressed, as in production."""
    from django.db import connection
    from django.test.runner import DiscoverRunner
    from django.test.testcases import LiveServerThread

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    server = LiveServerThread("127.0.0.1", lambda application: application, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()
        # A browser keeps its connections open, and so do the server's threads that answered them.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()
        runner.teardown_databases(databases)


def browser_path() -> str:
    from launcher.chromium import find_browser

    path = os.environ.get("CONCORD_CHROMIUM") or find_browser()
    if not path:
        raise SystemExit("No Chromium was found: install one, or set CONCORD_CHROMIUM to it.")
    return path


def launch(playwright: Any) -> Any:
    """Chromium without its own traffic; as root it needs to go without its sandbox."""
    arguments = ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=browser_path(), args=arguments)
