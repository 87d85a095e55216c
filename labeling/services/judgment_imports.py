"""Storing judgments made elsewhere: whole tasks, each once, whoever runs the import again."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from django.db import connection, transaction

from labeling.errors import Refused
from labeling.importers.judgments import JudgedTask, Judgment, NumberedTask
from labeling.importers.prompts import RowError
from labeling.models import (
    Completion,
    CompletionSource,
    Project,
    Prompt,
    RankedCompletion,
    Ranking,
    Task,
    TaskCompletion,
    User,
)
from labeling.services.completions import NewCompletion, get_or_create_source, store_completions
from labeling.services.prompts import PromptRules, SkippedRow, store_prompts
from labeling.text_hygiene import text_sha256

TASKS_AT_ONCE: Final = 25
ROWS_PER_INSERT: Final = 2_000
# Any number that no other advisory lock uses.
IMPORTING_JUDGMENTS: Final = 7_301_002
# Everything imported keeps one identity for ever: the same judgment has the same key anywhere.
CLIENT_KEYS: Final = uuid.UUID("6f0c2a52-6f0e-4d5c-9c39-6f5d1d2f8a11")


@dataclass(frozen=True)
class StoredTask:
    line: int
    identity: str
    k: int
    num_judgments: int


@dataclass
class JudgmentImportReport:
    """What an import did, or with ``dry_run`` would do, row by row."""

    dry_run: bool
    num_read: int = 0
    num_prompts: int = 0
    num_completions: int = 0
    num_labelers: int = 0
    num_judgments: int = 0
    stored: list[StoredTask] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[SkippedRow] = field(default_factory=list)


NumberedGoodTask = tuple[int, JudgedTask]
Progress = Callable[[JudgmentImportReport], object]


def import_judgments(
    rows: Iterable[NumberedTask],
    *,
    dataset: str,
    project_name: str,
    dry_run: bool,
    on_progress: Progress,
) -> JudgmentImportReport:
    """Store the good rows, 25 tasks to a transaction, and report on all of them.

    A dry run is the import itself, checked by every constraint and then rolled back, so what it
    reports is what would happen. An import that was cut off is simply run again.

    Raises: Refused("not_an_import") when the project exists and holds something else.
    """
    if not dry_run:
        report = _import(rows, dataset, project_name, JudgmentImportReport(False), on_progress)
        if report.stored:
            _refresh_planner_statistics()
        return report
    with transaction.atomic():
        report = _import(rows, dataset, project_name, JudgmentImportReport(True), on_progress)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return report


def _refresh_planner_statistics() -> None:
    """Without it Postgres takes freshly filled tables for empty ones until autovacuum comes by.

    It then joins thousands of rankings with nested loops: minutes instead of a tenth of a second.
    """
    tables = (User, Prompt, Completion, Task, TaskCompletion, Ranking, RankedCompletion)
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _import(
    rows: Iterable[NumberedTask],
    dataset: str,
    project_name: str,
    report: JudgmentImportReport,
    on_progress: Progress,
) -> JudgmentImportReport:
    tasks = _good_rows(rows, report)
    while batch := list(islice(tasks, TASKS_AT_ONCE)):
        _import_batch(batch, dataset, project_name, report)
        on_progress(report)
    return report


def _good_rows(
    rows: Iterable[NumberedTask], report: JudgmentImportReport
) -> Iterator[NumberedGoodTask]:
    line_of_task: dict[str, int] = {}
    for line, row in rows:
        report.num_read += 1
        if isinstance(row, list):
            report.errors.extend(row)
        elif row.identity in line_of_task:
            first = line_of_task[row.identity]
            report.errors.append(RowError(line, "", f"The same task as in {first}."))
        else:
            line_of_task[row.identity] = line
            yield line, row


@transaction.atomic
def _import_batch(
    batch: Sequence[NumberedGoodTask], dataset: str, project_name: str, report: JudgmentImportReport
) -> None:
    """Store what is new. One import at a time, so "already stored" is exact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTING_JUDGMENTS])
    fresh = _not_yet_stored(batch, dataset, report)
    if not fresh:
        return
    project = _project_of(dataset, project_name)
    prompts = _store_prompts(fresh, report)
    completions = _store_completions(fresh, prompts, report)
    tasks = _store_tasks(fresh, project, prompts, completions)
    _store_rankings(fresh, dataset, tasks, completions, report)
    for line, row in fresh:
        judged = StoredTask(line, row.identity, len(row.completions), len(row.judgments))
        report.stored.append(judged)
        report.notes.extend(SkippedRow(line, note) for note in row.notes)


def _not_yet_stored(
    batch: Sequence[NumberedGoodTask], dataset: str, report: JudgmentImportReport
) -> list[NumberedGoodTask]:
    """The new tasks. A stored one is never added to: other judgments of it are an error."""
    keys_of = {
        row.identity: {_client_key(dataset, judgment) for judgment in row.judgments}
        for _, row in batch
    }
    stored = {
        task.source_key: task
        for task in Task.objects.filter(
            project__imported_from=dataset, source_key__in=keys_of
        ).select_related("project")
    }
    keys_stored = set(
        Ranking.objects.filter(task__in=stored.values()).values_list("client_key", flat=True)
    )
    fresh = []
    for line, row in batch:
        task = stored.get(row.identity)
        if task is None:
            fresh.append((line, row))
        elif keys_of[row.identity] <= keys_stored:
            where = f"Already stored as task {task.pk} of {task.project.name!r}."
            report.skipped.append(SkippedRow(line, where))
        else:
            where = f"Stored as task {task.pk} of {task.project.name!r} with other judgments."
            report.errors.append(RowError(line, "", where))
    return fresh


def _project_of(dataset: str, name: str) -> Project:
    project, _ = Project.objects.get_or_create(
        name=name,
        defaults={
            "kind": Project.Kind.RANKING,
            # Nothing is handed out from it: its judgments are already made.
            "state": Project.State.PAUSED,
            "imported_from": dataset,
        },
    )
    if project.imported_from != dataset:
        raise Refused("not_an_import", f"The project {name!r} holds other tasks; choose a name.")
    return project


def _store_prompts(
    fresh: Sequence[NumberedGoodTask], report: JudgmentImportReport
) -> dict[str, Prompt]:
    """By their text. Judged tasks may begin alike: each was judged, so each is kept."""
    rules = PromptRules.of_settings(compares_prefixes=False)
    stored = store_prompts([row.prompt for _, row in fresh], rules=rules)
    report.num_prompts += sum(outcome.is_new for outcome in stored)
    return {outcome.prompt.text: outcome.prompt for outcome in stored}


CompletionIds = dict[tuple[str, str], int]


def _store_completions(
    fresh: Sequence[NumberedGoodTask], prompts: dict[str, Prompt], report: JudgmentImportReport
) -> CompletionIds:
    """By source name and key."""
    rows_of_source: dict[str, dict[str, NewCompletion]] = {}
    for _, row in fresh:
        prompt = prompts[row.prompt.text]
        for new in row.completions:
            rows_of_source.setdefault(new.source_name, {})[new.source_key] = NewCompletion(
                prompt_id=prompt.pk, text=new.text, source_key=new.source_key
            )
    ids: CompletionIds = {}
    for name, rows in rows_of_source.items():
        source = get_or_create_source(kind=CompletionSource.Kind.IMPORTED, name=name)
        report.num_completions += store_completions(source=source, rows=rows.values()).num_stored
        stored = Completion.objects.filter(source=source, source_key__in=rows)
        ids |= {(name, key): pk for key, pk in stored.values_list("source_key", "pk")}
    return ids


def _store_tasks(
    fresh: Sequence[NumberedGoodTask],
    project: Project,
    prompts: dict[str, Prompt],
    completions: CompletionIds,
) -> dict[str, Task]:
    """By identity. Completions are listed in the order of the file, which two sides keep."""
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            prompt=prompts[row.prompt.text],
            k=len(row.completions),
            origin=Task.Origin.IMPORTED,
            shuffle_key=int(text_sha256(row.identity)[:12], 16) / 16**12,
            source_key=row.identity,
        )
        for _, row in fresh
    )
    TaskCompletion.objects.bulk_create(
        TaskCompletion(
            task=task,
            completion_id=completions[new.source_name, new.source_key],
            prompt_id=task.prompt_id,
        )
        for task, (_, row) in zip(tasks, fresh, strict=True)
        for new in row.completions
    )
    return {row.identity: task for task, (_, row) in zip(tasks, fresh, strict=True)}


def _store_rankings(
    fresh: Sequence[NumberedGoodTask],
    dataset: str,
    tasks: dict[str, Task],
    completions: CompletionIds,
    report: JudgmentImportReport,
) -> None:
    names = {judgment.labeler for _, row in fresh for judgment in row.judgments}
    labelers = _store_labelers(dataset, names, report)
    judged = [(row, judgment) for _, row in fresh for judgment in row.judgments]
    rankings = Ranking.objects.bulk_create(
        [
            _ranking_of(judgment, tasks[row.identity], labelers[judgment.labeler], dataset)
            for row, judgment in judged
        ],
        batch_size=ROWS_PER_INSERT,
    )
    RankedCompletion.objects.bulk_create(
        [
            RankedCompletion(
                ranking=ranking,
                task_id=ranking.task_id,
                completion_id=completions[new.source_name, new.source_key],
                rank=rank,
            )
            for ranking, (row, judgment) in zip(rankings, judged, strict=True)
            for new, rank in zip(row.completions, judgment.ranks, strict=True)
            if rank is not None
        ],
        batch_size=ROWS_PER_INSERT,
    )
    report.num_judgments += len(rankings)


def _ranking_of(judgment: Judgment, task: Task, labeler: User, dataset: str) -> Ranking:
    num_ranked = sum(rank is not None for rank in judgment.ranks)
    ranking = Ranking(
        task=task,
        labeler=labeler,
        k=num_ranked,
        is_partial=num_ranked < task.k,
        client_key=_client_key(dataset, judgment),
        payload_sha256=text_sha256(f"{judgment.identity} {judgment.ranks}"),
        order_source=Ranking.OrderSource.IMPORTED,
    )
    if judgment.judged_at is not None:
        ranking.submitted_at = judgment.judged_at
    return ranking


def _client_key(dataset: str, judgment: Judgment) -> uuid.UUID:
    return uuid.uuid5(CLIENT_KEYS, f"{dataset}/{judgment.identity}")


def _store_labelers(
    dataset: str, names: Iterable[str], report: JudgmentImportReport
) -> dict[str, User]:
    """Accounts that can never sign in. The data set's own id goes no further than its hash."""
    hash_of = {name: text_sha256(f"{dataset}/{name}")[:20] for name in names}
    address_of = {name: f"{hash_of[name]}@{dataset}.invalid" for name in names}
    known = set(User.objects.filter(email__in=address_of.values()).values_list("email", flat=True))
    new = [
        User(
            email=address_of[name],
            display_name=f"{dataset} {hash_of[name][:8]}",
            is_active=False,
            imported_from=dataset,
        )
        for name in sorted(names)
        if address_of[name] not in known
    ]
    for user in new:
        user.set_unusable_password()
    User.objects.bulk_create(new)
    report.num_labelers += len(new)
    stored = {user.email: user for user in User.objects.filter(email__in=address_of.values())}
    return {name: stored[address] for name, address in address_of.items()}
