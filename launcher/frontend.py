"""Builds the browser application, again only when its sources or its lock file changed."""

import os
from collections.abc import Iterator
from pathlib import Path

from launcher import commands, screen, stamps
from launcher.environment import explain_install_failure
from launcher.layout import Layout
from launcher.node import Node, ensure_node

MADE_FOLDERS = {"node_modules", "dist", "coverage"}


def ensure_frontend(layout: Layout) -> None:
    """Install the locked packages and build into frontend/dist."""
    _ensure_build(layout, ensure_packages(layout))


def node_environment(node: Node) -> dict[str, str]:
    """The environment in which npm finds the node it belongs to."""
    return {**os.environ, "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def source_files(frontend: Path) -> Iterator[Path]:
    """Every file the build may read; what npm and the build themselves made is left out."""
    for folder, names, files in os.walk(frontend):
        names[:] = [name for name in names if name not in MADE_FOLDERS]
        yield from (Path(folder) / name for name in files if not name.endswith(".tsbuildinfo"))


def ensure_packages(layout: Layout) -> Node:
    """Install what the lock file says; returns the Node that it was installed for."""
    node = ensure_node(layout)
    lock = layout.frontend / "package-lock.json"
    stamp = layout.frontend / "node_modules" / ".concord-packages.stamp"
    digest = stamps.digest_of(node.version, files=[lock, layout.frontend / "package.json"])
    if not stamps.is_stamped(stamp, digest):
        title = "Installing the frontend packages"
        _npm(layout, node, ["ci", "--no-audit", "--no-fund"], title=title)
        stamps.write_stamp(stamp, digest)
    return node


def _ensure_build(layout: Layout, node: Node) -> None:
    # The stamp lies beside the packages, because dist is served to the world as it is.
    stamp = layout.frontend / "node_modules" / ".concord-build.stamp"
    digest = stamps.digest_of(node.version, files=source_files(layout.frontend))
    if stamps.is_stamped(stamp, digest) and (layout.frontend / "dist" / "index.html").is_file():
        return
    _npm(layout, node, ["run", "build"], title="Building the frontend")
    stamps.write_stamp(stamp, digest)


def _npm(layout: Layout, node: Node, arguments: list[str], *, title: str) -> None:
    argv = [str(node.folder / "npm"), *arguments]
    with screen.step(title) as step:

        def note(line: str) -> None:
            # npm's own warnings are for whoever maintains the lock file.
            if not line.startswith("npm warn"):
                step.note(line)

        try:
            commands.run_streaming(
                argv, on_line=note, cwd=layout.frontend, env=node_environment(node)
            )
        except commands.CommandFailed as failure:
            raise explain_install_failure(failure) from failure
