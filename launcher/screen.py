"""What the person at the terminal sees while something takes its time.

On a terminal a step is one line with a spinner, the elapsed time and what is going on right now;
in a log file or CI it is a line at the start, one every 15 seconds, and one at the end.
"""

import itertools
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
REFRESH_SECONDS = 0.12
QUIET_SECONDS = 15.0


def elapsed_text(seconds: float) -> str:
    """How long, as a person says it: 0.4 s, 12 s, 2 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def say(text: str = "", *, stream: TextIO | None = None) -> None:
    """Write one line for the person; standard error stays free for refusals."""
    (stream or sys.stdout).write(text + "\n")
    (stream or sys.stdout).flush()


class Step:
    """One long step. `note` says what it is busy with; it never blocks and may be called often."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title = title
        self._stream = stream
        self._note = ""
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._is_terminal = stream.isatty()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._started

    def note(self, text: str) -> None:
        self._note = " ".join(text.split())

    def begin(self) -> None:
        if not self._is_terminal:
            self._write(f"• {self.title} …\n")
        self._thread.start()

    def end(self, *, mark: str, remark: str = "") -> None:
        self._ended.set()
        self._thread.join()
        clear = "\r\x1b[2K" if self._is_terminal else ""
        tail = f": {remark}" if remark else ""
        self._write(f"{clear}{mark} {self.title} ({elapsed_text(self.elapsed_seconds)}){tail}\n")

    def _show(self) -> None:
        if self._is_terminal:
            for frame in itertools.cycle(SPINNER):
                self._write("\r\x1b[2K" + self._line(frame))
                if self._ended.wait(REFRESH_SECONDS):
                    return
        while not self._ended.wait(QUIET_SECONDS):
            self._write(self._line("  still:") + "\n")

    def _line(self, mark: str) -> str:
        note = f": {self._note}" if self._note else ""
        line = f"{mark} {self.title} ({elapsed_text(self.elapsed_seconds)}){note}"
        width = shutil.get_terminal_size().columns - 1
        return line[:width] if self._is_terminal else line

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def step(title: str, *, stream: TextIO | None = None) -> Iterator[Step]:
    """Show a step while the block runs; a block that raises ends it with a cross."""
    shown = Step(title, stream or sys.stdout)
    shown.begin()
    try:
        yield shown
    except BaseException:
        shown.end(mark="✗")
        raise
    shown.end(mark="✓")
