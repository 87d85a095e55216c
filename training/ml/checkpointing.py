"""Checkpoints that are whole or absent: files, then a manifest of their hashes, then a rename.

A folder `step-00000012` holds safetensors files, `values.json` and, written last,
`manifest.json`. Anything whose bytes do not match its manifest does not count.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from training.ml.world import World

MANIFEST = "manifest.json"
VALUES = "values.json"
STEP_FOLDER = re.compile(r"step-(\d{8})")
PARTIAL = ".partial-"
# What the newest write took, for whoever watches; nothing is resumed from it.
LAST_WRITE = "last-write.json"
# The one before the newest stays, in case the newest turns out to be damaged.
NUM_KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint; `values` is what was stored beside the tensors."""

    folder: Path
    step: int
    values: dict[str, Any]

    def has(self, name: str) -> bool:
        return self._file(name).exists()

    def tensors(self, name: str) -> dict[str, Tensor]:
        return load_file(self._file(name))

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"


@dataclass(frozen=True)
class Search:
    """The newest whole checkpoint, and the names of newer folders that are damaged."""

    newest: Checkpoint | None
    damaged: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """For whoever watches the run: steps were lost, and the disk may be failing."""
        if not self.damaged:
            return []
        names = ", ".join(self.damaged)
        found = f"Checkpoint {names} is" if len(self.damaged) == 1 else f"Checkpoints {names} are"
        went_on = (
            "No whole one is left, so the run began anew."
            if self.newest is None
            else f"The run went on from the one before, of step {self.newest.step}."
        )
        return [f"{found} damaged and not used: check the disk of this machine. {went_on}"]


def write_checkpoint(
    root: Path,
    step: int,
    *,
    shared: Mapping[str, Mapping[str, Tensor]],
    own: Mapping[str, Mapping[str, Tensor]],
    values: Mapping[str, Any],
    world: World,
) -> None:
    """Store named groups of tensors and JSON values as the state after `step` steps.

    `shared` and `values` are written by the main process; `own` by every process, under names
    that differ between processes. Every process calls this.
    """
    final = root / f"step-{step:08d}"
    partial = root / f"{PARTIAL}{final.name}"
    if world.is_main:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    world.wait()
    for name, tensors in own.items():
        _save(tensors, partial / f"{name}.safetensors")
    if world.is_main:
        for name, tensors in shared.items():
            _save(tensors, partial / f"{name}.safetensors")
        write_durably(partial / VALUES, json.dumps(dict(values)))
    world.wait()
    if world.is_main:
        _publish(partial, final)
        _forget_old(root)
    world.wait()


def newest_checkpoint(root: Path) -> Checkpoint | None:
    """The latest checkpoint whose every byte is as its manifest says; None when there is none."""
    return find_checkpoint(root).newest


def find_checkpoint(root: Path) -> Search:
    """The same, with what had to be passed over on the way."""
    damaged: list[str] = []
    for folder in _step_folders(root):
        if _is_whole(folder):
            values = json.loads((folder / VALUES).read_text(encoding="utf-8"))
            newest = Checkpoint(folder, int(folder.name.removeprefix("step-")), values)
            return Search(newest, tuple(damaged))
        damaged.append(folder.name)
    return Search(None, tuple(damaged))


def write_durably(path: Path, text: str) -> None:
    """Replace a file's content so that a crash leaves the old or the new, never half."""
    unfinished = path.with_name(f"{PARTIAL}{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    _sync(unfinished)
    unfinished.replace(path)
    _sync(path.parent)


def note_write(root: Path, step: int, seconds: float) -> None:
    """Say how long the checkpoint after `step` steps took. Not worth ending a training for."""
    unfinished = root / f"{PARTIAL}{LAST_WRITE}"
    with suppress(OSError):
        unfinished.write_text(json.dumps({"step": step, "seconds": round(seconds, 3)}))
        unfinished.replace(root / LAST_WRITE)


def _save(tensors: Mapping[str, Tensor], path: Path) -> None:
    on_host = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(on_host, path)
    _sync(path)


def _publish(partial: Path, final: Path) -> None:
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(partial.iterdir())
    }
    write_durably(partial / MANIFEST, json.dumps(files))
    # A damaged folder of the same step may stand in the way.
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    _sync(final.parent)


def _forget_old(root: Path) -> None:
    for folder in _step_folders(root)[NUM_KEPT:]:
        shutil.rmtree(folder)
    forget_partial(root)


def forget_unfinished(output: Path) -> None:
    """Remove what the writer of weights had under way, in any folder, when its process was killed.

    It writes under such a name, beside the file that it replaces at the end.
    """
    for path in output.rglob(".tmp*"):
        path.unlink()


def forget_partial(root: Path) -> None:
    """Remove what a process left that was killed while it wrote; call it with no writer about."""
    for leftover in root.glob(f"{PARTIAL}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _step_folders(root: Path) -> list[Path]:
    found = root.iterdir() if root.exists() else []
    return sorted((p for p in found if STEP_FOLDER.fullmatch(p.name)), reverse=True)


def _is_whole(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return all(_matches(folder / name, facts) for name, facts in manifest.items())
    except (OSError, ValueError, KeyError):
        return False


def _matches(path: Path, facts: Mapping[str, Any]) -> bool:
    return (path.stat().st_size, _sha256(path)) == (facts["bytes"], facts["sha256"])


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
