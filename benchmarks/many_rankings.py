"""A database of very many rankings for the benchmarks, made by Postgres itself, and kept.

    python -m benchmarks.many_rankings [--rankings 1000000] [--seconds 480] [--drop]

K = 6 completions of 200 to 570 characters, three in ten tasks ranked twice by 40 labelers over a
year, each ranking with its assignment and the order in which the completions were shown. Stands
beside the configured database under a name that says its size. Every block of tasks is one
transaction, so that a run that was stopped, or whose seconds are over, is gone on with by the same
command; the benchmarks do that by themselves. ``--drop`` takes it away.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import labeling_rows as rows  # sets Django up

from django.core.management import call_command  # isort: skip
from django.db import connection, transaction  # isort: skip

from labeling.models import CompletionSource, Project, Task, User  # isort: skip

K = 6
OVERLAP = 1.3
NUM_LABELERS = 40
NUM_WEEKS = 52
# Each labeler sees the true order, a step of 1 between two models, through noise of this reach.
NOISE = 4
TASKS_AT_ONCE = 20_000

PROMPTS = """
INSERT INTO labeling_prompt (id, text, text_sha256, source_kind, distribution, imported_from,
    user_key, organization_key, consent_reference, category, flags, split, standing, personal_data,
    personal_data_findings)
SELECT n, text, hash, 'labeler_plain', 'instruct', '', '', '', '',
    (ARRAY['generation', 'open_qa', 'chat', 'rewrite', 'other'])[1 + n %% 5], '{}',
    labeling_split_of_key(hash), 'accepted', 'clear', '[]'
FROM generate_series(%(first)s, %(last)s) AS n,
    concat('Question ', n, repeat(' and what of the sea', 10)) AS text,
    encode(sha256(convert_to(text, 'UTF8')), 'hex') AS hash
"""
COMPLETIONS = """
INSERT INTO labeling_completion (id, prompt_id, source_id, text, source_key, sampling,
    finish_reason)
SELECT n * %(k)s + place, n, %(source)s + place,
    concat('m', place, repeat(' says this and that', 10 + ((n + 7 * place) %% 20)::int)),
    n * %(k)s + place, '{}', 'stop'
FROM generate_series(%(first)s, %(last)s) AS n, generate_series(0, %(k)s - 1) AS place
"""
TASKS = """
INSERT INTO labeling_task (id, project_id, prompt_id, k, origin, state, shuffle_key, is_calibration)
SELECT n, %(project)s, n, %(k)s, 'native', 'open', n, false
FROM generate_series(%(first)s, %(last)s) AS n
"""
SHOWN = """
INSERT INTO labeling_taskcompletion (task_id, completion_id, prompt_id)
SELECT n, n * %(k)s + place, n
FROM generate_series(%(first)s, %(last)s) AS n, generate_series(0, %(k)s - 1) AS place
"""
ASSIGNMENTS = """
INSERT INTO labeling_assignment (id, task_id, project_id, serve_key, slot, labeler_id, state,
    instructions_id, opened_at, submitted_at)
SELECT gen_random_uuid(), n, %(project)s, n, slot + 1,
    %(labeler)s + (n * 7 + slot * 11) %% %(num_labelers)s, 'submitted', %(instructions)s, at, at
FROM generate_series(%(first)s, %(last)s) AS n, generate_series(0, 1) AS slot,
    LATERAL (
        SELECT timestamptz '2024-01-01' + (n * 13 %% %(num_weeks)s) * interval '1 week'
    ) AS submitted (at)
WHERE slot = 0 OR n %% 10 < 3
"""
PRESENTED = """
INSERT INTO labeling_presentedcompletion (handle, assignment_id, completion_id, position)
SELECT uuidv7(), id, task_id * %(k)s + place,
    row_number() OVER (PARTITION BY id ORDER BY random()) - 1
FROM labeling_assignment, generate_series(0, %(k)s - 1) AS place
WHERE task_id BETWEEN %(first)s AND %(last)s
"""
RANKINGS = """
INSERT INTO labeling_ranking (id, task_id, assignment_id, labeler_id, instructions_id, k,
    is_partial, is_surplus, client_key, payload_sha256, order_source, none_acceptable, submitted_at)
SELECT gen_random_uuid(), task_id, id, labeler_id, instructions_id, %(k)s, false, false,
    gen_random_uuid(), '', 'unseeded', false, submitted_at
FROM labeling_assignment WHERE task_id BETWEEN %(first)s AND %(last)s
"""
RANKED = """
INSERT INTO labeling_rankedcompletion (ranking_id, task_id, completion_id, rank, rating, flags,
    axes, note)
SELECT id, task_id, task_id * %(k)s + place,
    dense_rank() OVER (PARTITION BY id ORDER BY seen), 4, '{}', '{}', ''
FROM (
    SELECT id, task_id, place, round(place + %(noise)s * random()) AS seen
    FROM labeling_ranking, generate_series(0, %(k)s - 1) AS place
    WHERE task_id BETWEEN %(first)s AND %(last)s
) AS looked
"""
BLOCK = (PROMPTS, COMPLETIONS, TASKS, SHOWN, ASSIGNMENTS, PRESENTED, RANKINGS, RANKED)


@contextmanager
def database_of(num_rankings: int) -> Iterator[None]:
    """The kept database of about so many rankings, filled as far as is missing."""
    with kept_database(num_rankings):
        if not load_on(num_rankings, seconds=float("inf")):
            raise RuntimeError("It cannot end before it is filled.")
        yield


@contextmanager
def kept_database(num_rankings: int) -> Iterator[None]:
    """Made and migrated if need be; this process and what it starts is connected to it."""
    plain = connection.settings_dict["NAME"]
    name = name_of(plain, num_rankings)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    connect_to(name)
    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        connect_to(plain)


def name_of(plain: str, num_rankings: int) -> str:
    return f"{plain}_{num_rankings}_rankings"


def connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def load_on(num_rankings: int, *, seconds: float) -> bool:
    """Go on loading for about this long; whether all is there."""
    until = time.monotonic() + seconds
    num_tasks = round(num_rankings / OVERLAP)
    values = _once()
    done = Task.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if done >= num_tasks:
        return True
    while done < num_tasks and time.monotonic() < until:
        first, done = done + 1, min(done + TASKS_AT_ONCE, num_tasks)
        with transaction.atomic():
            # Triggers and foreign keys check rows one by one, which takes longer than writing them.
            rows.execute("SET LOCAL session_replication_role = replica")
            for statement in BLOCK:
                rows.execute(statement, **values, first=first, last=done)
    for table in ("prompt", "completion", "task"):
        # Their numbers were given out by hand.
        rows.execute(
            f"SELECT setval(pg_get_serial_sequence('labeling_{table}', 'id'), max(id))"
            f" FROM labeling_{table}"
        )
    rows.execute("VACUUM ANALYZE")
    print(f"{done:,} of {num_tasks:,} tasks", flush=True)
    return done == num_tasks


def _once() -> dict[str, object]:
    project = Project.objects.first()
    if project is None:
        with transaction.atomic():
            project = rows.make_project(overlap=1)
            Project.objects.filter(pk=project.pk).update(k=K)
            rows.make_labelers(NUM_LABELERS, project)
            for n in range(K):
                CompletionSource.objects.create(kind="model_version", name=f"m{n}")
    source = CompletionSource.objects.order_by("pk").first()
    labeler = User.objects.filter(role="labeler").order_by("pk").first()
    assert source
    assert labeler
    return {
        "project": project.pk,
        "instructions": project.instruction_versions.get().pk,
        "labeler": labeler.pk,
        "num_labelers": NUM_LABELERS,
        "source": source.pk,
        "num_weeks": NUM_WEEKS,
        "noise": NOISE,
        "k": K,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rankings", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--drop", action="store_true")
    given = parser.parse_args()
    if given.drop:
        name = name_of(connection.settings_dict["NAME"], given.rankings)
        rows.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")
        return
    with kept_database(given.rankings):
        load_on(given.rankings, seconds=given.seconds)


if __name__ == "__main__":
    main()
