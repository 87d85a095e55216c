"""Importing other projects' judgments and demonstrations: each once, whoever runs it again."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from labeling.importers.not_kept import added
from labeling.importers.prompts import RowError
from labeling.importers.records import Demonstrated, JudgedTask, LeftOut, NumberedRow
from labeling.models import (
    Completion,
    Prompt,
    RankedCompletion,
    Ranking,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.sealing import moment
from labeling.services.import_counts import RowCounts, RowOutcome
from labeling.services.imported_demonstrations import store_demonstrations
from labeling.services.imported_people import ImportedPeople
from labeling.services.imported_rankings import store_judgments
from labeling.services.imported_tasks import NamedTask, PlacedTask, Target, store_tasks
from labeling.services.prompts import SkippedRow

ROWS_AT_ONCE: Final = 100
WITHOUT_TEXTS: Final = (
    "The completions' texts are not in the file, so it can be imported for a study only."
)
# Any number that no other advisory lock uses.
IMPORTING_JUDGMENTS: Final = 7_301_002


@dataclass(frozen=True)
class StoredTask:
    """A row with something new in it; the task itself may have been stored before."""

    line: int
    identity: str
    k: int
    num_judgments: int


@dataclass
class JudgmentImportReport:
    """What an import did, or with ``dry_run`` would do, row by row."""

    dry_run: bool
    began_at: datetime
    num_prompts: int = 0
    num_completions: int = 0
    num_labelers: int = 0
    num_tasks: int = 0
    num_judgments: int = 0
    num_demonstrations: int = 0
    stored: list[StoredTask] = field(default_factory=list)
    # Stored before; and sound but with nothing to store.
    skipped: list[SkippedRow] = field(default_factory=list)
    left_out: list[SkippedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[SkippedRow] = field(default_factory=list)
    # What of the file has no place here: in how many of its rows something stands there.
    not_kept: Counter[str] = field(default_factory=Counter)
    # Where each task that this import stored stands first.
    line_of_task: dict[int, int] = field(default_factory=dict)
    rows: RowCounts = field(default_factory=RowCounts)

    @property
    def num_read(self) -> int:
        """Rows of the file, which the four numbers of rows add up to."""
        return self.rows.total()

    def fail(self, errors: Iterable[RowError], num_rows: int = 1) -> None:
        for error in errors:
            self.errors.append(error)
            self.rows.add(error.line, RowOutcome.BROKEN, num_rows)

    def leave_out(self, line: int, reason: str, num_rows: int) -> None:
        self.left_out.append(SkippedRow(line, reason))
        self.rows.add(line, RowOutcome.LEFT_OUT, num_rows)

    def skip(self, line: int, reason: str, num_rows: int) -> None:
        self.skipped.append(SkippedRow(line, reason))
        self.rows.add(line, RowOutcome.SKIPPED, num_rows)


Progress = Callable[[JudgmentImportReport], object]


def import_judgments(
    rows: Iterable[NumberedRow],
    *,
    target: Target,
    dry_run: bool,
    on_progress: Progress,
    is_part: bool = False,
    began_at: datetime | None = None,
) -> JudgmentImportReport:
    """Store the good rows, 100 to a transaction, and report on all of them.

    A dry run is the import itself, checked by every constraint and then rolled back, so what it
    reports is what would happen. An import that was cut off is simply run again. ``is_part`` leaves
    what is done once behind the last row to the caller: ``refresh_planner_statistics``, and
    ``began_at`` is when the first part began.

    Raises: Refused("not_an_import"), Refused("other_purpose") when the project exists and holds
    something else.
    """
    report = JudgmentImportReport(dry_run, began_at or moment())
    if not dry_run:
        _import(rows, target, report, on_progress)
        if report.stored and not is_part:
            refresh_planner_statistics()
        return report
    with transaction.atomic():
        _import(rows, target, report, on_progress)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return report


def refresh_planner_statistics() -> None:
    """Without it Postgres takes freshly filled tables for empty ones until autovacuum comes by.

    It then joins thousands of rankings with nested loops: minutes instead of a tenth of a second.
    """
    tables = (User, Prompt, Completion, Task, TaskCompletion, Ranking, RankedCompletion)
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _import(
    rows: Iterable[NumberedRow],
    target: Target,
    report: JudgmentImportReport,
    on_progress: Progress,
) -> None:
    good = _good_rows(rows, target, report)
    while batch := list(islice(good, ROWS_AT_ONCE)):
        _import_batch(batch, target, report)
        on_progress(report)


NumberedGoodRow = tuple[int, JudgedTask | Demonstrated]


def _good_rows(
    rows: Iterable[NumberedRow], target: Target, report: JudgmentImportReport
) -> Iterator[NumberedGoodRow]:
    for line, row in rows:
        if isinstance(row, list):
            report.fail(row)
        elif isinstance(row, LeftOut):
            report.leave_out(line, row.reason, row.num_rows)
        elif isinstance(row, JudgedTask) and not row.has_texts and not target.is_study:
            report.leave_out(line, WITHOUT_TEXTS, row.num_rows)
        elif isinstance(row, JudgedTask) and (problem := target.problem_with(row)):
            report.fail([RowError(line, "", problem)], row.num_rows)
        else:
            added(report.not_kept, row.not_kept)
            yield line, row


@transaction.atomic
def _import_batch(
    batch: Sequence[NumberedGoodRow], target: Target, report: JudgmentImportReport
) -> None:
    """Store what is new. One import at a time, so "already stored" is exact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTING_JUDGMENTS])
    people = ImportedPeople(target.dataset)
    tasks = [NamedTask(line, row) for line, row in batch if isinstance(row, JudgedTask)]
    written = [(line, row) for line, row in batch if isinstance(row, Demonstrated)]
    if tasks:
        _import_tasks(tasks, target, people, report)
    if written:
        _import_demonstrations(written, target, people, report)
    report.num_labelers += people.num_new


def _import_tasks(
    tasks: Sequence[NamedTask],
    target: Target,
    people: ImportedPeople,
    report: JudgmentImportReport,
) -> None:
    found = store_tasks(tasks, target)
    num_rows_of = {one.line: one.task.num_rows for one in tasks}
    for error in found.errors:
        report.fail([error], num_rows_of[error.line])
    report.num_prompts += found.num_prompts
    report.num_completions += found.num_completions
    report.num_tasks += found.num_tasks
    judged_rows = store_judgments(found.placed, target.dataset, people, began_at=report.began_at)
    for judged in judged_rows:
        placed = judged.placed
        if placed.is_new:
            report.line_of_task[placed.task.pk] = placed.line
        if not judged.num_new:
            said = " ".join([_where(placed, report), *judged.counting])
            report.skip(placed.line, said, placed.row.num_rows)
            continue
        report.rows.add(placed.line, RowOutcome.STORED, placed.row.num_rows)
        report.num_judgments += judged.num_new
        report.stored.append(
            StoredTask(placed.line, placed.task.source_key or "", placed.task.k, judged.num_new)
        )
        notes = [*judged.notes, *target.reservations(placed.task.prompt)]
        report.notes.extend(SkippedRow(placed.line, note) for note in notes)


def _where(placed: PlacedTask, report: JudgmentImportReport) -> str:
    first = report.line_of_task.get(placed.task.pk)
    if first is not None:
        return f"All of it was said in row {first}."
    return f"Already stored as task {placed.task.pk} of {placed.task.project.name!r}."


def _import_demonstrations(
    written: Sequence[tuple[int, Demonstrated]],
    target: Target,
    people: ImportedPeople,
    report: JudgmentImportReport,
) -> None:
    stored = store_demonstrations([row for _, row in written], target, people)
    report.num_prompts += sum(one.is_new_prompt for one in stored)
    for (line, row), one in zip(written, stored, strict=True):
        if one.is_new:
            report.rows.add(line, RowOutcome.STORED, row.num_rows)
            report.num_demonstrations += 1
            notes = [*row.notes, *target.reservations(one.prompt)]
            report.notes.extend(SkippedRow(line, note) for note in notes)
        else:
            report.skip(line, "Already stored: the same answer.", row.num_rows)
