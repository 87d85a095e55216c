"""What Docker Compose itself makes of docker-compose.yml; no engine is needed for that."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.launcher.conftest import ROOT

# What the image and the file decide themselves: where things lie, and which code it is.
DECIDED = {
    "CONCORD_DEBUG",
    "CONCORD_ARTIFACT_ROOT",
    "CONCORD_METRICS_DIR",
    "CONCORD_RUN_ROOT",
    "CONCORD_TOKENIZER_FILE",
    "CONCORD_CODE_REVISION",
}
APPLICATION = re.compile(r"### The application\n(.+?)\n### ", re.DOTALL)
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.fixture(scope="module")
def docker_compose() -> Path:
    """The program in the package: its wrapper forgets the program's exit status."""
    package = find_spec("compose")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("docker-compose")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh clone, as far as Compose looks."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copytree(ROOT / "docker", tmp_path / "docker")
    return tmp_path


@pytest.fixture
def secrets(folder: Path) -> dict[str, str]:
    """What the documented command has written."""
    subprocess.run(["sh", "docker/make-env"], cwd=folder, check=True, capture_output=True)
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def config(docker_compose: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [docker_compose, "config", "--format", "json"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_with_the_secrets_that_one_command_writes_compose_would_start_every_service(
    docker_compose: Path, folder: Path, secrets: dict[str, str]
) -> None:
    made = config(docker_compose, folder)

    assert made.returncode == 0, made.stderr
    services = json.loads(made.stdout)["services"]
    assert set(services) == set(SERVICES)
    password = secrets["CONCORD_DB_PASSWORD"]
    expected = f"postgres://concord:{password}@db:5432/concord"
    assert services["gpu-worker"]["environment"]["DATABASE_URL"] == expected
    assert services["web"]["environment"]["CONCORD_SECRET_KEY"] == secrets["CONCORD_SECRET_KEY"]


def test_every_documented_variable_can_be_said_in_the_env_file() -> None:
    [table] = APPLICATION.findall((ROOT / "docs" / "operations.md").read_text())
    documented = set(re.findall(r"`([A-Z_]{4,})`", "\n".join(_first_cells(table))))
    passed = set(SERVICES["web"]["environment"])

    assert len(documented) > 25
    assert documented - passed == DECIDED


def _first_cells(table: str) -> list[str]:
    return [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]


def test_what_the_env_file_says_reaches_the_processes_and_the_rest_keeps_its_default(
    docker_compose: Path, folder: Path, secrets: dict[str, str]
) -> None:
    with (folder / ".env").open("a") as lines:
        lines.write("CONCORD_GPU_SLOTS=2\n")

    made = config(docker_compose, folder)

    assert made.returncode == 0, made.stderr
    environment = json.loads(made.stdout)["services"]["gpu-worker"]["environment"]
    assert environment["CONCORD_GPU_SLOTS"] == "2"
    # A variable that is there and empty would not be the default.
    assert environment.get("CONCORD_NPROC_PER_RUN") is None


@pytest.mark.parametrize(
    "missing", ["CONCORD_SECRET_KEY", "CONCORD_DB_PASSWORD", "CONCORD_REDIS_PASSWORD"]
)
@pytest.mark.parametrize("line", ["", "{missing}="], ids=["left out", "empty"])
def test_without_a_secret_compose_refuses_and_names_it(
    docker_compose: Path, folder: Path, secrets: dict[str, str], missing: str, line: str
) -> None:
    kept = [f"{name}={value}" for name, value in secrets.items() if name != missing]
    (folder / ".env").write_text("\n".join([*kept, line.format(missing=missing)]))

    made = config(docker_compose, folder)

    assert made.returncode != 0
    assert f"required variable {missing} is missing a value: set it in .env" in made.stderr


def test_a_service_that_waits_for_nothing_there_is_noticed(
    docker_compose: Path, folder: Path, secrets: dict[str, str]
) -> None:
    path = folder / "docker-compose.yml"
    path.write_text(path.read_text().replace("    redis:\n", "    rediss:\n", 1))

    made = config(docker_compose, folder)

    assert made.returncode != 0
    assert "rediss" in made.stderr
