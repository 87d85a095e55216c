"""Brings the processes of the table to life: the two services, then the application."""

import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from launcher import checks, commands, frontend, models, processes, screen, state
from launcher.errors import LauncherRefusal
from launcher.layout import Layout
from launcher.postgres import Postgres
from launcher.service_home import prepare_service_home
from launcher.supervisor import Supervised, Supervisor
from launcher.valkey import Valkey

# Public, small, and it asks the database.
HEALTH_PATH = "/api/session/"
FRONTEND_PORT = 5173
LOOPBACK = "127.0.0.1,localhost"
# Both spellings are in use, and where both are set they should say the same.
NO_PROXY = ("NO_PROXY", "no_proxy")
WATCH_SECONDS = 1.0
SERVICE_SECONDS = 120.0
WEB_SECONDS = 120.0


@dataclass(frozen=True)
class Stack:
    """One running or startable Concord: where it lies, what it chose, who watches it."""

    layout: Layout
    settings: state.Settings
    supervisor: Supervisor
    # False for tests: their services may forget everything in a crash.
    is_durable: bool = True

    def database_url(self) -> str:
        return os.environ.get("DATABASE_URL") or self.settings.embedded_database_url()

    def redis_url(self) -> str:
        return os.environ.get("REDIS_URL") or self.settings.embedded_redis_url()

    def start_services(self) -> None:
        """Start what the environment does not give; what it gives must answer."""
        if os.environ.get("DATABASE_URL"):
            check_answers("DATABASE_URL", self.database_url(), default_port=5432)
        else:
            self._start_postgres()
        if os.environ.get("REDIS_URL"):
            check_answers("REDIS_URL", self.redis_url(), default_port=6379)
        else:
            self._start_valkey()

    def services_answer(self) -> bool:
        """Whether both services accept connections, wherever they are."""
        return is_listening(self.database_url(), 5432) and is_listening(self.redis_url(), 6379)

    def migrate(self) -> None:
        with screen.step("Bringing the database up to date") as step:
            commands.run_streaming(
                in_venv(self.layout, processes.MIGRATE),
                on_line=step.note,
                cwd=self.layout.root,
                env=self.environment(),
            )

    def register_model(self, model: models.EmbeddedModel) -> None:
        """File an embedded model among the model versions; a second time changes nothing."""
        folder = models.ensure_model(self.layout, model)
        with screen.step(f"Registering {model.name} as a base model"):
            origin = (f"--licence={model.licence}", f"--source={model.source}")
            self.run_manage(("register_model", str(folder), f"--name={model.name}", *origin))

    def run_manage(
        self, arguments: tuple[str, ...], *, on_line: Callable[[str], None] | None = None
    ) -> str:
        """Run one of Django's commands; returns the last lines it wrote."""
        return commands.run_streaming(
            in_venv(self.layout, ("python", "manage.py", *arguments)),
            on_line=on_line or (lambda _line: None),
            cwd=self.layout.root,
            env=self.environment(),
        )

    def hand_over(
        self, argv: list[str], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None
    ) -> int:
        """Give the terminal to a program while the processes are tended; returns its status."""
        return commands.run_in_foreground(
            argv,
            cwd=cwd,
            env={**self.environment(), **(extra or {})},
            meanwhile=self.supervisor.tend,
        )

    def start_application(self, *, web_flags: tuple[str, ...] = ()) -> Supervised:
        """Start everything but the services; returns the web, which still has to get ready."""
        web_flags = (f"--bind=127.0.0.1:{self.settings.web_port}", *web_flags)
        added = {
            "web": web_flags,
            "beat": (f"--schedule={self.layout.state / 'beat-schedule'}",),
            "metrics": (f"--port={self.settings.metrics_port}", f"--web={self.web_url()}"),
        }
        started = {
            process.name: self._start_process(process, added.get(process.name, ()))
            for process in processes.PROCESSES
            if process.command
        }
        return started["web"]

    def wait_for_web(self, web: Supervised) -> None:
        with screen.step("Starting web, worker, gpu-worker, beat and metrics"):
            self.supervisor.wait_ready(web, self.web_answers, timeout_seconds=WEB_SECONDS)

    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.web_port}"

    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.metrics_port}/metrics"

    def web_answers(self) -> bool:
        # A proxy that the environment names is for the world, not for our own loopback address.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(self.web_url() + HEALTH_PATH, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def environment(self) -> dict[str, str]:
        """What every process of ours gets; what the person set in the shell wins."""
        ours = {
            "CONCORD_SECRET_KEY": self.settings.secret_key,
            "CONCORD_STATE_DIR": str(self.layout.state),
            # The demo speaks plain HTTP and listens on loopback only.
            "CONCORD_SECURE_COOKIES": "false",
            "CONCORD_TOKENIZER_FILE": str(
                self.layout.models_cache / models.DEMO_MODEL / "tokenizer.json"
            ),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
        }
        return {
            **ours,
            **os.environ,
            "DATABASE_URL": self.database_url(),
            "REDIS_URL": self.redis_url(),
            **{name: ",".join(filter(None, (os.environ.get(name), LOOPBACK))) for name in NO_PROXY},
            "PATH": f"{self.layout.venv_bin}{os.pathsep}{os.environ.get('PATH', '')}",
        }

    def start_frontend_server(self) -> str:
        """Start the frontend's development server; returns where it serves."""
        node = frontend.ensure_packages(self.layout)
        port = checks.next_free(FRONTEND_PORT - 1)
        vite = self.layout.frontend / "node_modules" / "vite" / "bin" / "vite.js"
        argv = [str(node.folder / "node"), str(vite), "--host=127.0.0.1", "--strictPort"]
        with screen.step("Starting the frontend's development server"):
            member = self.supervisor.start(
                processes.FRONTEND_SERVER,
                [*argv, f"--port={port}"],
                environment=self.environment() | {"CONCORD_BACKEND": self.web_url()},
                folder=self.layout.frontend,
            )
            url = f"http://127.0.0.1:{port}"
            self.supervisor.wait_ready(
                member, lambda: is_listening(url, port), timeout_seconds=WEB_SECONDS
            )
        return url

    def _start_process(self, process: processes.Process, added: tuple[str, ...]) -> Supervised:
        return self.supervisor.start(
            process,
            in_venv(self.layout, process.command + added),
            environment=self.environment(),
            folder=self.layout.root,
        )

    def _start_postgres(self) -> None:
        home = prepare_service_home(self.layout)
        if home.folder != self.layout.state:
            screen.say(
                f"The user {home.user} cannot reach {self.layout.state}: data in {home.folder}."
            )
        server = Postgres(
            home,
            port=self.settings.database_port,
            password=self.settings.database_password,
            is_durable=self.is_durable,
        )
        self._start_service("db", "Starting Postgres", server)

    def _start_valkey(self) -> None:
        server = Valkey(
            prepare_service_home(self.layout),
            port=self.settings.redis_port,
            password=self.settings.redis_password,
            is_durable=self.is_durable,
        )
        self._start_service("redis", "Starting the broker", server)

    def _start_service(self, name: str, title: str, server: Postgres | Valkey) -> None:
        with screen.step(title):
            member = self.supervisor.start(
                processes.by_name(name),
                server.command(),
                environment=service_environment(),
                folder=server.home.folder,
                user=server.home.user,
                prepare=server.prepare,
            )
            self.supervisor.wait_ready(member, server.is_ready, timeout_seconds=SERVICE_SECONDS)


@contextmanager
def supervised(
    layout: Layout, settings: state.Settings, *, is_durable: bool = True
) -> Iterator[Stack]:
    """A stack whose processes are stopped in order when the block ends, however it ends."""
    supervisor = Supervisor(
        logs=layout.logs, state=layout.state, report=lambda text: screen.say(f"! {text}")
    )
    try:
        yield Stack(layout, settings, supervisor, is_durable=is_durable)
    finally:
        try:
            supervisor.stop()
        except BaseException:
            # A second Ctrl-C: the person does not want to wait for an orderly stop.
            supervisor.kill()
            raise


def watch(supervisor: Supervisor) -> None:
    """Tend the processes until a signal ends it."""
    try:
        while True:
            supervisor.tend()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        screen.say("Stopping …")
        raise


def in_venv(layout: Layout, command: tuple[str, ...]) -> list[str]:
    return [str(layout.venv_bin / command[0]), *command[1:]]


def service_environment() -> dict[str, str]:
    """The services need no secrets of the application and no settings of the person's shell."""
    kept = ("PATH", "TZ", "TMPDIR")
    return {"LC_ALL": "C.UTF-8"} | {name: os.environ[name] for name in kept if name in os.environ}


def check_answers(variable: str, url: str, *, default_port: int) -> None:
    """Raises: LauncherRefusal when nothing listens where a given URL points."""
    if not is_listening(url, default_port):
        host, port = address_of(url, default_port)
        raise LauncherRefusal(
            f"{variable} points to {host}:{port}, where nothing answers.",
            f"start that service or correct {variable}; without it an embedded one is used.",
        )


def is_listening(url: str, default_port: int) -> bool:
    try:
        socket.create_connection(address_of(url, default_port), timeout=5).close()
    except OSError:
        return False
    return True


def address_of(url: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or default_port


def say_who_runs_the_services() -> None:
    if checks.is_root():
        screen.say("Running as root: Postgres and the broker run as the user nobody.")
