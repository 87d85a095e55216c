"""Runs one outside command at a time and keeps what it said for the person who needs it."""

import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from launcher.errors import LauncherRefusal

KEPT_LINES = 400
# Some name the reason first and print advice after it, others end with the reason.
SHOWN_FIRST, SHOWN_LAST = 10, 20


class CommandFailed(LauncherRefusal):
    """A command ended badly; `output` holds the last lines it wrote."""

    def __init__(self, argv: Sequence[str], returncode: int, output: str) -> None:
        lines = output.splitlines()
        if len(lines) > SHOWN_FIRST + SHOWN_LAST:
            lines = [*lines[:SHOWN_FIRST], "…", *lines[-SHOWN_LAST:]]
        shown = "\n".join(lines)
        super().__init__(
            f"`{' '.join(Path(argv[0]).name if n == 0 else a for n, a in enumerate(argv))}` "
            f"ended with status {returncode}.",
            "read the lines above; they are the last ones it wrote.",
            details=shown,
        )
        self.returncode = returncode
        self.output = output


def run_streaming(
    argv: Sequence[str],
    *,
    on_line: Callable[[str], None],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command, hand over each line as it comes, and return the last lines together.

    Raises: CommandFailed with those lines when the command ends badly.
    """
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    with subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            kept.append(line.rstrip("\n"))
            on_line(line.rstrip("\n"))
    output = "\n".join(kept)
    if process.returncode != 0:
        raise CommandFailed(argv, process.returncode, output)
    return output


def run_in_foreground(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    meanwhile: Callable[[], None],
    cwd: Path | None = None,
) -> int:
    """Give the terminal to a program and wait for it, whatever is asked of us meanwhile.

    Ctrl-C reaches the program by itself, because the terminal sends it to both. Any other wish to
    stop is passed on as a Ctrl-C, so that the program can clean up after itself. `meanwhile` is
    called about once a second.
    """
    with subprocess.Popen(list(argv), cwd=cwd, env=dict(env)) as program:

        def pass_on(_number: int, _frame: FrameType | None) -> None:
            program.send_signal(signal.SIGINT)

        with (
            handled(signal.SIGINT, lambda *_: None),
            handled(signal.SIGTERM, pass_on),
            handled(signal.SIGHUP, pass_on),
        ):
            status = _wait_tending(program, meanwhile)
    return status if status >= 0 else 128 - status


def _wait_tending(program: "subprocess.Popen[bytes]", meanwhile: Callable[[], None]) -> int:
    while True:
        try:
            return program.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            meanwhile()


@contextmanager
def handled(
    which: signal.Signals, handler: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    before = signal.signal(which, handler)
    try:
        yield
    finally:
        signal.signal(which, before)
