"""Checkpoints along the way that outlive the trainer's own, which keeps the newest two only.

A divergence is often noticed when the last two checkpoints have it in them, and a bad disk rarely
damages one folder alone. Whole checkpoints are never written into, so a milestone is made of links
and costs no time; its space it costs once the trainer forgets the checkpoint.
"""

import os
import shutil
from pathlib import Path

from training.runner.work_folder import CHECKPOINTS, MILESTONES, WorkFolder

# After a quarter, a half and three quarters of the steps.
PARTS = 4
STEP = "step-"


def keep_milestone(folder: WorkFolder, total_steps: int) -> Path | None:
    """Keep the newest checkpoint if it is the first behind a milestone; returns what was kept."""
    checkpoints, milestones = folder.path / CHECKPOINTS, folder.path / MILESTONES
    newest = max(_steps_in(checkpoints), default=0)
    kept = max(_steps_in(milestones), default=0)
    if _part(newest, total_steps) <= _part(kept, total_steps):
        return None
    name = f"{STEP}{newest:08d}"
    return _link_whole(checkpoints / name, milestones / name)


def lay_out_milestones(folder: WorkFolder) -> None:
    """Put the milestones beside the checkpoints, so that the newest whole one of all is found."""
    milestones = folder.path / MILESTONES
    for step in _steps_in(milestones):
        name = f"{STEP}{step:08d}"
        _link_whole(milestones / name, folder.path / CHECKPOINTS / name)


def _part(step: int, total_steps: int) -> int:
    """How many milestones lie at or before this step; the end is none."""
    return min(PARTS - 1, step * PARTS // total_steps) if total_steps else 0


def _steps_in(place: Path) -> list[int]:
    names = [path.name.removeprefix(STEP) for path in place.glob(f"{STEP}*")]
    return [int(name) for name in names if name.isdecimal()]


def _link_whole(source: Path, target: Path) -> Path | None:
    """All files or none: the trainer may forget the checkpoint meanwhile."""
    if target.exists():
        return None
    beside = target.with_name(f".linking-{target.name}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        shutil.copytree(source, beside, copy_function=os.link)
        beside.rename(target)
    except OSError:
        # Forgotten in this moment, or a file system without links: the next one will do.
        shutil.rmtree(beside, ignore_errors=True)
        return None
    return target
