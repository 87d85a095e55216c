"""How long freezing and exporting rankings take, and how much memory they need.

    python -m benchmarks.exporting [--rankings 1000000] [--steps preview freeze ranking preference]
        [--gzip] [--forms parquet csv] [--at-once 5]

In the kept database of so many rankings (``many_rankings``) counts them for the dialog, freezes
them and exports the snapshot, each file by itself, published as the background job would publish
it: ``--at-once`` is for how many seconds that writes before it lets other work come in between;
without it an export is written in one go. Throwing it away afterwards is not timed. Each step is a
process of its own, whose peak memory is the step's, beside that of the largest process that helps
it; a step without the freeze takes the newest snapshot there is. ``disk`` says how fast plain bytes
are written and synced on the disk of the artifacts, and how fast they are hashed, which nothing
here can beat.
"""

import argparse
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from benchmarks.many_rankings import connect_to, database_of, name_of
from labeling.models import User
from training.models import Export, Snapshot
from training.services.exports import export_whole, publish_export
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings, preview

MEGABYTE: Final = 1_000_000
STEPS: Final = (
    "preview",
    "freeze",
    "ranking",
    "preference",
    "preference_messages",
    "unpaired",
    "disk",
)
DISK_BYTES: Final = 4_000 * MEGABYTE


def count() -> int:
    """What the dialog shows before a freeze; nothing is written."""
    preview(kind=Snapshot.Kind.RM, query=SnapshotQuery())
    return 0


def freeze() -> int:
    """Bytes of the records."""
    ada = User.objects.filter(role="admin").first()
    assert ada
    snapshot = freeze_rankings(by=ada, name="Benchmark", query=SnapshotQuery())
    return snapshot.artifact.num_bytes


def export(file: str, given: argparse.Namespace, waste: ExitStack) -> int:
    """Bytes of what was written, which lies in the store until ``waste`` is closed."""
    snapshot = Snapshot.objects.latest("created_at")
    root = Path(settings.ARTIFACT_ROOT)
    folder = root / f".export-{file}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    waste.callback(shutil.rmtree, folder)
    export_whole(
        snapshot,
        folder,
        files=[file],
        forms=given.forms,
        is_compressed=given.gzip,
        seconds_at_once=given.at_once or float("inf"),
    )
    stored = publish_export(folder)
    waste.callback(shutil.rmtree, root / stored.sha256)
    return stored.num_bytes


def disk() -> int:
    """Bytes that were written and synced, hashing them in between."""
    piece = os.urandom(MEGABYTE)
    path = Path(settings.ARTIFACT_ROOT) / ".disk"
    digest, hashing = hashlib.sha256(), 0.0
    with path.open("wb") as file:
        for _ in range(DISK_BYTES // MEGABYTE):
            file.write(piece)
        os.fsync(file.fileno())
    began = time.process_time()
    for _ in range(1_000):
        digest.update(piece)
    hashing = time.process_time() - began
    path.unlink()
    print(f"hashing: {1_000 / hashing:.0f} MB/s of one processor", file=sys.stderr)
    return DISK_BYTES


def run_step(name: str, given: argparse.Namespace) -> None:
    """In a process of its own: a row of the table, without clearing up behind it."""
    works: dict[str, Callable[[], int]] = {"preview": count, "freeze": freeze, "disk": disk}
    waste = ExitStack()
    began, own = time.perf_counter(), time.process_time()
    num_bytes = works[name]() if name in works else export(name, given, waste)
    seconds, own = time.perf_counter() - began, time.process_time() - own
    peak, of_a_helper = (
        resource.getrusage(whose).ru_maxrss * 1024 / MEGABYTE
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"| {name} | {seconds:.1f} | {own:.1f} | {peak:.0f} | {of_a_helper:.0f} "
        f"| {num_bytes / MEGABYTE:,.0f} | {num_bytes / MEGABYTE / seconds:.0f} |",
        flush=True,
    )
    waste.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rankings", type=int, default=1_000_000)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--gzip", action="store_true", help="compress the lines")
    parser.add_argument("--forms", nargs="+", choices=Export.Form.values, default=[])
    parser.add_argument("--at-once", type=float, help="seconds; without it in one go")
    parser.add_argument("--root", type=Path, help="where the artifacts go, kept afterwards")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    root = given.root or Path(settings.ARTIFACT_ROOT) / f"benchmark-{given.rankings}"
    settings.ARTIFACT_ROOT = root
    root.mkdir(parents=True, exist_ok=True)
    if given.step:
        connect_to(name_of(connection.settings_dict["NAME"], given.rankings))
        run_step(given.step, given)
        return
    with database_of(given.rankings):
        pass
    print(f"{given.rankings:,} rankings\n")
    print("| step | seconds | of them in Python | peak, MB | of its largest helper | MB | MB/s |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in given.steps:
        step = [*sys.argv[1:], "--root", str(root), "--step", name]
        subprocess.run([sys.executable, "-m", "benchmarks.exporting", *step], check=True)


if __name__ == "__main__":
    main()
