"""How long the next task takes with a thousand and with a million open ones.

    python -m benchmarks.queue_depth [NUM_TASKS]

Every figure is of whole requests inside this process, session and answer included, each by another
labeler; the database is real and of its own. Prints milliseconds and their ratios.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks import labeling_rows as rows  # sets Django up

from django.db import connection  # isort: skip
from rest_framework.test import APIClient  # isort: skip

from labeling.models import Project, User  # isort: skip

NUM_FEW, NUM_MANY = 1_000, 1_000_000
NUM_CALLS = 300
NUM_DONE = 10_000

DONE = """
UPDATE labeling_assignment AS done
SET state = 'submitted', labeler_id = %(labeler)s, opened_at = now() - rank * interval '1 second',
    submitted_at = now()
FROM (
    SELECT id, row_number() OVER (ORDER BY serve_key DESC) AS rank FROM (
        SELECT id, serve_key FROM labeling_assignment
        WHERE project_id = %(project)s AND slot = 1 ORDER BY serve_key LIMIT %(num_done)s
    ) AS first_tasks
) AS chosen WHERE done.id = chosen.id
"""


def clients(labelers: Sequence[User]) -> list[APIClient]:
    found = []
    for labeler in labelers:
        client = APIClient(SERVER_NAME="localhost")
        client.force_login(labeler)
        found.append(client)
    return found


def milliseconds(call: Callable[[APIClient], None], callers: Sequence[APIClient]) -> float:
    """The median of one call by each, after a few that warm everything up."""
    taken = []
    for client in callers:
        began = time.perf_counter()
        call(client)
        taken.append(1_000 * (time.perf_counter() - began))
    return statistics.median(taken[20:])


def next_of(project: Project) -> Callable[[APIClient], None]:
    def call(client: APIClient) -> None:
        answer = client.post("/api/assignments/next/", {"project": project.pk}, format="json")
        assert answer.json()["assignment"] is not None

    return call


def projects(client: APIClient) -> None:
    assert client.get("/api/labeling/projects/").status_code == 200


def give_back(project: Project) -> None:
    """So that the next round finds the same queue."""
    rows.execute(
        "DELETE FROM labeling_presentedcompletion WHERE assignment_id IN"
        " (SELECT id FROM labeling_assignment WHERE state = 'leased')"
    )
    rows.execute(
        "UPDATE labeling_assignment SET state = 'open', labeler_id = NULL, leased_until = NULL,"
        " opened_at = NULL WHERE state = 'leased' AND project_id = %(project)s",
        project=project.pk,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE labeling_assignment")


def measure(project: Project, prompt: int, *, num_tasks: int) -> tuple[float, float]:
    rows.make_tasks(project, prompt, num_tasks=num_tasks - project.tasks.count())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    callers = clients(rows.make_labelers(NUM_CALLS, project))
    listing = milliseconds(projects, callers)
    found = milliseconds(next_of(project), callers)
    give_back(project)
    return found, listing


def far_ahead(project: Project) -> float:
    """One labeler who has done the first tasks alone, all of which wait for a second labeler."""
    [labeler] = rows.make_labelers(1, project)
    rows.execute(DONE, labeler=labeler.pk, project=project.pk, num_done=NUM_DONE)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE labeling_assignment")
    [client] = clients([labeler])

    def call(client: APIClient) -> None:
        next_of(project)(client)
        rows.execute(
            "UPDATE labeling_assignment SET state = 'submitted', submitted_at = now(),"
            " leased_until = NULL WHERE labeler_id = %(labeler)s AND state = 'leased'",
            labeler=labeler.pk,
        )

    return milliseconds(call, [client] * NUM_CALLS)


def main() -> None:
    num_many = int(sys.argv[1]) if len(sys.argv) > 1 else NUM_MANY
    with rows.database_of_its_own():
        prompt = rows.make_prompt()
        project = rows.make_project(overlap=2)
        few, few_listing = measure(project, prompt, num_tasks=NUM_FEW)
        many, many_listing = measure(project, prompt, num_tasks=num_many)
        ahead = far_ahead(project)
    print(f"next, {NUM_FEW:,} open tasks: {few:.1f} ms")
    print(f"next, {num_many:,} open tasks: {many:.1f} ms, {many / few:.2f} times as long")
    print(f"next, after {NUM_DONE:,} tasks done alone: {ahead:.1f} ms, {ahead / few:.2f} times")
    print(f"list of projects: {few_listing:.1f} ms, then {many_listing:.1f} ms")


if __name__ == "__main__":
    main()
