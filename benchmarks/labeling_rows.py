"""A database of their own for the benchmarks of labeling, filled by SQL, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from labeling.models import (  # noqa: E402
    Acknowledgement,
    Completion,
    CompletionSource,
    InstructionVersion,
    Project,
    Prompt,
    Role,
    User,
)
from labeling.text_hygiene import text_sha256  # noqa: E402

K = 4
COMPLETION_CHARACTERS = 600
PROMPT = "Tell me about the sea."

TASKS = """
INSERT INTO labeling_task (project_id, prompt_id, k, origin, state, shuffle_key, is_calibration)
SELECT %(project)s, %(prompt)s, %(k)s, 'native', 'open', random() * 2 ^ 48, false
FROM generate_series(1, %(num_tasks)s)
"""
SHOWN = """
INSERT INTO labeling_taskcompletion (task_id, prompt_id, completion_id)
SELECT task.id, task.prompt_id, completion.id
FROM labeling_task AS task JOIN labeling_completion AS completion USING (prompt_id)
WHERE task.id > %(after)s
"""
SLOTS = """
INSERT INTO labeling_assignment (id, task_id, project_id, serve_key, slot, state)
SELECT gen_random_uuid(), task.id, task.project_id, task.shuffle_key, slot, 'open'
FROM labeling_task AS task, generate_series(1, %(overlap)s) AS slot WHERE task.id > %(after)s
"""


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """A migrated, empty database beside the configured one; nothing else is touched."""
    plain = settings.DATABASES["default"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{plain}_benchmark"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(plain, verbosity=0)


def execute(sql: str, **values: object) -> int:
    """The id that an INSERT ... RETURNING gives back, else 0."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else 0


def session_seconds() -> float:
    """Processor time of the Postgres process that serves this connection, as far as /proc has it.

    Parallel workers are processes of their own and not in it.
    """
    stat = Path(f"/proc/{execute('SELECT pg_backend_pid()')}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_prompt() -> int:
    """One prompt for every task, and K completions: only the queue is under test."""
    prompt = Prompt.objects.create(
        text=PROMPT,
        text_sha256=text_sha256(PROMPT),
        split=Prompt.Split.TRAIN,
        source_kind=Prompt.SourceKind.LABELER_PLAIN,
        personal_data=Prompt.PersonalData.CLEAR,
    )
    source = CompletionSource.objects.create(kind="model_version", name="policy")
    Completion.objects.bulk_create(
        Completion(
            prompt=prompt, source=source, text=f"{n} " * (COMPLETION_CHARACTERS // 2), source_key=n
        )
        for n in range(K)
    )
    return prompt.pk


def make_project(*, overlap: int) -> Project:
    admin, _ = User.objects.get_or_create(
        email="ada@example.org", display_name="Ada", role=Role.ADMIN
    )
    project = Project.objects.create(
        name=f"Overlap {overlap}, number {Project.objects.count()}",
        kind="ranking",
        k=K,
        overlap=overlap,
        calibration_share=0.0,
    )
    InstructionVersion.objects.create(
        project=project, version=1, title="How", body="Read all.", created_by=admin
    )
    return project


def make_tasks(project: Project, prompt: int, *, num_tasks: int) -> None:
    after = execute("SELECT coalesce(max(id), 0) FROM labeling_task")
    # Checking the foreign keys of rows that were just made takes longer than making them.
    execute("SET session_replication_role = replica")
    execute(TASKS, project=project.pk, prompt=prompt, k=K, num_tasks=num_tasks)
    execute(SHOWN, after=after)
    execute(SLOTS, after=after, overlap=project.overlap)
    execute("SET session_replication_role = origin")
    execute("ANALYZE")


def make_labelers(num_labelers: int, *projects: Project) -> list[User]:
    """Labelers who have read the instructions of these projects."""
    start = User.objects.count()
    labelers = User.objects.bulk_create(
        User(email=f"labeler{start + n}@example.org", display_name=f"Labeler {start + n}")
        for n in range(num_labelers)
    )
    Acknowledgement.objects.bulk_create(
        Acknowledgement(instructions=project.instruction_versions.get(), labeler=labeler)
        for project in projects
        for labeler in labelers
    )
    return labelers
