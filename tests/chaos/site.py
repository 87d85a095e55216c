"""The real processes of one Concord, started by a test and killed by it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from launcher import processes
from tests.chaos.fault_proxy import FaultProxy
from tests.training.processes import wait_until
from training.models import Run
from training.runner.environment import database_url
from training.runner.markers import RUN_ID, kill_where

# Leases a real run would have, divided by seven: every rule is the same, only sooner.
TIMES = {
    "RUN_LEASE_SECONDS": 9,
    "HEARTBEAT_SECONDS": 1,
    "RUN_RETRY_SECONDS": 1,
    "RUN_STOP_TIMEOUT_SECONDS": 20,
    "RUN_STALL_SECONDS": 4,
}
REAP_SECONDS = 15.0


class Site:
    """Starts processes with this test's database and folders; `environment` may be changed."""

    def __init__(self, folder: Path, *, redis_url: str) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self._logs: dict[int, Path] = {}
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "CONCORD_ARTIFACT_ROOT": str(settings.ARTIFACT_ROOT),
            "CONCORD_RUN_ROOT": str(settings.RUN_ROOT),
            "CONCORD_SECURE_COOKIES": "false",
            "CONCORD_LOG_LEVEL": "INFO",
            **{f"CONCORD_{name}": str(seconds) for name, seconds in TIMES.items()},
        }

    def start(
        self, name: str, *flags: str, under: tuple[str, ...] = (), **environment: str
    ) -> "subprocess.Popen[bytes]":
        """One process of the launcher's table, by its own command; `under` goes before it."""
        program, *arguments = processes.by_name(name).command
        command = [str(Path(sys.executable).parent / program), *arguments, *flags]
        if name == "beat":
            command.append(f"--schedule={self._folder / 'schedule'}-{len(self._started)}")
        number = len(self._started)
        with (self._folder / f"{name}-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [*under, *command],
                cwd=settings.BASE_DIR,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        self._logs[process.pid] = Path(log.name)
        return process

    def pid_of(self, name: str) -> int:
        """The newest process of this name."""
        return max(pid for pid, log in self._logs.items() if log.name.startswith(f"{name}-"))

    def is_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        """Whether a Celery worker has said that it takes work."""
        return b" ready." in self._logs[process.pid].read_bytes()

    def start_web(self, **environment: str) -> int:
        """The port of a web process that answers."""
        port = free_port()
        self.start("web", f"--bind=127.0.0.1:{port}", **environment)
        wait_until(lambda: answers(port), seconds=60)
        return port

    def database_through(self, proxy: FaultProxy) -> str:
        wired = connection.settings_dict
        return database_url().replace(f":{wired['PORT']}/", f":{proxy.port}/")

    def redis_through(self, proxy: FaultProxy) -> str:
        url = self.environment["REDIS_URL"]
        return url.replace(f":{urlsplit(url).port}/", f":{proxy.port}/")

    def start_training(self) -> dict[str, "subprocess.Popen[bytes]"]:
        """Everything that a run needs to start, end and be taken from a lost node."""
        return {name: self.start(name) for name in ("worker", "gpu-worker", "beat")}

    def end_runs(self) -> None:
        """SIGKILL to every runner and trainer of this database."""
        runs = {str(pk) for pk in Run.objects.values_list("pk", flat=True)}
        kill_where(lambda found: found.get(RUN_ID) in runs)

    def stop(self) -> None:
        for process in self._started:
            kill_family(process)

    def logs(self) -> str:
        """The last lines of every log, for a test that failed."""
        parts = []
        for path in sorted(self._folder.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()[-15:]
            parts.append("\n".join([f"--- {path.name}", *lines]))
        return "\n".join(parts)


def kill_family(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL to the process and its pool; a detached runner is no part of it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children_of(pid: int) -> list[int]:
    """The pool of a worker, oldest first."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sorted(int(child) for one in threads for child in (one / "children").read_text().split())


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
