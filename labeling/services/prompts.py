"""Storing prompts: each text once, each key in one split, each broken row told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from django.db import connection, transaction

from labeling.importers.prompts import PromptRow, RowError, read_prompt_rows
from labeling.models import Prompt, User
from labeling.selectors.prompts import prompts_by_text_hash
from labeling.text_hygiene import cap_key, split_of_key, text_sha256

NUM_ROWS_AT_ONCE: Final = 500
# Any number that no other advisory lock uses.
STORING_PROMPTS: Final = 7_301_001


@dataclass(frozen=True)
class StoredPrompt:
    prompt: Prompt
    is_new: bool


@dataclass(frozen=True)
class SkippedRow:
    line: int
    reason: str


@dataclass
class ImportReport:
    """What an import did, or with ``dry_run`` would do, line by line."""

    dry_run: bool
    num_read: int = 0
    stored: list[int] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def num_stored(self) -> int:
        return len(self.stored)


@transaction.atomic
def store_prompts(
    rows: Sequence[PromptRow], *, submitted_by: User | None = None
) -> list[StoredPrompt]:
    """The prompt of each row, in their order; a text that is stored already is found, not doubled.

    Prompts are stored one caller at a time, which makes "already stored" exact.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORING_PROMPTS])
    hashes = [text_sha256(row.text) for row in rows]
    known = prompts_by_text_hash(hashes)
    new: list[Prompt] = []
    outcome: list[StoredPrompt] = []
    for row, sha256 in zip(rows, hashes, strict=True):
        is_new = sha256 not in known
        if is_new:
            known[sha256] = prompt_of(row, submitted_by)
            new.append(known[sha256])
        outcome.append(StoredPrompt(known[sha256], is_new))
    # Gives each of them its id, in the outcome too.
    Prompt.objects.bulk_create(new)
    return outcome


def prompt_of(row: PromptRow, submitted_by: User | None) -> Prompt:
    key = cap_key(organization_key=row.organization_key, user_key=row.user_key, text=row.text)
    return Prompt(
        text=row.text,
        text_sha256=text_sha256(row.text),
        source_kind=row.source_kind,
        distribution=row.distribution,
        imported_from=row.imported_from,
        submitted_by=submitted_by,
        user_key=row.user_key,
        organization_key=row.organization_key,
        consent_reference=row.consent_reference,
        category=row.category,
        flags=dict(row.flags),
        split=split_of_key(key),
    )


def import_prompts(
    lines: Iterable[bytes], *, submitted_by: User | None, dry_run: bool
) -> ImportReport:
    """Store the good rows of a JSON Lines file and report on all of them.

    Rows are stored 500 at a time; an import that was cut off is simply run again.
    """
    report = ImportReport(dry_run=dry_run)
    line_of_text: dict[str, int] = {}
    rows = read_prompt_rows(lines)
    while batch := list(islice(rows, NUM_ROWS_AT_ONCE)):
        import_batch(batch, report, line_of_text, submitted_by)
    return report


def import_batch(
    batch: Sequence[tuple[int, PromptRow | list[RowError]]],
    report: ImportReport,
    line_of_text: dict[str, int],
    submitted_by: User | None,
) -> None:
    """``line_of_text`` remembers where each text of the file stood first, across batches."""
    report.num_read += len(batch)
    fresh: list[tuple[int, PromptRow]] = []
    for line, row in batch:
        if isinstance(row, list):
            report.errors.extend(row)
            continue
        first = line_of_text.setdefault(text_sha256(row.text), line)
        if first == line:
            fresh.append((line, row))
        else:
            report.skipped.append(SkippedRow(line, f"The same text as line {first}."))
    rows = [row for _, row in fresh]
    outcome = (
        look_up_prompts(rows) if report.dry_run else store_prompts(rows, submitted_by=submitted_by)
    )
    for (line, _), stored in zip(fresh, outcome, strict=True):
        if stored.is_new:
            report.stored.append(line)
        else:
            reason = f"Already stored as prompt {stored.prompt.pk}."
            report.skipped.append(SkippedRow(line, reason))


def look_up_prompts(rows: Sequence[PromptRow]) -> list[StoredPrompt]:
    """What ``store_prompts`` would answer for different texts, without storing anything."""
    known = prompts_by_text_hash([text_sha256(row.text) for row in rows])
    outcome = []
    for row in rows:
        stored = known.get(text_sha256(row.text))
        outcome.append(StoredPrompt(stored or prompt_of(row, None), is_new=stored is None))
    return outcome
