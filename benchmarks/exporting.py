"""How long freezing and exporting rankings take, and how much memory they need.

    python -m benchmarks.exporting [--rankings 100000] [--files ranking preference ...]

Makes a database of its own with random rankings of K = 6 completions at an overlap of 1.3, freezes
them, and exports the snapshot, once with a tenth of the rankings and once with all of them, so that
the ratio says whether time grows faster than the data, and whether memory grows at all. Each is
done in a process of its own: its peak memory is the step's.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from benchmarks.labeling_rows import database_of_its_own, execute, make_labelers
from labeling.models import Project, User
from training.models import Snapshot
from training.services.exports import export_on
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings

K = 6
OVERLAP = 1.3
NUM_LABELERS = 40
MEGABYTE = 1_000_000

FILL = """
INSERT INTO labeling_completionsource (kind, name) SELECT 'model_version', 'policy-' || n
FROM generate_series(1, %(k)s) AS n;
INSERT INTO labeling_prompt (text, text_sha256, source_kind, distribution, imported_from, user_key,
    organization_key, consent_reference, flags, split, standing, personal_data,
    personal_data_findings)
SELECT text, hash, 'labeler_plain', 'instruct', '', '', '', '', '{}',
    labeling_split_of_key(hash), 'accepted', 'clear', '[]'
FROM (
    SELECT text, encode(sha256(convert_to(text, 'UTF8')), 'hex') AS hash
    FROM generate_series(1, %(num_tasks)s) AS n,
        LATERAL (SELECT 'Question ' || n || repeat(' and what of the sea', 10) AS text) AS written
) AS made;
INSERT INTO labeling_task (project_id, prompt_id, k, origin, state, shuffle_key, is_calibration)
SELECT %(project)s, id, %(k)s, 'native', 'open', 0.5, false FROM labeling_prompt;
INSERT INTO labeling_completion (prompt_id, source_id, text, source_key, sampling, finish_reason)
SELECT prompt.id, source.id, source.name || repeat(' says this and that', 20),
    prompt.id || '/' || source.id, '{}', 'stop'
FROM labeling_prompt AS prompt, labeling_completionsource AS source;
INSERT INTO labeling_taskcompletion (task_id, prompt_id, completion_id)
SELECT task.id, task.prompt_id, completion.id
FROM labeling_task AS task JOIN labeling_completion AS completion USING (prompt_id);
INSERT INTO labeling_ranking (id, task_id, labeler_id, k, is_partial, is_surplus, client_key,
    payload_sha256, order_source, none_acceptable, submitted_at)
SELECT gen_random_uuid(), task.id, %(labeler)s + (task.id * 7 + slot) %% %(num_labelers)s, %(k)s,
    false, false, gen_random_uuid(), '', 'unseeded', false, now() - interval '1 day'
FROM labeling_task AS task, generate_series(0, 1) AS slot
WHERE slot = 0 OR task.id %% 10 < 3;
INSERT INTO labeling_rankedcompletion (ranking_id, task_id, completion_id, rank, flags, axes, note)
SELECT ranking.id, ranking.task_id, shown.completion_id, 1 + (random() * 3)::int, '{}', '{}', ''
FROM labeling_ranking AS ranking JOIN labeling_taskcompletion AS shown USING (task_id);
"""


def fill(num_rankings: int) -> None:
    """Random ranks of four tiers: the freeze reads them, nothing checks that they are dense."""
    project = Project.objects.create(name="Benchmark", kind="ranking", k=K)
    labelers = make_labelers(NUM_LABELERS)
    execute("SET session_replication_role = replica")
    execute(
        FILL,
        k=K,
        num_tasks=round(num_rankings / OVERLAP),
        project=project.pk,
        labeler=labelers[0].pk,
        num_labelers=NUM_LABELERS,
    )
    execute("SET session_replication_role = origin")
    execute("ANALYZE")


def freeze() -> str:
    ada = User.objects.filter(role="admin").first() or User.objects.create_user(
        email="ada@example.org", display_name="Ada", role="admin"
    )
    return str(freeze_rankings(by=ada, name="Benchmark", query=SnapshotQuery()).pk)


def export(snapshot_id: str, files: list[str]) -> str:
    snapshot = Snapshot.objects.get(pk=UUID(snapshot_id))
    with tempfile.TemporaryDirectory(dir=settings.ARTIFACT_ROOT) as folder:
        export_on(snapshot, Path(folder), files=files, forms=[], go_on=lambda: True)
        written = sum(path.stat().st_size for path in Path(folder).rglob("*.jsonl"))
    return f"{written / MEGABYTE:.0f}"


def step(work: Callable[[], str]) -> None:
    """In a child process: print seconds, peak megabytes, and what the work answered."""
    connection.settings_dict["NAME"] = connection.settings_dict["NAME"] + "_benchmark"
    started = time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    print(json.dumps([seconds, peak, answer]))


def child(root: str, *arguments: str) -> tuple[float, float, str]:
    command = [sys.executable, "-m", "benchmarks.exporting", "--root", root, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, peak, answer = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak, answer


def measure(num_rankings: int, files: list[str]) -> None:
    with database_of_its_own(), tempfile.TemporaryDirectory() as root:
        fill(num_rankings)
        seconds, peak, snapshot = child(root, "--freeze")
        print(f"| {num_rankings:,} | freeze | {seconds:.1f} | {peak:.0f} | |")
        for name in files:
            seconds, peak, written = child(root, "--export", snapshot, "--files", name)
            print(f"| {num_rankings:,} | {name} | {seconds:.1f} | {peak:.0f} | {written} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rankings", type=int, default=100_000)
    parser.add_argument("--files", nargs="+", default=["ranking", "preference", "unpaired"])
    parser.add_argument("--root", help=argparse.SUPPRESS)
    parser.add_argument("--freeze", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--export", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.root:
        settings.ARTIFACT_ROOT = Path(given.root)
    if given.freeze:
        step(freeze)
    elif given.export:
        step(lambda: export(given.export, given.files))
    else:
        print("| rankings | step | seconds | peak memory, MB | written, MB |")
        print("|--:|---|--:|--:|--:|")
        for number in (given.rankings // 10, given.rankings):
            measure(number, given.files)


if __name__ == "__main__":
    main()
