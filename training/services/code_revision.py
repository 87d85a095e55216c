"""Which code a run was asked of (R53)."""

import subprocess
from functools import lru_cache

from django.conf import settings

UNKNOWN = "unknown"


def short_revision(revision: str) -> str:
    """The beginning of a commit, and whether files had been changed since; as the pages say it."""
    commit, *rest = revision.split("-")
    return f"{commit[:12]} with changes" if rest else commit[:12]


@lru_cache(maxsize=1)
def code_revision() -> str:
    """The commit, with -dirty where the working tree differs from it.

    Asked of git once per process; a process runs the code it was started with.
    """
    if settings.CODE_REVISION:
        return str(settings.CODE_REVISION)[:64]
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return answer.stdout.strip() or UNKNOWN
