"""The state folder: secrets and chosen ports in env.json, and the lock that one launcher holds."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from launcher import checks
from launcher.errors import LauncherRefusal
from launcher.layout import Layout

# Below the range from which the system hands out ports for outgoing connections.
FIRST_SERVICE_PORT, LAST_SERVICE_PORT = 20_000, 29_999
# Where Prometheus looks first; another installation on this machine gets another one.
METRICS_PORT = 9464


@dataclass(frozen=True)
class Settings:
    """What one installation chose for itself; made once and kept in env.json, mode 0600."""

    secret_key: str
    database_password: str
    redis_password: str
    database_port: int
    redis_port: int
    # Where the web was last served, so that other commands find it.
    web_port: int
    metrics_port: int = METRICS_PORT

    def embedded_database_url(self) -> str:
        return f"postgres://concord:{self.database_password}@127.0.0.1:{self.database_port}/concord"

    def embedded_redis_url(self) -> str:
        return f"redis://:{self.redis_password}@127.0.0.1:{self.redis_port}/0"


def ensure_settings(layout: Layout) -> Settings:
    """Read env.json, or make it with fresh secrets and free ports."""
    layout.state.mkdir(parents=True, exist_ok=True)
    if layout.settings_file.is_file():
        return _read(layout.settings_file)
    settings = Settings(
        secret_key=secrets.token_urlsafe(50),
        database_password=secrets.token_hex(24),
        redis_password=secrets.token_hex(24),
        database_port=free_service_port(),
        redis_port=free_service_port(),
        web_port=8000,
        metrics_port=METRICS_PORT if checks.is_port_free(METRICS_PORT) else free_service_port(),
    )
    write_settings(layout, settings)
    return settings


def with_free_service_ports(layout: Layout, settings: Settings) -> Settings:
    """Keep the remembered service ports; choose others where a stranger took one meanwhile."""
    changed = settings
    if not checks.is_port_free(settings.database_port):
        changed = replace(changed, database_port=free_service_port())
    if not checks.is_port_free(settings.redis_port):
        changed = replace(changed, redis_port=free_service_port())
    if not checks.is_port_free(settings.metrics_port):
        changed = replace(changed, metrics_port=free_service_port())
    if changed != settings:
        write_settings(layout, changed)
    return changed


def write_settings(layout: Layout, settings: Settings) -> None:
    """Replace env.json in one move; it never exists with other eyes allowed or half written."""
    partial = layout.settings_file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(settings), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(layout.settings_file)


def free_service_port() -> int:
    """A port nobody listens on, drawn at random so that two clones seldom want the same."""
    numbers = LAST_SERVICE_PORT - FIRST_SERVICE_PORT + 1
    for _ in range(200):
        port = FIRST_SERVICE_PORT + secrets.randbelow(numbers)
        if checks.is_port_free(port):
            return port
    raise LauncherRefusal(
        f"No free port was found between {FIRST_SERVICE_PORT} and {LAST_SERVICE_PORT}.",
        "stop some of the programs that listen on this machine (ss -ltn lists them).",
    )


def _read(path: Path) -> Settings:
    try:
        stored = json.loads(path.read_text())
        return Settings(
            secret_key=str(stored["secret_key"]),
            database_password=str(stored["database_password"]),
            redis_password=str(stored["redis_password"]),
            database_port=int(stored["database_port"]),
            redis_port=int(stored["redis_port"]),
            web_port=int(stored["web_port"]),
            # A folder made before there was such a process has no port for it.
            metrics_port=int(stored.get("metrics_port", METRICS_PORT)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise LauncherRefusal(
            f"{path} cannot be read: {error!r}.",
            "restore it from a copy, or delete it: a new one is made and the data is kept; only "
            "sign-in links and sessions given out so far end.",
        ) from error


class StateInUseError(Exception):
    """Another launcher holds the lock; `pid` is its process, 0 where it did not say."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"in use by pid {pid}")
        self.pid = pid


@contextmanager
def hold_lock(layout: Layout) -> Iterator[None]:
    """Hold the state folder for as long as the block runs; the system lets go if we are killed.

    Raises: StateInUseError when another launcher holds it.
    """
    layout.state.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(layout.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateInUseError(int(os.pread(descriptor, 20, 0) or b"0")) from error
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
