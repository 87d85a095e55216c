"""Entry point of `./concord`, which runs this folder with the first Python it finds."""

import sys
from pathlib import Path

# Running a folder puts that folder on the path; its parent is what makes `launcher` a package.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from launcher.cli import main  # noqa: E402  (the path above comes first)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
