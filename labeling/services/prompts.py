"""Storing prompts: each text once, each key in one split and under its cap, each row told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal, cast

from django.conf import settings
from django.db import connection, transaction

from labeling.importers.exported_prompts import read_exported_prompts
from labeling.importers.prompts import PromptRow, RowError, read_prompt_rows
from labeling.models import Prompt, User
from labeling.selectors.prompts import (
    num_accepted_by_key,
    prompts_by_prefix,
    prompts_by_text_hash,
)
from labeling.services.prompt_checks import TextFacts, facts_of
from labeling.text_hygiene import (
    MAX_PROMPT_TOKENS,
    CapBy,
    Split,
    cap_key,
    counted_key,
    split_of_key,
    text_sha256,
)

NUM_ROWS_AT_ONCE: Final = 500
# Any number that no other advisory lock uses.
STORING_PROMPTS: Final = 7_301_001

Repeats = Literal["", "text", "prefix"]


@dataclass(frozen=True)
class PromptRules:
    """How many prompts of one key are accepted (R5), and whether templates are told apart (R4)."""

    cap: int
    cap_by: CapBy
    # Off for rows that belong together although they begin alike, such as judged tasks.
    compares_prefixes: bool = True

    @classmethod
    def of_settings(cls, *, compares_prefixes: bool = True) -> "PromptRules":
        cap_by = cast(CapBy, settings.PROMPT_CAP_BY)
        return cls(settings.PROMPT_CAP, cap_by, compares_prefixes)


@dataclass(frozen=True)
class StoredPrompt:
    """A row's prompt; ``repeats`` says in what the row only repeats this earlier one."""

    prompt: Prompt
    is_new: bool
    repeats: Repeats = ""


@dataclass
class KnownPrompts:
    """What earlier rows and the database hold, as far as a batch of rows can run into it."""

    by_text: dict[str, Prompt] = field(default_factory=dict)
    by_prefix: dict[str, Prompt] = field(default_factory=dict)
    num_accepted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SkippedRow:
    line: int
    reason: str


@dataclass
class ImportReport:
    """What an import did, or with ``dry_run`` would do, line by line.

    ``notes`` name stored rows that will not be used as they are, with the reason.
    """

    dry_run: bool
    num_read: int = 0
    stored: list[int] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    notes: list[SkippedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def num_stored(self) -> int:
        return len(self.stored)


@transaction.atomic
def store_prompts(
    rows: Sequence[PromptRow],
    *,
    submitted_by: User | None = None,
    rules: PromptRules | None = None,
) -> list[StoredPrompt]:
    """The prompt of each row, in their order; what is stored already is found, not doubled.

    Prompts are stored one caller at a time, which makes "already stored" and the cap exact.
    """
    rules = rules or PromptRules.of_settings()
    # Looking at texts is slow and needs nobody to wait, so it is done before the lock.
    facts = new_facts(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORING_PROMPTS])
    known = known_prompts(rows, facts, rules)
    outcome = sort_out(rows, facts, known, rules, submitted_by)
    # Gives each of them its id, in the outcome too.
    Prompt.objects.bulk_create([one.prompt for one in outcome if one.is_new])
    return outcome


def try_prompts(
    rows: Sequence[PromptRow],
    *,
    facts: dict[str, TextFacts],
    earlier: KnownPrompts,
    rules: PromptRules,
) -> list[StoredPrompt]:
    """What ``store_prompts`` would answer, without storing anything.

    ``earlier`` holds what earlier rows of the same trial would have stored, and takes up these.
    """
    stored = known_prompts(rows, facts, rules)
    keys = stored.num_accepted.keys() | earlier.num_accepted.keys()
    both = KnownPrompts(
        by_text=earlier.by_text | stored.by_text,
        by_prefix=earlier.by_prefix | stored.by_prefix,
        num_accepted={
            key: stored.num_accepted.get(key, 0) + earlier.num_accepted.get(key, 0) for key in keys
        },
    )
    outcome = sort_out(rows, facts, both, rules, None)
    for one in outcome:
        if one.is_new:
            remember(one.prompt, earlier, rules)
    return outcome


def new_facts(rows: Sequence[PromptRow]) -> dict[str, TextFacts]:
    """By the hash of the text, for each text that is not stored yet. One query."""
    return facts_by_hash(rows, except_for=prompts_by_text_hash(hashes_of(rows)))


def hashes_of(rows: Sequence[PromptRow]) -> list[str]:
    return [text_sha256(row.text) for row in rows]


def facts_by_hash(
    rows: Sequence[PromptRow], *, except_for: dict[str, Prompt]
) -> dict[str, TextFacts]:
    """By the hash of the text, for each text that is not stored yet."""
    texts = {sha256: row.text for sha256, row in zip(hashes_of(rows), rows, strict=True)}
    wanted = [sha256 for sha256 in texts if sha256 not in except_for]
    return dict(zip(wanted, facts_of([texts[sha256] for sha256 in wanted]), strict=True))


def known_prompts(
    rows: Sequence[PromptRow], facts: dict[str, TextFacts], rules: PromptRules
) -> KnownPrompts:
    """What the database holds of these texts, prefixes and keys. At most three queries."""
    prefixes = {one.prefix for one in facts.values() if one.prefix}
    keys = {key for row in rows if (key := key_of(row, rules))}
    return KnownPrompts(
        by_text=prompts_by_text_hash(hashes_of(rows)),
        by_prefix=prompts_by_prefix(prefixes) if prefixes and rules.compares_prefixes else {},
        num_accepted=num_accepted_by_key(keys, cap_by=rules.cap_by) if keys else {},
    )


def key_of(row: PromptRow | Prompt, rules: PromptRules) -> str:
    return counted_key(
        organization_key=row.organization_key, user_key=row.user_key, cap_by=rules.cap_by
    )


def sort_out(
    rows: Sequence[PromptRow],
    facts: dict[str, TextFacts],
    known: KnownPrompts,
    rules: PromptRules,
    submitted_by: User | None,
) -> list[StoredPrompt]:
    """What becomes of each row; ``known`` takes up every new prompt for the rows after it."""
    outcome = []
    for row, sha256 in zip(rows, hashes_of(rows), strict=True):
        if sha256 in known.by_text:
            outcome.append(StoredPrompt(known.by_text[sha256], False, "text"))
            continue
        prefix = facts[sha256].prefix
        # The examples of one set begin with the same instruction (R2).
        compares_prefix = rules.compares_prefixes and row.few_shot_set_id is None
        if compares_prefix and prefix in known.by_prefix:
            outcome.append(StoredPrompt(known.by_prefix[prefix], False, "prefix"))
            continue
        prompt = prompt_of(row, facts[sha256], submitted_by)
        if row.is_study:
            prompt.standing = Prompt.Standing.STUDY
        elif known.num_accepted.get(key_of(row, rules), 0) >= rules.cap:
            prompt.standing = Prompt.Standing.OVER_CAP
        remember(prompt, known, rules)
        outcome.append(StoredPrompt(prompt, True))
    return outcome


def remember(prompt: Prompt, known: KnownPrompts, rules: PromptRules) -> None:
    """A prompt that was not accepted is no template and counts against no cap."""
    known.by_text[prompt.text_sha256] = prompt
    if prompt.standing != Prompt.Standing.ACCEPTED:
        return
    if prompt.prefix_sha256:
        known.by_prefix.setdefault(prompt.prefix_sha256, prompt)
    if key := key_of(prompt, rules):
        known.num_accepted[key] = known.num_accepted.get(key, 0) + 1


def prompt_of(row: PromptRow, facts: TextFacts, submitted_by: User | None) -> Prompt:
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
        description_id=row.description_id,
        few_shot_set_id=row.few_shot_set_id,
        token_count=facts.token_count,
        prefix_sha256=facts.prefix,
        language=facts.language,
        language_confidence=facts.language_confidence,
        personal_data=facts.personal_data,
        personal_data_findings=facts.findings,
    )


def reservations(prompt: Prompt) -> list[str]:
    """Why a stored prompt is not used as it is, in sentences; none for a usable one."""
    said = []
    if prompt.standing == Prompt.Standing.OVER_CAP:
        said.append("Over the cap of its key: stored, never sampled.")
    if prompt.standing == Prompt.Standing.STUDY:
        said.append("Imported for the figures only: never sampled.")
    if prompt.personal_data == Prompt.PersonalData.CONFIRMED:
        said.append("Personal data, as a reviewer confirmed: never sampled.")
    if prompt.personal_data == Prompt.PersonalData.FOUND:
        kinds = {str(one["kind"]).replace("_", " ") for one in prompt.personal_data_findings}
        said.append(f"Personal data ({', '.join(sorted(kinds))}): waits for a review.")
    if prompt.token_count is not None and prompt.token_count > MAX_PROMPT_TOKENS:
        said.append(
            f"{prompt.token_count:,} tokens, more than {MAX_PROMPT_TOKENS:,}: never sampled."
        )
    return said


def import_prompts(
    lines: Iterable[bytes],
    *,
    submitted_by: User | None,
    dry_run: bool,
    exported_split: Split | None = None,
) -> ImportReport:
    """Store the good rows of a JSON Lines file and report on all of them.

    With ``exported_split`` the file is an export's of that split: its prompts stay in it, and those
    that begin alike were told apart before. Rows are stored 500 at a time; an import that was cut
    off is simply run again.
    """
    report = ImportReport(dry_run=dry_run)
    rules = PromptRules.of_settings(compares_prefixes=exported_split is None)
    earlier = KnownPrompts()
    line_of: dict[str, int] = {}
    rows = (
        read_exported_prompts(lines, exported_split) if exported_split else read_prompt_rows(lines)
    )
    while batch := list(islice(rows, NUM_ROWS_AT_ONCE)):
        report.num_read += len(batch)
        good: list[tuple[int, PromptRow]] = []
        for line, row in batch:
            if isinstance(row, list):
                report.errors.extend(row)
            else:
                good.append((line, row))
        texts = [row for _, row in good]
        outcome = (
            try_prompts(texts, facts=new_facts(texts), earlier=earlier, rules=rules)
            if dry_run
            else store_prompts(texts, submitted_by=submitted_by, rules=rules)
        )
        for (line, _), stored in zip(good, outcome, strict=True):
            report_row(line, stored, report, line_of, exported_split)
    return report


def report_row(
    line: int,
    stored: StoredPrompt,
    report: ImportReport,
    line_of: dict[str, int],
    split: Split | None,
) -> None:
    """``line_of`` remembers where each text of the file stood first, across batches."""
    if stored.is_new:
        line_of[stored.prompt.text_sha256] = line
        report.stored.append(line)
        report.notes.extend(SkippedRow(line, said) for said in reservations(stored.prompt))
        return
    first = line_of.get(stored.prompt.text_sha256)
    report.skipped.append(SkippedRow(line, repetition(stored, first_line=first, split=split)))


def repetition(stored: StoredPrompt, *, first_line: int | None, split: Split | None = None) -> str:
    """What a row repeats, in a sentence; and that it stays in another split than ``split``."""
    where = f"line {first_line}" if first_line else f"prompt {stored.prompt.pk}"
    if stored.repeats == "prefix":
        return f"Begins like {where}, which is kept."
    said = f"The same text as {where}." if first_line else f"Already stored as {where}."
    if split and stored.prompt.split not in ("", split):
        said += (
            f" It stays in the split {stored.prompt.split}, though it was exported from {split}."
        )
    return said
