"""The browser of the journeys: found on the PATH, or installed where this user may."""

import shutil
import subprocess
from dataclasses import dataclass

from launcher import checks, commands, screen

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Browser:
    """`path` is empty where there is none; `reason` then says why."""

    path: str
    reason: str = ""


def ensure_browser() -> Browser:
    found = find_browser()
    if found:
        return Browser(found)
    privilege = _privilege()
    if shutil.which("apt-get") is None:
        return Browser("", "no Chromium was found, and this machine has no apt-get to install one")
    if privilege is None:
        return Browser("", "no Chromium was found, and this user may not install one")
    try:
        with screen.step("Installing Chromium for the browser journeys") as step:
            commands.run_streaming([*privilege, "apt-get", "update", "-q"], on_line=step.note)
            install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
            commands.run_streaming([*privilege, *install], on_line=step.note)
    except commands.CommandFailed as failure:
        last = failure.output.strip().splitlines()[-1:] or ["no reason given"]
        return Browser("", f"Chromium could not be installed ({last[0]})")
    return Browser(find_browser(), "apt-get installed no chromium program")


def find_browser() -> str:
    return next((path for name in PROGRAMS if (path := shutil.which(name))), "")


def _privilege() -> list[str] | None:
    """How to become the administrator without a question: be root, or sudo without password."""
    if checks.is_root():
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None
