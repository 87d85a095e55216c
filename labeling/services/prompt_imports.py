"""Imports of prompt files: what is decided when one is opened. Its pieces: ``services.uploads``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from labeling.importers.prompt_files import (
    CSV_ENDINGS,
    JSON_LINES_ENDINGS,
    is_csv,
    is_prompt_file,
)
from labeling.models import PromptImport, User
from labeling.services.uploads import invalid_field
from labeling.text_hygiene import Split

MAX_FILE_BYTES: Final = 2_000_000_000

Format = PromptImport.Format
EXPORTED_SPLIT: Final[Mapping[str, Split]] = {
    Format.EXPORTED_TRAIN: "train",
    Format.EXPORTED_VALIDATION: "validation",
}


@dataclass(frozen=True)
class NewImport:
    file_name: str
    num_bytes: int
    format: str = Format.ROWS
    is_dry_run: bool = False
    cap: int | None = None
    cap_by: str | None = None


def open_import(*, new: NewImport, created_by: User) -> PromptImport:
    """An import that waits for the pieces of its file.

    Raises: Refused("invalid_request") with a message per field (status 400).
    """
    if not is_prompt_file(new.file_name):
        endings = ", ".join((*JSON_LINES_ENDINGS, *CSV_ENDINGS))
        said = f"The name ends with one of {endings}; unpack a compressed file first."
        raise invalid_field("file_name", said)
    if new.format in EXPORTED_SPLIT and is_csv(new.file_name):
        raise invalid_field("file_name", "Exported prompts come back as prompts.jsonl, not as CSV.")
    if new.num_bytes > MAX_FILE_BYTES:
        raise invalid_field("num_bytes", f"At most {MAX_FILE_BYTES / 1e9:g} GB; split the file.")
    return PromptImport.objects.create(
        file_name=new.file_name,
        num_bytes=new.num_bytes,
        format=new.format,
        is_dry_run=new.is_dry_run,
        prefix_tokens=settings.PROMPT_PREFIX_TOKENS,
        cap=new.cap or settings.PROMPT_CAP,
        cap_by=new.cap_by or settings.PROMPT_CAP_BY,
        created_by=created_by,
    )
