"""What Docker Compose itself makes of docker-compose.yml; no engine is needed for that."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.launcher.conftest import ROOT

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
