"""Imports of prompt files: opened, uploaded piece by piece, cancelled."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.importers.prompt_files import CSV_ENDINGS, JSON_LINES_ENDINGS, is_prompt_file
from labeling.models import PromptImport, User
from labeling.services.uploads import keep_piece, num_pieces

MAX_FILE_BYTES: Final = 2_000_000_000
UPLOAD_PATIENCE: Final = timedelta(days=1)

State = PromptImport.State
OPEN_STATES: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class NewImport:
    file_name: str
    num_bytes: int
    is_dry_run: bool = False
    cap: int | None = None
    cap_by: str | None = None


def open_import(*, new: NewImport, created_by: User) -> PromptImport:
    """An import that waits for the pieces of its file.

    Raises: Refused("invalid_request") with a message per field (status 400).
    """
    if not is_prompt_file(new.file_name):
        endings = ", ".join((*JSON_LINES_ENDINGS, *CSV_ENDINGS))
        raise _invalid("file_name", f"The name ends with one of {endings}.")
    if new.num_bytes > MAX_FILE_BYTES:
        raise _invalid("num_bytes", f"At most {MAX_FILE_BYTES / 1e9:g} GB; split the file.")
    return PromptImport.objects.create(
        file_name=new.file_name,
        num_bytes=new.num_bytes,
        is_dry_run=new.is_dry_run,
        prefix_tokens=settings.PROMPT_PREFIX_TOKENS,
        cap=new.cap or settings.PROMPT_CAP,
        cap_by=new.cap_by or settings.PROMPT_CAP_BY,
        created_by=created_by,
    )


@transaction.atomic
def store_chunk(*, import_id: UUID, position: int, content: bytes) -> None:
    """Keep one piece of the file. Raises: NotAccessible and what ``keep_piece`` raises."""
    prompt_import = lock_import(import_id)
    keep_piece(
        prompt_import.chunks,
        num_bytes=prompt_import.num_bytes,
        position=position,
        content=content,
        is_open=prompt_import.state in OPEN_STATES,
    )


@transaction.atomic
def cancel_import(*, import_id: UUID) -> PromptImport:
    """Stop an import after the slice that is being stored; what is stored stays.

    Raises: NotAccessible, Refused("import_over") when it has ended by itself.
    """
    prompt_import = lock_import(import_id)
    if prompt_import.state == State.CANCELLED:
        return prompt_import
    if prompt_import.state not in OPEN_STATES:
        raise Refused("import_over", "This import has ended already.")
    end_import(prompt_import, State.CANCELLED)
    return prompt_import


def end_import(prompt_import: PromptImport, state: State, *, failure: str = "") -> None:
    """Let go of the file itself. Precondition: the row is locked."""
    prompt_import.state = state
    prompt_import.failure = failure
    prompt_import.finished_at = Now()
    prompt_import.save(update_fields=["state", "failure", "finished_at"])
    prompt_import.refresh_from_db(fields=["finished_at"])
    prompt_import.chunks.all().delete()
    prompt_import.sightings.all().delete()


@transaction.atomic
def fail_abandoned_uploads() -> int:
    """End the imports whose file has not arrived within a day; how many there were."""
    waiting = PromptImport.objects.select_for_update(skip_locked=True).filter(
        state=State.QUEUED, created_at__lt=Now() - UPLOAD_PATIENCE
    )
    abandoned = [one for one in waiting if one.chunks.count() < num_pieces(one.num_bytes)]
    for one in abandoned:
        end_import(one, State.FAILED, failure="The upload was not finished within a day.")
    return len(abandoned)


def lock_import(import_id: UUID) -> PromptImport:
    """Raises: NotAccessible."""
    found = PromptImport.objects.select_for_update(no_key=True).filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def _invalid(field_name: str, message: str) -> Refused:
    return Refused("invalid_request", message, status=400, fields={field_name: [message]})
