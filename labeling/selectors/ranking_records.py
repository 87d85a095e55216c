"""All that training reads of rankings, one record for each task, written as JSON by Postgres.

A freeze of a million rankings has six million completions with their texts. As rows of their own
they would take minutes to become Python objects and text again; as the line they end as, they pass
through.
"""

import io
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from labeling.models import Ranking
from labeling.selectors.number_columns import NOTHING, compiled

# Of one statement: what it holds, here and in Postgres, does not grow with the rankings.
TASKS_AT_ONCE: Final = 2_000

LAST_OF_BLOCKS: Final = """
SELECT max(id) FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS block FROM labeling_task
) AS numbered GROUP BY block
"""
# Keys in the order of the alphabet, no spaces, and ``to_json`` escapes what Python escapes: the
# same bytes as ``json.dumps`` gives. Ratings that came with an imported judgment are the exception:
# how a number was written is kept here, and Python writes it in one way.
RECORDS: Final = """
WITH chosen (id, task_id, labeler_id, submitted_at) AS MATERIALIZED ({rankings}),
answers AS (
    SELECT chosen.task_id, bool_or(judged.axes IS NOT NULL)::int AS has_axes,
        string_agg(labeler_id::text, ',') AS labelers, string_agg(judged.ranks, ';') AS ranks,
        string_agg(
            concat('{{', '"axes":[' || judged.axes || '],', '"id":"', chosen.id, '","labeler":',
                labeler_id, ',"ranks":[', judged.ranks, ']}}'),
            ',' ORDER BY submitted_at, chosen.id
        ) AS rankings
    FROM chosen
    CROSS JOIN LATERAL (
        SELECT
            string_agg(coalesce(rank::text, 'null'), ',' ORDER BY shown.id) AS ranks,
            CASE WHEN bool_or(axes <> '{{}}') THEN
                string_agg(coalesce(axes::text, '{{}}'), ',' ORDER BY shown.id)
            END AS axes
        FROM labeling_taskcompletion AS shown
        LEFT JOIN labeling_rankedcompletion AS item
            ON item.task_id = chosen.task_id AND item.ranking_id = chosen.id
            AND item.completion_id = shown.completion_id
        WHERE shown.task_id = chosen.task_id
    ) AS judged
    GROUP BY chosen.task_id
)
SELECT task.id, task.prompt_id, prompt.split, num_completions, labelers, ranks, has_axes,
    concat('{{"category":', coalesce(to_json(prompt.category)::text, 'null'), ',"completions":[',
        completions, '],"prompt":', to_json(prompt.text), ',"prompt_id":', prompt.id,
        ',"rankings":[', rankings, ']')
FROM answers
JOIN labeling_task AS task ON task.id = answers.task_id
JOIN labeling_prompt AS prompt ON prompt.id = task.prompt_id
CROSS JOIN LATERAL (
    SELECT count(*) AS num_completions, string_agg(
        concat('{{"id":', completion.id, ',"source":', to_json(source.name), ',"text":',
            to_json(completion.text), '}}'),
        ',' ORDER BY shown.id
    ) AS completions
    FROM labeling_taskcompletion AS shown
    JOIN labeling_completion AS completion ON completion.id = shown.completion_id
    JOIN labeling_completionsource AS source ON source.id = completion.source_id
    WHERE shown.task_id = task.id
) AS shown
ORDER BY task.id
"""
# Whether another session can see the very same: this one keeps to one moment and wrote nothing yet.
MAY_BE_SHARED: Final = """
SELECT current_setting('transaction_isolation') = 'repeatable read'
    AND pg_current_xact_id_if_assigned() IS NULL
"""
# The rows of a block are neighbours, so that finding them by an index is hardly dearer than reading
# on. Postgres would take each for a seek of its own, and read all tasks for every block instead.
NEIGHBOURS: Final = "SET LOCAL random_page_cost = {cost}"


@dataclass(frozen=True, slots=True)
class RankingRecord:
    """One task with every one of its rankings, in the order of submission.

    ``head`` is the JSON object but for its last two fields; ``ranks`` are those of each ranking as
    they stand in it, aligned with the completions. ``has_axes`` says that the ratings of imported
    judgments are in it, the one part that is not canonical.
    """

    task_id: int
    prompt_id: int
    # The prompt's own.
    split: str
    num_completions: int
    labelers: tuple[int, ...]
    ranks: tuple[bytes, ...]
    has_axes: bool
    head: bytes

    def json(self, split: str) -> bytes:
        """The whole of it, with this split."""
        return b'%b,"split":"%b","task_id":%d}' % (self.head, split.encode(), self.task_id)


# Slots, for there are millions of them in a freeze.
@dataclass(frozen=True, slots=True)
class ShownCompletion:
    """One completion of a task, with the name of what wrote it (never for a labeler's eyes)."""

    id: int
    text: str
    source_name: str


@dataclass(frozen=True, slots=True)
class LabelerRanking:
    """One labeler's dense ranks, aligned with the task's completions; None was not judged.

    ``axes`` are the ratings that came with an imported judgment, aligned too; empty where none did.
    """

    id: UUID
    labeler_id: int
    ranks: tuple[int | None, ...]
    axes: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RankedTask:
    """All that training reads of one task: the prompt, what was shown, how each labeler ranked."""

    task_id: int
    prompt_id: int
    prompt: str
    category: str | None
    split: str
    completions: tuple[ShownCompletion, ...]
    rankings: tuple[LabelerRanking, ...]


def ranking_records(rankings: QuerySet[Ranking]) -> Iterator[RankingRecord]:
    """One record per task with at least one of these rankings, in the order of the task ids.

    Completions come in the order in which the task lists them, which an import keeps, rankings in
    the order of submission; a surplus ranking counts like any other. A query for every few thousand
    tasks there are: to freeze the result, go through it inside one REPEATABLE READ transaction, in
    which a second session reads every other block of the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(LAST_OF_BLOCKS, [TASKS_AT_ONCE])
        ends = sorted(last for (last,) in cursor.fetchall())
        cursor.execute(NEIGHBOURS.format(cost="1.1"))
        with _sessions(is_worth_two=len(ends) > 1) as sessions:
            for content in _read_ahead(sessions, _blocks(rankings, ends)):
                yield from map(_record, content.split(b"\n")[:-1])
        cursor.execute(NEIGHBOURS.format(cost="DEFAULT"))


def ranked_task(record: RankingRecord) -> RankedTask:
    """The record as objects."""
    read: dict[str, Any] = json.loads(record.json(record.split))
    return RankedTask(
        task_id=record.task_id,
        prompt_id=record.prompt_id,
        prompt=read["prompt"],
        category=read["category"],
        split=record.split,
        completions=tuple(
            ShownCompletion(one["id"], one["text"], one["source"]) for one in read["completions"]
        ),
        rankings=tuple(
            LabelerRanking(
                UUID(one["id"]), one["labeler"], tuple(one["ranks"]), tuple(one.get("axes", ()))
            )
            for one in read["rankings"]
        ),
    )


# The rankings of a block and their values, the last task before it, and its own last one.
Block = tuple[str, Sequence[object], int, int]


def _blocks(rankings: QuerySet[Ranking], ends: Sequence[int]) -> Iterator[Block]:
    for after, last in pairwise([0, *ends]):
        block = rankings.order_by().filter(task__gt=after, task__lte=last)
        sql, values = compiled(block.values_list("id", "task_id", "labeler_id", "submitted_at"))
        if sql != NOTHING:
            yield sql, values, after, last


@contextmanager
def _sessions(*, is_worth_two: bool) -> Iterator[list[Any]]:
    """The driver's connections to read by: ours and, where it sees the same, one more."""
    sessions = [connection.connection]
    if not (is_worth_two and _may_be_shared()):
        yield sessions
        return
    other = connection.copy()
    try:
        with connection.cursor() as ours, other.cursor() as theirs:
            ours.execute("SELECT pg_export_snapshot()")
            theirs.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            theirs.execute("SET TRANSACTION SNAPSHOT %s", ours.fetchone())
            theirs.execute(NEIGHBOURS.format(cost="1.1"))
        yield [*sessions, other.connection]
    finally:
        other.close()


def _may_be_shared() -> bool:
    # A moment cannot be handed on from within a savepoint.
    if connection.savepoint_ids:
        return False
    with connection.cursor() as cursor:
        cursor.execute(MAY_BE_SHARED)
        return bool(cursor.fetchone()[0])


def _read_ahead(sessions: Sequence[Any], blocks: Iterator[Block]) -> Iterator[bytes]:
    """What each block gives. While it is gone through, every session is at work on a later one."""
    ahead: deque[Future[bytes]] = deque()
    with ExitStack() as stack:
        # Each by a thread of its own: what waits for Postgres leaves the processor to the others.
        readers = [
            (stack.enter_context(ThreadPoolExecutor(max_workers=1)), session)
            for session in sessions
        ]
        for (reader, session), block in zip(cycle(readers), blocks, strict=False):
            ahead.append(reader.submit(_copied, session, block))
            if len(ahead) > len(readers):
                yield _result(ahead.popleft())
        while ahead:
            yield _result(ahead.popleft())


def _result(read: Future[bytes]) -> bytes:
    with connection.wrap_database_errors:
        return read.result()


def _copied(session: Any, block: Block) -> bytes:
    sql, values, after, last = block
    file = io.BytesIO()
    with session.cursor() as cursor:
        rankings = cursor.mogrify(sql, values).decode().replace("%", "%%")
        records = RECORDS.format(rankings=rankings)
        statement = cursor.mogrify(records, {"after": after, "last": last}).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT", file)
    return file.getvalue()


def _record(row: bytes) -> RankingRecord:
    # JSON has no tabs or line ends within it, so all that COPY escapes is the backslash.
    task, prompt, split, num_completions, labelers, ranks, has_axes, head = row.split(b"\t")
    return RankingRecord(
        task_id=int(task),
        prompt_id=int(prompt),
        split=split.decode(),
        num_completions=int(num_completions),
        labelers=tuple(map(int, labelers.split(b","))),
        ranks=tuple(ranks.split(b";")),
        has_axes=has_axes == b"1",
        head=head.replace(b"\\\\", b"\\") if b"\\" in head else head,
    )
