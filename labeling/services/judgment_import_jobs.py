"""Imports of judgments: opened, uploaded piece by piece, cancelled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.importers.formats import FORMATS
from labeling.models import JudgmentImport, User
from labeling.services.uploads import keep_piece, num_pieces

MAX_FILE_BYTES: Final = 100_000_000
UPLOAD_PATIENCE: Final = timedelta(days=1)
# It becomes part of names of accounts and of models.
DATASET_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
BAD_DATASET_NAME: Final = "A data set's name is up to 40 of a-z, 0-9 and the hyphen."

State = JudgmentImport.State
OPEN_STATES: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class NewJudgmentImport:
    """``project_name`` empty stands for "Imported: " and the data set's name."""

    file_name: str
    num_bytes: int
    format: str
    dataset: str
    choices: Mapping[str, str] = field(default_factory=dict)
    project_name: str = ""
    is_study: bool = True
    is_dry_run: bool = True


def open_judgment_import(*, new: NewJudgmentImport, created_by: User) -> JudgmentImport:
    """An import that waits for the pieces of its file.

    Raises: Refused("invalid_request") with a message per field (status 400).
    """
    if new.num_bytes > MAX_FILE_BYTES:
        raise _invalid("num_bytes", f"At most {MAX_FILE_BYTES / 1e6:g} MB; split the file.")
    if not DATASET_NAME.fullmatch(new.dataset):
        raise _invalid("dataset", BAD_DATASET_NAME)
    try:
        choices = FORMATS[new.format].choices_of(new.choices)
    except ValueError as error:
        raise _invalid("choices", str(error)) from error
    return JudgmentImport.objects.create(
        file_name=new.file_name,
        num_bytes=new.num_bytes,
        format=new.format,
        choices=choices,
        dataset=new.dataset,
        project_name=new.project_name or f"Imported: {new.dataset}",
        is_study=new.is_study,
        is_dry_run=new.is_dry_run,
        created_by=created_by,
    )


@transaction.atomic
def store_piece(*, import_id: UUID, position: int, content: bytes) -> None:
    """Raises: NotAccessible and what ``keep_piece`` raises."""
    found = lock_judgment_import(import_id)
    keep_piece(
        found.chunks,
        num_bytes=found.num_bytes,
        position=position,
        content=content,
        is_open=found.state in OPEN_STATES,
    )


@transaction.atomic
def cancel_judgment_import(*, import_id: UUID) -> JudgmentImport:
    """Stop an import after the slice that is being stored; what is stored stays.

    Raises: NotAccessible, Refused("import_over") when it has ended by itself.
    """
    found = lock_judgment_import(import_id)
    if found.state == State.CANCELLED:
        return found
    if found.state not in OPEN_STATES:
        raise Refused("import_over", "This import has ended already.")
    end_judgment_import(found, State.CANCELLED)
    return found


def end_judgment_import(found: JudgmentImport, state: State, *, failure: str = "") -> None:
    """Let go of the file itself. Precondition: the row is locked."""
    found.state, found.failure, found.finished_at = state, failure, Now()
    found.save(update_fields=["state", "failure", "finished_at"])
    found.refresh_from_db(fields=["finished_at"])
    found.chunks.all().delete()


@transaction.atomic
def fail_abandoned_judgment_uploads() -> int:
    """End the imports whose file has not arrived within a day; how many there were."""
    waiting = JudgmentImport.objects.select_for_update(skip_locked=True).filter(
        state=State.QUEUED, created_at__lt=Now() - UPLOAD_PATIENCE
    )
    abandoned = [one for one in waiting if one.chunks.count() < num_pieces(one.num_bytes)]
    for one in abandoned:
        end_judgment_import(one, State.FAILED, failure="The upload was not finished within a day.")
    return len(abandoned)


def lock_judgment_import(import_id: UUID) -> JudgmentImport:
    """Raises: NotAccessible."""
    found = JudgmentImport.objects.select_for_update(no_key=True).filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def _invalid(field_name: str, message: str) -> Refused:
    return Refused("invalid_request", message, status=400, fields={field_name: [message]})
