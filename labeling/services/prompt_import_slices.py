"""Going through an uploaded file, slice by slice; every slice is stored whole or not at all.

The row of the import says how far it is, in the transaction that stores the prompts. A worker that
dies in the middle of a slice leaves nothing behind, and the next one goes on from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from time import monotonic
from typing import Final, cast

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count

from labeling.importers.exported_prompts import read_exported_prompt
from labeling.importers.files import Position, UnreadableFile, split_lines
from labeling.importers.prompt_files import (
    FileRow,
    ReadLine,
    is_csv,
    read_csv_header,
    read_csv_rows,
    read_json_lines,
)
from labeling.importers.prompts import PromptRow, RowError, read_prompt_row
from labeling.models import Prompt, PromptImport, PromptImportLine, PromptImportSighting
from labeling.selectors.uploads import waiting_uploads
from labeling.services.prompt_imports import EXPORTED_SPLIT
from labeling.services.prompts import (
    KnownPrompts,
    PromptRules,
    StoredPrompt,
    hashes_of,
    key_of,
    new_facts,
    repetition,
    reservations,
    store_prompts,
    try_prompts,
)
from labeling.services.uploads import State, begin_upload, content_from, end_upload
from labeling.text_hygiene import MAX_PROMPT_TOKENS, CapBy, Split

ROWS_PER_SLICE: Final = 500

Outcome = PromptImportLine.Outcome


def import_for(seconds: float) -> bool:
    """Go on with waiting imports for about this long; whether one is still waiting then.

    An import that another worker has in hand is left to it.
    """
    until = monotonic() + seconds
    while monotonic() < until:
        if not import_one_slice():
            return False
    return True


def import_one_slice() -> bool:
    """Store the next slice of the oldest import that nobody has in hand; False if there is none."""
    with transaction.atomic():
        prompt_import = _next_import()
        if prompt_import is None:
            return False
        try:
            with transaction.atomic():
                _import_slice(prompt_import)
        except UnreadableFile as error:
            end_upload(prompt_import, State.FAILED, failure=str(error))
        except (DataError, IntegrityError) as error:
            place = f"after line {prompt_import.num_lines_done}"
            end_upload(
                prompt_import, State.FAILED, failure=f"Postgres refused a row {place}: {error}"
            )
    return True


def _next_import() -> PromptImport | None:
    """The oldest import whose file is here, locked until the transaction ends."""
    return waiting_uploads(PromptImport).select_for_update(skip_locked=True, no_key=True).first()


def _import_slice(prompt_import: PromptImport) -> None:
    """Precondition: the row is locked."""
    begin_upload(prompt_import)
    rows = list(islice(_rows_from(prompt_import), ROWS_PER_SLICE))
    if rows:
        _store_rows(prompt_import, rows)
        end = rows[-1].end
        prompt_import.num_bytes_done, prompt_import.num_lines_done = end.num_bytes, end.num_lines
        prompt_import.save(update_fields=["num_bytes_done", "num_lines_done"])
    if len(rows) < ROWS_PER_SLICE:
        end_upload(prompt_import, State.DONE)


def _rows_from(prompt_import: PromptImport) -> Iterator[FileRow]:
    """The rows that are not done yet. Raises: UnreadableFile."""
    start = Position(prompt_import.num_bytes_done, prompt_import.num_lines_done)
    if not is_csv(prompt_import.file_name):
        split = EXPORTED_SPLIT.get(prompt_import.format)
        read: ReadLine = partial(read_exported_prompt, split=split) if split else read_prompt_row
        pieces = content_from(prompt_import, start.num_bytes)
        return read_json_lines(split_lines(pieces, start=start), read)
    names, first_row = read_csv_header(split_lines(content_from(prompt_import), start=Position()))
    start = max(start, first_row, key=lambda place: place.num_bytes)
    lines = split_lines(content_from(prompt_import, start.num_bytes), start=start)
    return read_csv_rows(lines, names=names)


def _store_rows(prompt_import: PromptImport, rows: Sequence[FileRow]) -> None:
    good = [(one.line, one.row) for one in rows if isinstance(one.row, PromptRow)]
    split = EXPORTED_SPLIT.get(prompt_import.format)
    rules = PromptRules(
        prompt_import.cap, cast(CapBy, prompt_import.cap_by), compares_prefixes=split is None
    )
    texts = [row for _, row in good]
    if prompt_import.is_dry_run:
        outcome, first_lines = _try_rows(prompt_import, good, rules)
    else:
        outcome = store_prompts(texts, submitted_by=prompt_import.created_by, rules=rules)
        first_lines = {}
    said = [
        _said_of(line, stored, first_lines, split)
        for (line, _), stored in zip(good, outcome, strict=True)
    ]
    said += [_said_of_broken(one.line, one.row) for one in rows if isinstance(one.row, list)]
    for one in said:
        one.prompt_import = prompt_import
    PromptImportLine.objects.bulk_create(said)


def _said_of(
    line: int, stored: StoredPrompt, first_lines: dict[str, int], split: Split | None
) -> PromptImportLine:
    prompt = stored.prompt
    saved = prompt if prompt.pk else None
    if not stored.is_new:
        first_line = first_lines.get(prompt.text_sha256)
        return PromptImportLine(
            line=line,
            outcome=Outcome.DUPLICATE,
            message=repetition(stored, first_line=None if saved else first_line, split=split),
            duplicate_of=saved,
        )
    return PromptImportLine(
        line=line,
        outcome=outcome_of(prompt),
        message=" ".join(reservations(prompt)),
        prompt=saved,
    )


def outcome_of(prompt: Prompt) -> Outcome:
    """The weightiest thing to say about a stored prompt; the message says all of them."""
    if prompt.standing == Prompt.Standing.OVER_CAP:
        return Outcome.OVER_CAP
    if prompt.personal_data == Prompt.PersonalData.FOUND:
        return Outcome.PERSONAL_DATA
    if prompt.token_count is not None and prompt.token_count > MAX_PROMPT_TOKENS:
        return Outcome.TOO_LONG
    return Outcome.ACCEPTED


def _said_of_broken(line: int, errors: Sequence[RowError]) -> PromptImportLine:
    """One row per line: all that is wrong in one message, the first field by name."""
    first, *others = errors
    more = [f"{error.field}: {error.message}" if error.field else error.message for error in others]
    return PromptImportLine(
        line=line,
        outcome=Outcome.BROKEN,
        field=first.field[:80],
        message=" ".join([first.message, *more]),
    )


@dataclass(frozen=True)
class Sighted:
    known: KnownPrompts
    # The line where each text stood first, by its hash.
    lines: dict[str, int]


def _try_rows(
    prompt_import: PromptImport, rows: Sequence[tuple[int, PromptRow]], rules: PromptRules
) -> tuple[list[StoredPrompt], dict[str, int]]:
    texts = [row for _, row in rows]
    facts = new_facts(texts)
    prefixes = [one.prefix for one in facts.values() if one.prefix]
    sighted = _sighted(prompt_import, texts, prefixes, rules)
    outcome = try_prompts(texts, facts=facts, earlier=sighted.known, rules=rules)
    new = [(line, one.prompt) for (line, _), one in zip(rows, outcome, strict=True) if one.is_new]
    PromptImportSighting.objects.bulk_create(
        PromptImportSighting(
            prompt_import=prompt_import,
            line=line,
            text_sha256=prompt.text_sha256,
            prefix_sha256=prompt.prefix_sha256,
            key=key_of(prompt, rules),
            is_accepted=prompt.standing == Prompt.Standing.ACCEPTED,
        )
        for line, prompt in new
    )
    return outcome, sighted.lines | {prompt.text_sha256: line for line, prompt in new}


def _sighted(
    prompt_import: PromptImport,
    rows: Sequence[PromptRow],
    prefixes: Sequence[str],
    rules: PromptRules,
) -> Sighted:
    """What earlier slices of this dry run would have stored of these. Three queries."""
    sightings = prompt_import.sightings.order_by("-line")
    by_text = sightings.filter(text_sha256__in=hashes_of(rows))
    by_prefix = sightings.filter(prefix_sha256__in=prefixes, is_accepted=True)
    keys = {key for row in rows if (key := key_of(row, rules))}
    counts = (
        prompt_import.sightings.filter(key__in=keys, is_accepted=True)
        .values_list("key")
        .annotate(num=Count("pk"))
    )
    lines: dict[str, int] = {}
    known = KnownPrompts(num_accepted=dict(counts))
    for one in by_text:
        known.by_text[one.text_sha256] = Prompt(text_sha256=one.text_sha256)
        lines[one.text_sha256] = one.line
    for one in by_prefix:
        known.by_prefix[str(one.prefix_sha256)] = Prompt(text_sha256=one.text_sha256)
        lines[one.text_sha256] = one.line
    return Sighted(known, lines)
