"""What `./concord test` says where no browser can be had."""

import pytest

from launcher import chromium, testing
from tests.conftest import BEGUN_FIRST
from tests.launcher.conftest import ROOT


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """A PATH on which nothing is found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder, name, text="exit 1"):
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_a_browser_on_the_path_is_taken_as_it_is(bare_machine):
    install(bare_machine, "chromium-browser")

    assert chromium.ensure_browser() == chromium.Browser(str(bare_machine / "chromium-browser"))


def test_without_apt_the_reason_is_said(bare_machine):
    browser = chromium.ensure_browser()

    assert browser.path == ""
    assert "has no apt-get" in browser.reason


def test_a_failed_installation_is_the_reason(bare_machine):
    install(bare_machine, "sudo", 'shift; [ "$1" = true ] || exec "$@"')
    install(bare_machine, "apt-get", "echo 'E: Unable to locate package chromium'; exit 100")

    browser = chromium.ensure_browser()

    assert browser.reason == (
        "Chromium could not be installed (E: Unable to locate package chromium)"
    )


def test_an_installed_browser_is_used(bare_machine):
    install(bare_machine, "sudo", 'shift; [ "$1" = true ] || exec "$@"')
    made = f"{bare_machine}/chromium"
    copy = f'[ "$1" = update ] || (echo "#!/bin/sh" > {made}; /bin/chmod +x {made})'
    install(bare_machine, "apt-get", copy)

    assert chromium.ensure_browser().path == made


@pytest.mark.parametrize(
    ("ci", "num_missing", "status"), [("true", 3, 1), ("", 3, 0), ("true", 0, 0)]
)
def test_missing_journeys_are_the_last_line_and_an_error_in_ci(
    ci, num_missing, status, monkeypatch, capsys
):
    monkeypatch.setenv("CI", ci)

    assert testing.say_missing_journeys(num_missing, "no Chromium was found") == status

    said = capsys.readouterr().out
    assert said == f"{num_missing} browser journeys did not run: no Chromium was found.\n"


def test_the_journeys_lie_in_their_folders_and_nowhere_else():
    """The run of the journeys collects these folders alone."""
    marking = {
        str(path.parent.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("conftest.py")
        if "mark_journeys(items" in path.read_text()
    }

    assert marking == set(testing.JOURNEY_FOLDERS)


def test_the_files_that_are_begun_first_are_there():
    assert [path for path in BEGUN_FIRST if not (ROOT / path).is_file()] == []


def test_pytest_says_how_many_journeys_there_are():
    for said, number in (
        ("7 tests collected in 0.10s", "7"),
        ("3/250 tests collected (247 deselected) in 2.1s", "3"),
        ("1 test collected in 0.01s", "1"),
    ):
        assert testing.COLLECTED.search(said).group(1) == number
