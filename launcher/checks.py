"""What must hold before a start, each refusal with its remedy."""

import importlib.util
import os
import platform
import shutil
import socket
import sys
from pathlib import Path

from launcher.errors import LauncherRefusal

GIB = 1024**3
FIRST_INSTALL_BYTES = 4 * GIB
RUNNING_BYTES = GIB // 2
MACHINES = ("x86_64", "amd64", "aarch64", "arm64")


def check_system() -> None:
    """The embedded services are Linux binaries and their leash is a Linux system call."""
    if sys.platform != "linux" or platform.machine().lower() not in MACHINES:
        raise LauncherRefusal(
            f"The launcher runs on 64-bit Linux; this is {sys.platform} on {platform.machine()}.",
            "start the same processes in containers: docker compose up (docs/operations.md).",
        )


def check_can_make_venv() -> None:
    """Debian packs Python without the parts that make a virtual environment."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise LauncherRefusal(
            "This Python cannot make virtual environments: its ensurepip module is missing.",
            "install it (Debian and Ubuntu: apt-get install python3-venv), then start again.",
        )


def existing_parent(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def check_disk(folder: Path, *, needed_bytes: int, purpose: str) -> None:
    free_bytes = shutil.disk_usage(existing_parent(folder)).free
    if free_bytes < needed_bytes:
        raise LauncherRefusal(
            f"{purpose} needs {needed_bytes / GIB:.1f} GiB of free disk under {folder}; "
            f"there are {free_bytes / GIB:.1f} GiB.",
            "free some space, or put the clone (or CONCORD_STATE_DIR) on a larger disk.",
        )


def check_writable(folder: Path) -> None:
    nearest = existing_parent(folder)
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise LauncherRefusal(
            f"{nearest} cannot be written by this user.",
            "use a clone that belongs to you, or set CONCORD_STATE_DIR to a folder of yours.",
        )


def is_root() -> bool:
    return os.geteuid() == 0


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As every server does: a port in TIME_WAIT after a restart counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def check_web_port(port: int) -> None:
    if is_port_free(port):
        return
    if port < 1024 and not is_root():
        raise LauncherRefusal(
            f"Port {port} is reserved for the administrator of this machine.",
            f"choose one above 1023, for example ./concord demo --port {8000 if port else 8001}.",
        )
    raise LauncherRefusal(
        f"Port {port} on 127.0.0.1 is taken by {listener_on(port) or 'another program'}.",
        f"stop that program, or choose another port: ./concord demo --port {next_free(port)}.",
    )


def next_free(port: int) -> int:
    return next((p for p in range(port + 1, min(port + 200, 65536)) if is_port_free(p)), port + 1)


def listener_on(port: int) -> str:
    """Name and pid of the program that listens on a loopback port, or "" where /proc hides it."""
    inodes = _listening_inodes(port)
    for entry in Path("/proc").iterdir() if inodes else ():
        if not entry.name.isdigit():
            continue
        try:
            holds = any(str(fd.readlink()) in inodes for fd in (entry / "fd").iterdir())
            if holds:
                return f"{(entry / 'comm').read_text().strip()} (pid {entry.name})"
        except OSError:
            # The process ended while we looked, or belongs to someone else.
            continue
    return ""


def _listening_inodes(port: int) -> set[str]:
    listening = "0A"
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return inodes
