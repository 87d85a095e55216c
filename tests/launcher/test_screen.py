import io
import re

import pytest

from launcher import screen
from tests.launcher.conftest import wait_until


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (60, "1 min 00 s"), (125.9, "2 min 05 s")],
)
def test_elapsed_time_reads_as_a_person_says_it(seconds, text):
    assert screen.elapsed_text(seconds) == text


def test_outside_a_terminal_a_step_is_a_line_at_its_start_and_its_end():
    stream = io.StringIO()

    with screen.step("Building the frontend", stream=stream) as step:
        step.note("this would only fill a log file")

    first, last = stream.getvalue().splitlines()
    assert first == "• Building the frontend …"
    assert last.startswith("✓ Building the frontend (0.")


def test_a_long_step_keeps_saying_what_it_is_busy_with(monkeypatch):
    monkeypatch.setattr(screen, "QUIET_SECONDS", 0.05)
    stream = io.StringIO()

    with screen.step("Installing", stream=stream) as step:
        step.note("Collecting   torch")
        wait_until(lambda: "torch" in stream.getvalue())

    assert re.search(r"still: Installing \([0-9.]+ s\): Collecting torch\n", stream.getvalue())


def test_a_step_that_fails_ends_with_a_cross():
    stream = io.StringIO()

    with pytest.raises(ZeroDivisionError), screen.step("Dividing", stream=stream):
        1 / 0  # noqa: B018

    assert stream.getvalue().splitlines()[-1].startswith("✗ Dividing")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_a_step_redraws_one_line(monkeypatch):
    monkeypatch.setattr(screen, "REFRESH_SECONDS", 0.01)
    stream = Terminal()

    with screen.step("Installing", stream=stream) as step:
        step.note("torch")
        wait_until(lambda: stream.getvalue().count("torch") > 3)

    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.count("\r\x1b[2K") > 3
    assert re.search(r"Installing \([0-9.]+ s\): torch", written)
