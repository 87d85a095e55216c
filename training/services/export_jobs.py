"""Exports in the background: asked for by a researcher, written step by step by any worker.

The row says how far an export is; the files of an unfinished one lie in a hidden folder of the
artifact store. A worker that dies in the middle of a step leaves the state of the step before.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from labeling.models import User
from labeling.services.audit import record
from training.artifact_store import ArtifactError, publish
from training.models import Artifact, Export
from training.selectors.snapshots import access_snapshot
from training.services.exports import check_export, export_on
from training.services.model_versions import record_artifact

logger = logging.getLogger(__name__)

MAX_FAILURE_CHARACTERS: Final = 300
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
    """Go on with waiting exports for about this long; whether one is still waiting then.

    An export that another worker has in hand is left to it.
    """
    until = monotonic() + seconds
    while monotonic() < until:
        if not export_one_step(lambda: monotonic() < until):
            return False
    return True


def export_one_step(go_on: Callable[[], bool]) -> bool:
    """Write on with the oldest export that nobody has in hand; False if there is none.

    Whatever it breaks off with ends it with the reason, so that those behind it have their turn;
    a database that is away ends nothing.
    """
    with transaction.atomic():
        export = (
            Export.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("snapshot")
            .filter(state__in=OPEN_STATES)
            .order_by("created_at", "pk")
            .first()
        )
        if export is None:
            return False
        if export.state == Export.State.QUEUED:
            export.state, export.started_at = Export.State.RUNNING, Now()
            export.save(update_fields=["state", "started_at"])
        try:
            with transaction.atomic():
                _write(export, go_on)
        except (OperationalError, InterfaceError):
            raise
        except (OSError, ArtifactError) as error:
            _end(export, Export.State.FAILED, failure=str(error))
        except Exception as error:
            logger.exception("export %s broke off", export.pk)
            _end(export, Export.State.FAILED, failure=_unforeseen(error))
    return True


def _unforeseen(error: Exception) -> str:
    """Errors of the database may repeat what it was asked to store."""
    name = type(error).__name__
    said = name if isinstance(error, DatabaseError) else f"{name}: {error}"
    return f"The export broke off ({said[:MAX_FAILURE_CHARACTERS]}). The log says where."


def folder_of(export: Export) -> Path:
    """Where an unfinished export lies; publishers sweep other names."""
    return Path(settings.ARTIFACT_ROOT) / f".export-{export.pk}"


def _write(export: Export, go_on: Callable[[], bool]) -> None:
    """Precondition: the row is locked."""
    folder = folder_of(export)
    folder.mkdir(parents=True, exist_ok=True)
    done, is_over = export_on(
        export.snapshot,
        folder,
        files=export.files,
        forms=export.forms,
        is_compressed=export.is_compressed,
        go_on=go_on,
    )
    export.num_records_done = done
    export.save(update_fields=["num_records_done"])
    if is_over:
        stored = publish(Path(settings.ARTIFACT_ROOT), folder, may_link=True)
        export.artifact = record_artifact(stored, Artifact.Kind.EXPORT)
        _end(export, Export.State.DONE)


def _end(export: Export, state: Export.State, *, failure: str = "") -> None:
    if state == Export.State.FAILED:
        export.artifact = None
    export.state, export.failure, export.finished_at = state, failure, Now()
    export.save(update_fields=["state", "failure", "finished_at", "artifact"])
    shutil.rmtree(folder_of(export), ignore_errors=True)
