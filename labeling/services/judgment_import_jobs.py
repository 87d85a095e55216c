"""Imports of judgments: what is decided when one is opened. Its pieces: ``services.uploads``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from labeling.importers.formats import FORMATS
from labeling.models import JudgmentImport, User
from labeling.services.uploads import invalid_field

MAX_FILE_BYTES: Final = 100_000_000
# It becomes part of names of accounts and of models.
DATASET_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
BAD_DATASET_NAME: Final = "A data set's name is up to 40 of a-z, 0-9 and the hyphen."


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
        raise invalid_field("num_bytes", f"At most {MAX_FILE_BYTES / 1e6:g} MB; split the file.")
    if not DATASET_NAME.fullmatch(new.dataset):
        raise invalid_field("dataset", BAD_DATASET_NAME)
    try:
        choices = FORMATS[new.format].choices_of(new.choices)
    except ValueError as error:
        raise invalid_field("choices", str(error)) from error
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
