"""Runs one outside command at a time and keeps what it said for the person who needs it."""

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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


def run_quietly(
    argv: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Run a short command and return what it wrote."""
    return run_streaming(argv, on_line=lambda _line: None, cwd=cwd, env=env)
