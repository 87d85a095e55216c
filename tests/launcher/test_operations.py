"""docs/operations.md is checked against the code it describes."""

import re

from tests.launcher.conftest import ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
READ_BY_SETTINGS = re.compile(r"env_\w+\(\s*\"([A-Z_]+)\"(?:,\s*(?:default=)?([^,)\n]+))?")


def documented():
    return dict(ROW.findall((ROOT / "docs" / "operations.md").read_text()))


def test_every_variable_that_the_settings_read_is_documented():
    settings = (ROOT / "config" / "settings.py").read_text()
    read = {name for name, _ in READ_BY_SETTINGS.findall(settings)}

    assert len(read) > 15
    assert read <= documented().keys()


def test_documented_numbers_and_switches_are_the_defaults_of_the_code():
    settings = (ROOT / "config" / "settings.py").read_text()
    rows = documented()
    compared = 0
    for name, default in READ_BY_SETTINGS.findall(settings):
        if re.fullmatch(r"[\d* ]+", default):
            factors = [int(factor) for factor in default.split("*")]
            product = 1
            for factor in factors:
                product *= factor
            assert rows[name] == f"`{product}`", name
            compared += 1
        elif default in {"True", "False"}:
            assert rows[name] == f"`{default.lower()}`", name
            compared += 1

    assert compared >= 8


def test_every_documented_variable_is_read_somewhere():
    places = ["concord", "docker-compose.yml", *(str(p) for p in ROOT.glob("launcher/*.py"))]
    places += [
        str(p)
        for folder in ("config", "simulation", "tests")
        for p in (ROOT / folder).rglob("*.py")
    ]
    text = "\n".join(
        (ROOT / place).read_text() for place in places if "test_operations" not in place
    )

    unread = {name for name in documented() if not re.search(rf"\b{name}\b", text)}

    assert unread == set()


def test_every_command_of_the_launcher_is_in_the_readme():
    overview = (ROOT / "launcher" / "cli.py").read_text()
    names = re.findall(r"^        \"(\w+)\": ", overview, re.MULTILINE)
    readme = (ROOT / "README.md").read_text()

    assert {"demo", "test", "check", "manage"} <= set(names)
    assert [name for name in names if f"./concord {name}" not in readme] == []
