"""docker-compose.yml, the Dockerfile and the process table say the same thing."""

import http.server
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from launcher import processes
from tests.launcher.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
APPLICATION = [process for process in processes.PROCESSES if process.command]
COPY = re.compile(r"^COPY (?!--from)(.+) \S+$", re.MULTILINE)
COPIED = [
    name for sources in COPY.findall((ROOT / "Dockerfile").read_text()) for name in sources.split()
]
# What a place adds to the table's command: where to listen and where to keep the clock.
ADDED_BY_COMPOSE = {
    "web": ["--bind=0.0.0.0:8000"],
    "beat": ["--schedule=/state/beat-schedule"],
    "metrics": ["--host=0.0.0.0", "--web=http://web:8000"],
}


def test_compose_follows_the_compose_specification():
    checker = shutil.which("check-jsonschema", path=str(ROOT / ".venv" / "bin"))
    argv = [checker or "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]

    checked = subprocess.run(
        [*argv, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_compose_runs_the_processes_of_the_table_and_no_others():
    assert set(COMPOSE) == {process.name for process in processes.PROCESSES} | {"migrate"}


@pytest.mark.parametrize("process", APPLICATION, ids=lambda process: process.name)
def test_a_process_has_the_same_command_everywhere(process):
    service = COMPOSE[process.name]

    assert service["command"] == [*process.command, *ADDED_BY_COMPOSE.get(process.name, [])]
    assert set(service["depends_on"]) == {*process.needs, "migrate"}


def test_migrations_run_before_everything_else():
    assert COMPOSE["migrate"]["command"] == list(processes.MIGRATE)
    for process in APPLICATION:
        needed = COMPOSE[process.name]["depends_on"]["migrate"]
        assert needed == {"condition": "service_completed_successfully"}


def test_every_service_has_a_healthcheck_without_spaces_inside_an_argument():
    """Some engines split a healthcheck's arguments at their spaces."""
    for name in COMPOSE.keys() - {"migrate"}:
        kind, *arguments = COMPOSE[name]["healthcheck"]["test"]
        assert kind == "CMD"
        assert arguments
        assert not any(" " in argument for argument in arguments), name


class Answering(http.server.BaseHTTPRequestHandler):
    """Says what it was asked, and answers /healthz alone, as a web process without a database."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        self.send_response(200 if self.path == "/healthz" else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_web_whose_database_is_away_is_well():
    """R74: a fleet is not begun anew because something else is down."""
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(server.server_port),
            "CONCORD_ALLOWED_HOSTS": "concord.example.org,localhost",
        }
        argv = ["sh", str(ROOT / "docker" / "healthcheck"), "web"]
        ended = subprocess.run(argv, env=environment, check=False, timeout=60)
        server.shutdown()

    assert ended.returncode == 0
    assert Answering.asked == [("/healthz", "concord.example.org")]


@pytest.mark.parametrize("name", ["worker", "gpu-worker"])
def test_a_worker_is_well_while_its_sign_of_life_is_fresh(name, tmp_path):
    """R74: nothing is started for it, so that it takes no longer on a busy machine."""
    sign = tmp_path / "alive"

    def is_well():
        argv = ["sh", str(ROOT / "docker" / "healthcheck"), name]
        environment = {"PATH": os.environ["PATH"], "CONCORD_SIGN_OF_LIFE": str(sign)}
        return subprocess.run(argv, env=environment, check=False, timeout=60).returncode == 0

    assert not is_well()
    sign.touch()
    assert is_well()
    ago = time.time() - 4 * 60
    os.utime(sign, (ago, ago))
    assert not is_well()
    assert COMPOSE[name]["environment"]["CONCORD_SIGN_OF_LIFE"].startswith("/tmp/")


@pytest.mark.parametrize("process", processes.PROCESSES, ids=lambda process: process.name)
def test_a_process_has_time_to_stop_everywhere(process):
    """Postgres that is killed instead has to recover from its log at the next start."""
    service = COMPOSE[process.name]

    assert int(service["stop_grace_period"].removesuffix("s")) >= process.patience_seconds
    said = {"stop_signal": process.stop_signal.name} if process.name == "db" else {}
    assert said.items() <= service.items()


def test_no_password_has_a_default_and_nothing_listens_beyond_this_machine():
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = set(re.findall(r"\$\{(CONCORD_\w*(?:PASSWORD|KEY))([^}]*)\}", text))

    assert {name for name, _ in secrets} == {
        "CONCORD_SECRET_KEY",
        "CONCORD_DB_PASSWORD",
        "CONCORD_REDIS_PASSWORD",
    }
    assert {rest[:2] for _, rest in secrets} == {":?"}
    published = [port for service in COMPOSE.values() for port in service.get("ports", [])]
    assert published == [
        "127.0.0.1:${CONCORD_WEB_PORT:-8000}:8000",
        "127.0.0.1:${CONCORD_METRICS_PORT:-9464}:9464",
    ]


def test_what_the_image_copies_is_enough_to_run(tmp_path):
    """A module that the Dockerfile forgets would only be missed in a container."""
    assert "config/" in COPIED
    for name in COPIED:
        source = ROOT / name
        if source.is_dir() and source.name != "frontend":
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shutil.copy(source, tmp_path / name)
    given = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")}
    own = {
        "CONCORD_SECRET_KEY": secrets.token_hex(32),
        "CONCORD_STATE_DIR": str(tmp_path / "state"),
    }

    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        cwd=tmp_path,
        env=given | own,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_the_container_context_holds_what_the_image_copies():
    allowed = {
        line[1:].rstrip("/")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }

    assert {name.split("/")[0] for name in COPIED} <= allowed


@pytest.mark.parametrize("name", sorted(COMPOSE))
def test_every_service_is_confined(name):
    """No root, no way to become it, nothing to write to but volumes, and an end to its memory."""
    service = COMPOSE[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    assert "privileged" not in service
    is_ours = service["image"] == "concord"
    assert is_ours or service["user"] not in {"root", "0"}


def test_the_image_ends_as_an_ordinary_user():
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert users[-1] == "concord"


@pytest.fixture
def clone(tmp_path):
    """Only what the command needs of a clone."""
    (tmp_path / "docker").mkdir()
    shutil.copy(ROOT / "docker" / "make-env", tmp_path / "docker")
    return tmp_path


def make_env(clone):
    command = ["sh", str(clone / "docker" / "make-env")]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def test_one_command_writes_secrets_that_only_their_owner_reads(clone):
    done = make_env(clone)

    lines = (clone / ".env").read_text().splitlines()
    values = dict(line.split("=") for line in lines)
    assert done.returncode == 0, done.stderr
    assert set(values) == {"CONCORD_SECRET_KEY", "CONCORD_DB_PASSWORD", "CONCORD_REDIS_PASSWORD"}
    assert len(set(values.values())) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in values.values())
    assert (clone / ".env").stat().st_mode & 0o777 == 0o600


def test_secrets_that_are_in_use_are_never_replaced(clone):
    """The database keeps the password it was made with."""
    make_env(clone)
    before = (clone / ".env").read_text()

    again = make_env(clone)

    assert again.returncode == 1
    assert "stays as it is" in again.stderr
    assert (clone / ".env").read_text() == before
