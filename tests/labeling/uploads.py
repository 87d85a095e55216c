"""Uploading files of prompts in tests, and going through them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from labeling.models import PromptImport, User
from labeling.services.prompt_import_slices import import_one_slice
from labeling.services.prompt_imports import NewImport, open_import
from labeling.services.uploads import CHUNK_BYTES, store_piece


def json_lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def csv_file(names: Sequence[str], *rows: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([names, *rows])
    return out.getvalue().encode()


def upload(content: bytes, *, by: User, file_name: str = "prompts.jsonl", **options: object):
    """A file that is here in full and waits for a worker."""
    new = NewImport(file_name=file_name, num_bytes=len(content), **options)
    opened = open_import(new=new, created_by=by)
    for position in range(0, len(content), CHUNK_BYTES):
        store_piece(
            kind=PromptImport,
            import_id=opened.pk,
            position=position // CHUNK_BYTES,
            content=content[position : position + CHUNK_BYTES],
        )
    return opened


def run_through(prompt_import: PromptImport) -> PromptImport:
    while import_one_slice():
        pass
    prompt_import.refresh_from_db()
    return prompt_import


def outcomes(prompt_import: PromptImport) -> list[tuple[int, str]]:
    return list(prompt_import.lines.order_by("line").values_list("line", "outcome"))


def outcome_counts(prompt_import: PromptImport) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for _, outcome in outcomes(prompt_import):
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts
