"""Where things lie: the repository, its virtual environment and the state folder."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one installation.

    `root` is the repository; `state` keeps data, secrets and logs and may be moved with
    CONCORD_STATE_DIR. Tests give a state folder of their own, so they never touch a demo's data.
    """

    root: Path
    state: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def venv_bin(self) -> Path:
        return self.venv / "bin"

    @property
    def python(self) -> Path:
        return self.venv_bin / "python"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def models_cache(self) -> Path:
        return self.state / "models-cache"

    @property
    def settings_file(self) -> Path:
        return self.state / "env.json"

    @property
    def lock_file(self) -> Path:
        return self.state / "launcher.lock"

    def site_packages(self) -> Path | None:
        """The venv's package folder, found by path: the launcher runs under another Python."""
        return next(iter(sorted(self.venv.glob("lib/python3.*/site-packages"))), None)


def find_layout() -> Layout:
    root = Path(__file__).resolve().parent.parent
    state = Path(os.environ.get("CONCORD_STATE_DIR") or root / ".concord").absolute()
    return Layout(root=root, state=state)
