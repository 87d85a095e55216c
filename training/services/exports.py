"""Exporting a snapshot: its frozen records as files that other tools load as they are."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from django.conf import settings

from labeling.errors import Refused
from labeling.models import InstructionVersion, User
from training.artifact_store import StoredArtifact, artifact_file, publish
from training.exporters.data_card import MANIFEST, CardFacts, hashes_of_card, write_card
from training.exporters.rows import FILES
from training.exporters.twins import NO_PARQUET, PARQUET, has_parquet, write_twin
from training.exporters.writing import STATE, OtherExportError, Progress, Wanted, write_on
from training.models import Snapshot
from training.selectors.snapshot_splits import describe_split

# Of an export by the command: what a killed one does again at most.
SECONDS_AT_ONCE: Final = 20.0


def check_export(snapshot: Snapshot, files: Sequence[str], forms: Sequence[str]) -> None:
    """Raises: Refused("nothing_to_export" | "unknown_file" | "parquet_unavailable")."""
    known = FILES.get(snapshot.kind, {})
    if not known:
        raise Refused("nothing_to_export", "Its records are downloaded as they are.", status=422)
    if unknown := [name for name in files if name not in known]:
        said = f"{unknown[0]!r} is not one of {', '.join(known)}."
        raise Refused("unknown_file", said, status=422, fields={"files": [said]})
    if PARQUET in forms and not has_parquet():
        raise Refused("parquet_unavailable", NO_PARQUET, status=422, fields={"forms": [NO_PARQUET]})


def export_whole(
    snapshot: Snapshot,
    folder: Path,
    *,
    files: Sequence[str],
    forms: Sequence[str],
    is_compressed: bool = False,
    seconds_at_once: float = SECONDS_AT_ONCE,
) -> int:
    """Write an export, or go on with one; how many records it has.

    A process that is killed leaves what it had written every so many seconds.

    Raises: OtherExportError where the folder holds anything else; it is made where it is not there.
    """
    wanted = wanted_of(snapshot, files=files, is_compressed=is_compressed)
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    is_over = False
    while not is_over:
        go_on = for_so_long(seconds_at_once)
        progress = write_on(wanted, folder, go_on)
        is_over = progress.is_over and finish_on(
            snapshot, wanted, folder, forms=forms, progress=progress, go_on=go_on
        )
    return progress.tally.num_records


def check_folder(folder: Path) -> None:
    """Raises: OtherExportError where there is something, and no export to go on with."""
    if not folder.exists() or (folder / STATE).exists():
        return
    if not folder.is_dir():
        raise OtherExportError(f"{folder} is not a folder.")
    if (folder / MANIFEST).exists():
        raise OtherExportError(f"{folder} holds a finished export.")
    if any(folder.iterdir()):
        raise OtherExportError(f"{folder} is not empty, and no export was begun there.")


def for_so_long(seconds: float) -> Callable[[], bool]:
    """What says whether there is still time."""
    until = monotonic() + seconds
    return lambda: monotonic() < until


def wanted_of(snapshot: Snapshot, *, files: Sequence[str], is_compressed: bool) -> Wanted:
    """One query."""
    return Wanted(
        records=artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl"),
        records_sha256=snapshot.records_sha256,
        kind=snapshot.kind,
        files=files or list(FILES[snapshot.kind]),
        simulated=simulated_labelers(snapshot),
        is_compressed=is_compressed,
    )


def finish_on(
    snapshot: Snapshot,
    wanted: Wanted,
    folder: Path,
    *,
    forms: Sequence[str],
    progress: Progress,
    go_on: Callable[[], bool],
) -> bool:
    """The twins and the card, when all lines are written; whether all of that is done.

    ``go_on`` is asked between files: a twin is written in one go, however long that takes.
    """
    for form in forms:
        for name in [name for name, rows in progress.num_rows.items() if rows]:
            if not go_on():
                return False
            write_twin(folder / name, form)
    write_card(folder, facts_of(snapshot, num_simulated=len(wanted.simulated)), progress)
    return True


def publish_export(folder: Path) -> StoredArtifact:
    """A finished folder into the artifact store. Its card hashed the files, so they are not read
    again; nobody changes them any more.

    Raises: OSError, ArtifactError.
    """
    root = Path(settings.ARTIFACT_ROOT)
    return publish(root, folder, may_link=True, hashed=hashes_of_card(folder))


def simulated_labelers(snapshot: Snapshot) -> frozenset[int]:
    """Of those whose work is in the snapshot. One query."""
    labelers = User.objects.filter(is_simulated=True)
    path = {
        Snapshot.Kind.RM: "rankings__snapshot_links__snapshot",
        Snapshot.Kind.SFT: "demonstrations__snapshot_links__snapshot",
    }.get(Snapshot.Kind(snapshot.kind))
    if path is None:
        return frozenset()
    return frozenset(labelers.filter(**{path: snapshot}).distinct().values_list("pk", flat=True))


def facts_of(snapshot: Snapshot, *, num_simulated: int) -> CardFacts:
    """One query."""
    return CardFacts(
        title=snapshot.name,
        kind=snapshot.kind,
        split_rule=describe_split(snapshot.query.get("validation_share")),
        query=snapshot.query,
        records_sha256=snapshot.records_sha256,
        instructions=list(instructions_of(snapshot)),
        num_simulated=num_simulated,
    )


def instructions_of(snapshot: Snapshot) -> Iterator[str]:
    """The versions under which the work was done."""
    links = {
        Snapshot.Kind.RM: snapshot.ranking_links.values("ranking__instructions"),
        Snapshot.Kind.SFT: snapshot.demonstration_links.values("demonstration__instructions"),
    }.get(Snapshot.Kind(snapshot.kind))
    if links is None:
        return
    versions = InstructionVersion.objects.filter(pk__in=links).select_related("project")
    for one in versions.order_by("project__name", "version"):
        yield f"{one.project.name}, version {one.version}"
