"""The virtual environment: made once, filled from the pinned requirements, stamped with a hash."""

import platform
import re
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

from launcher import checks, commands, screen, stamps
from launcher.errors import LauncherRefusal
from launcher.layout import Layout

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"

# What pip and npm say when nothing answers; npm does it in codes.
NO_INDEX = re.compile(
    r"from versions: none|connection broken|Failed to establish|name resolution|Read timed out"
    r"|ProxyError|SSLError|Network is unreachable"
    r"|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ENETUNREACH",
    re.IGNORECASE,
)
NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded|ENOSPC", re.IGNORECASE)
PIP_PROGRESS = re.compile(r"^\s*(Collecting|Downloading|Using cached|Building|Installing)\b(.*)")


def ensure_environment(layout: Layout, *, for_development: bool) -> None:
    """Make .venv hold exactly what the requirements ask for; nothing is done where it does."""
    _ensure_venv(layout)
    wanted = DEVELOPMENT if for_development else RUNTIME
    if is_installed(layout, wanted):
        return
    if not any((layout.site_packages() or layout.venv).glob("torch")):
        needed = checks.FIRST_INSTALL_BYTES
        checks.check_disk(layout.venv, needed_bytes=needed, purpose="The first installation")
    pip_install(layout, ["-r", str(layout.root / wanted)], title=f"Installing {wanted}")
    mark_installed(layout, wanted)


def is_installed(layout: Layout, wanted: str) -> bool:
    # The development set contains the runtime set, so its stamp answers for both.
    names = {wanted, DEVELOPMENT}
    return any(stamps.is_stamped(_stamp(layout, name), _digest(layout, name)) for name in names)


def mark_installed(layout: Layout, name: str) -> None:
    stamps.write_stamp(_stamp(layout, name), _digest(layout, name))


def _stamp(layout: Layout, name: str) -> Path:
    return layout.venv / f"concord-{Path(name).stem}.stamp"


def _digest(layout: Layout, name: str) -> str:
    return stamps.digest_of(_python_version(layout), files=requirement_files(layout.root / name))


def requirement_files(requirements: Path) -> Iterator[Path]:
    """A requirements file and those it includes with -r."""
    yield requirements
    for line in requirements.read_text().splitlines():
        if line.startswith("-r "):
            yield from requirement_files(requirements.parent / line[3:].strip())


def pip_install(layout: Layout, arguments: list[str], *, title: str) -> None:
    """Run pip in .venv with its progress shown; a failure is explained by its cause."""
    argv = [str(layout.python), "-m", "pip", "install", "--retries", "2", *arguments]
    with screen.step(title) as step:

        def note(line: str) -> None:
            found = PIP_PROGRESS.match(line)
            if found:
                step.note(found.group(0).strip()[:90])

        try:
            commands.run_streaming(argv, on_line=note, cwd=layout.root)
        except commands.CommandFailed as failure:
            raise explain_install_failure(failure) from failure


def explain_install_failure(failure: commands.CommandFailed) -> LauncherRefusal:
    """Tell a full disk and a missing network apart from everything else pip and npm can say."""
    if NO_SPACE.search(failure.output):
        return LauncherRefusal(
            "The disk ran full during the installation.",
            "free at least 4 GiB and start again; what is already installed is kept.",
        )
    if NO_INDEX.search(failure.output):
        return LauncherRefusal(
            "The package index cannot be reached from this machine.",
            "check the network, the proxy (HTTPS_PROXY) and the package managers' own settings "
            "(pip config list, npm config list), then start again; what is installed is kept.",
            details=failure.details,
        )
    return failure


def _ensure_venv(layout: Layout) -> None:
    """A venv whose Python answers stays; one that is broken (its Python was removed) is remade."""
    if _works(layout.python):
        return
    checks.check_can_make_venv()
    checks.check_writable(layout.root)
    needed = checks.FIRST_INSTALL_BYTES
    checks.check_disk(layout.venv, needed_bytes=needed, purpose="The first installation")
    with screen.step(f"Making .venv with Python {platform.python_version()}"):
        try:
            venv.EnvBuilder(clear=layout.venv.exists(), symlinks=True, with_pip=True).create(
                layout.venv
            )
        except (OSError, subprocess.CalledProcessError) as failure:
            raise LauncherRefusal(
                f"The virtual environment {layout.venv} could not be made: {failure}.",
                "read the reason; deleting .venv and starting again is always safe.",
            ) from failure


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    probe = [str(python), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _python_version(layout: Layout) -> str:
    """The version the venv was made with, read without starting it."""
    for line in (layout.venv / "pyvenv.cfg").read_text().splitlines():
        if line.startswith("version"):
            return line.partition("=")[2].strip()
    return "unknown"
