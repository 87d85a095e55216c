"""Removing what nothing needs any more: unreferenced artifacts, and the bulk of ended runs.

An artifact that has a row is never touched. One without may be on its way to a row: its files are
published minutes before the transaction that names it. So only old ones go, and publishing the same
content again makes a folder young.
"""

import shutil
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from training.artifact_bucket import Bucket
from training.artifact_store import SHA256, configured_bucket
from training.models import TERMINAL_STATES, Artifact, Run, RunState
from training.models.clock import ClockTimestamp
from training.runner.work_folder import WorkFolder
from training.services.retries import beginnings_of

GRACE_SECONDS = 24 * 3600
TRASH = ".trash-"


@dataclass
class Collected:
    artifacts: list[str] = field(default_factory=list)
    run_folders: list[UUID] = field(default_factory=list)
    num_bytes: int = 0


def collect_garbage(*, keep_failed_days: int, is_dry_run: bool = False) -> Collected:
    """Remove unreferenced artifacts older than a day and what ended runs left; say what it was."""
    collected = Collected()
    _collect_artifacts(Path(settings.ARTIFACT_ROOT), collected, is_dry_run=is_dry_run)
    if (bucket := configured_bucket()) is not None:
        _collect_bucket(bucket, collected, is_dry_run=is_dry_run)
    _collect_runs(collected, keep_failed_days=keep_failed_days, is_dry_run=is_dry_run)
    return collected


def _collect_artifacts(root: Path, collected: Collected, *, is_dry_run: bool) -> None:
    _finish_interrupted(root)
    stored = [path for path in root.glob("*") if SHA256.fullmatch(path.name) and _is_old(path)]
    named = set(
        Artifact.objects.filter(pk__in=[path.name for path in stored]).values_list("pk", flat=True)
    )
    for folder in stored:
        if folder.name in named:
            continue
        num_bytes = _size(folder)
        if is_dry_run or _remove_artifact(folder):
            collected.artifacts.append(folder.name)
            collected.num_bytes += num_bytes


def _remove_artifact(folder: Path) -> bool:
    """Out of the way first, then asked again: whoever named or published it meanwhile wins."""
    trash = folder.with_name(f"{TRASH}{folder.name}")
    folder.rename(trash)
    if not _is_old(trash) or Artifact.objects.filter(pk=folder.name).exists():
        trash.rename(folder)
        return False
    shutil.rmtree(trash)
    return True


def _finish_interrupted(root: Path) -> None:
    """A collection that was killed may have left an artifact aside; it is judged anew."""
    for trash in root.glob(f"{TRASH}*"):
        folder = trash.with_name(trash.name.removeprefix(TRASH))
        if folder.exists():
            shutil.rmtree(trash)
        else:
            trash.rename(folder)


def _collect_bucket(bucket: Bucket, collected: Collected, *, is_dry_run: bool) -> None:
    """The same rule for the copy that all machines share: one machine's collection is enough."""
    for sha256 in filter(SHA256.fullmatch, bucket.names()):
        if not _is_garbage(bucket, sha256):
            continue
        num_bytes = bucket.num_bytes(sha256)
        if is_dry_run or _remove_from_bucket(bucket, sha256):
            # This machine's copy of it may have gone just before.
            if sha256 not in collected.artifacts:
                collected.artifacts.append(sha256)
            collected.num_bytes += num_bytes


def _is_garbage(bucket: Bucket, sha256: str) -> bool:
    is_old = bucket.age_seconds(sha256) > GRACE_SECONDS
    return is_old and not Artifact.objects.filter(pk=sha256).exists()


def _remove_from_bucket(bucket: Bucket, sha256: str) -> bool:
    """Marked first, then asked again: whoever named or published it meanwhile wins."""
    bucket.mark_removing(sha256)
    if not _is_garbage(bucket, sha256):
        bucket.unmark(sha256)
        return False
    bucket.remove(sha256)
    return True


def _collect_runs(collected: Collected, *, keep_failed_days: int, is_dry_run: bool) -> None:
    """The bulk of runs that succeeded or were cancelled, and of those that failed long ago."""
    long_ago = ClockTimestamp() - timedelta(days=keep_failed_days)
    ended = Run.objects.filter(state__in=TERMINAL_STATES)
    ended = ended.exclude(state=RunState.FAILED, ended_at__gt=long_ago)
    # A retry that has not ended may still have to fetch the checkpoints that it begins with.
    retries = Run.objects.exclude(state__in=TERMINAL_STATES).filter(parent__isnull=False)
    in_use = {earlier.pk for retry in retries for earlier in beginnings_of(retry)}
    for run_id in ended.exclude(pk__in=in_use).values_list("pk", flat=True):
        folder = WorkFolder.of(run_id)
        if num_bytes := sum(map(_size, folder.bulk())):
            collected.run_folders.append(run_id)
            collected.num_bytes += num_bytes
            if not is_dry_run:
                folder.discard_bulk()


def _is_old(folder: Path) -> bool:
    return folder.stat().st_mtime < time.time() - GRACE_SECONDS


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
