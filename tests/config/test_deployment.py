"""The settings as a deployment runs them: Secure cookies, a real key, no debugging."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_django_has_nothing_to_say_against_a_deployment() -> None:
    answer = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        CONCORD_SECURE_COOKIES="true",
        CONCORD_DEBUG="false",
        CONCORD_SECRET_KEY=secrets.token_urlsafe(48),
        # The browser tests need this one; a deployment never sets it.
        DJANGO_ALLOW_ASYNC_UNSAFE="",
    )

    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("name", ["CONCORD_SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_without_its_secrets_it_does_not_start(name: str) -> None:
    """There is no default key and no default password."""
    answer = manage("check", **{name: ""})

    assert answer.returncode != 0
    assert f"Set {name} in the environment" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CONCORD_DEBUG", "yes", "must be true or false"),
        ("CONCORD_TAKE_BACK_SECONDS", "ten", "must be a whole number"),
        ("CONCORD_GPU_SLOTS", "0", "must be at least 1"),
        ("CONCORD_PROMPT_PREFIX_TOKENS", "2000", "must be at most 1024"),
        ("CONCORD_PROMPT_CAP_BY", "team", "must be one of organization, user"),
        ("DATABASE_URL", "sqlite:///db", "must look like postgres://"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str, says: str) -> None:
    answer = manage("check", **{name: value})

    assert answer.returncode != 0
    assert f"{name} {says}" in answer.stderr
