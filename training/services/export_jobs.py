"""Exports in the background: asked for by a researcher, written step by step by any worker.

The row says how far an export is; the files of an unfinished one lie in a hidden folder of the
artifact store. A worker that dies in the middle of a step leaves the state of the step before, and
an export that several died with ends, whatever the reason was.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from labeling.models import User
from labeling.services.audit import record
from labeling.services.only_one import only_one
from training.exporters.writing import write_on
from training.models import Artifact, Export
from training.selectors.lost_work import LOST, MAX_LOST
from training.selectors.snapshots import access_snapshot
from training.services.exports import (
    check_export,
    finish_on,
    for_so_long,
    publish_export,
    wanted_of,
)
from training.services.model_versions import record_artifact
from training.services.unattended import DATABASE_AWAY, LONG_WORK, why

logger = logging.getLogger(__name__)

REMEDY: Final = "Export it again when that is mended."
OPEN_STATES: Final = (Export.State.QUEUED, Export.State.RUNNING)


@transaction.atomic
def request_export(
    *,
    snapshot_id: UUID,
    files: Sequence[str],
    forms: Sequence[str],
    is_compressed: bool = False,
    by: User,
) -> Export:
    """An export that waits for a worker.

    Raises: NotAccessible, Refused("nothing_to_export" | "unknown_file" | "parquet_unavailable").
    """
    snapshot = access_snapshot(snapshot_id)
    check_export(snapshot, files, forms)
    export = Export.objects.create(
        snapshot=snapshot,
        files=list(files),
        forms=list(forms),
        is_compressed=is_compressed,
        created_by=by,
    )
    details = {"name": snapshot.name, "files": export.files, "forms": export.forms}
    record(actor=by, action="request_export", subject=export, details=details)
    return export


def export_for(seconds: float) -> bool:
    """Go on with waiting exports for about this long; whether one can go on at once then.

    Precondition: nobody else does so meanwhile.
    """
    go_on = for_so_long(seconds)
    while go_on():
        if not export_one_step(go_on):
            return False
    return True


def export_one_step(go_on: Callable[[], bool]) -> bool:
    """Go on with the oldest export; False if there is none, or other long work has its turn.

    Whatever it breaks off with ends it with the reason, so that those behind it have their turn. A
    database that is away does not: the step is begun again, and the export ended when that did not
    help.

    Precondition: nobody else does so meanwhile, so a step that did not end was lost.
    """
    waiting = Export.objects.filter(state__in=OPEN_STATES).select_related("snapshot")
    export = waiting.order_by("created_at", "pk").first()
    if export is None:
        return False
    if export.num_lost >= MAX_LOST:
        _end(export, Export.State.FAILED, failure=LOST)
        return True
    if export.state == Export.State.QUEUED:
        export.state, export.started_at = Export.State.RUNNING, Now()
    export.num_lost += 1
    export.save(update_fields=["state", "started_at", "num_lost"])
    try:
        return _write(export, go_on)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        logger.exception("export %s broke off", export.pk)
        _end(export, Export.State.FAILED, failure=why(error, remedy=REMEDY))
    return True


def folder_of(export: Export) -> Path:
    """Where an unfinished export lies; publishers sweep other names."""
    return Path(settings.ARTIFACT_ROOT) / f".export-{export.pk}"


def _write(export: Export, go_on: Callable[[], bool]) -> bool:
    """Whether it can go on at once.

    Lines are written for as long as there is time. What comes behind them takes as long as it
    takes, and does so while nothing else of that sort is done: a worker has two processes. When the
    time was over between two files it waits to be called again, so that freezing has its turn.
    """
    folder = folder_of(export)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = wanted_of(export.snapshot, files=export.files, is_compressed=export.is_compressed)
    progress = write_on(wanted, folder, go_on)
    export.num_records_done = progress.tally.num_records
    export.save(update_fields=["num_records_done"])
    if progress.is_over:
        with only_one(LONG_WORK) as is_mine:
            if is_mine and finish_on(
                export.snapshot, wanted, folder, forms=export.forms, progress=progress, go_on=go_on
            ):
                _publish(export)
                return True
    export.num_lost -= 1
    export.save(update_fields=["num_lost"])
    return not progress.is_over


def _publish(export: Export) -> None:
    stored = publish_export(folder_of(export))
    with transaction.atomic():
        export.artifact = record_artifact(stored, Artifact.Kind.EXPORT)
        _end(export, Export.State.DONE)


def _end(export: Export, state: Export.State, *, failure: str = "") -> None:
    if state == Export.State.FAILED:
        export.artifact = None
    export.state, export.failure, export.finished_at = state, failure, Now()
    export.save(update_fields=["state", "failure", "finished_at", "artifact"])
    shutil.rmtree(folder_of(export), ignore_errors=True)
