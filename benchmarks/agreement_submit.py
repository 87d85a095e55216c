"""Whether keeping the agreement figures up to date slows a labeler's submit.

    python -m benchmarks.agreement_submit [--rankings 1000000] [--windows 6] [--seconds 30]

In the kept database of so many rankings. One labeler after the other asks for a task and submits a
ranking of it, without pauses, through the whole application inside this process. Windows alternate:
in every second one another process refreshes the figures once, as the beat does, and finds a
hundred rankings that it has not seen. Prints milliseconds of wall time for both kinds of windows,
and the ratios with an interval from resampling windows.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import labeling_rows as rows  # sets Django up
from benchmarks.agreement_page import late_rankings
from benchmarks.labeling_throughput import ranking_of
from benchmarks.many_rankings import database_of

from django.db import connection  # isort: skip
from rest_framework.test import APIClient  # isort: skip

from labeling.models import Completion, CompletionSource, Project, Prompt, Task  # isort: skip
from labeling.services.agreement_store import refresh_agreement  # isort: skip
from labeling.text_hygiene import text_sha256  # isort: skip

NUM_LATE, NUM_LABELERS, NUM_TASKS = 100, 8, 4_000
NUM_RESAMPLES = 10_000
NAME = "Submitted while it is refreshed"


def project_with_work() -> Project:
    """Enough open tasks for every window."""
    project = Project.objects.filter(name=NAME).first()
    if project is None:
        project = rows.make_project(overlap=NUM_LABELERS)
        project.name = NAME
        project.save(update_fields=["name"])
    if Task.objects.filter(project=project, assignments__state="open").count() < NUM_TASKS:
        rows.make_tasks(project, prompt_of_four(), num_tasks=NUM_TASKS)
    return project


def prompt_of_four() -> int:
    """One prompt with four completions, for all of them."""
    found = Prompt.objects.filter(text=NAME).first()
    if found is not None:
        return found.pk
    prompt = Prompt.objects.create(
        text=NAME,
        text_sha256=text_sha256(NAME),
        split=Prompt.Split.TRAIN,
        source_kind=Prompt.SourceKind.LABELER_PLAIN,
        personal_data=Prompt.PersonalData.CLEAR,
    )
    source = CompletionSource.objects.order_by("pk").first()
    Completion.objects.bulk_create(
        Completion(prompt=prompt, source=source, text=f"{n} " * 300, source_key=f"submit {n}")
        for n in range(rows.K)
    )
    return prompt.pk


def window(client: APIClient, project: Project, seconds: float) -> list[float]:
    """Milliseconds of each submit."""
    taken = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        answer = client.post("/api/assignments/next/", {"project": project.pk}, format="json")
        body = ranking_of(answer.json()["assignment"])
        began = time.perf_counter()
        response = client.post("/api/rankings/", body, format="json")
        taken.append(1_000 * (time.perf_counter() - began))
        assert response.status_code == 201, response.content
    return taken


def keep_refreshing(name: str) -> None:
    """In the other process: a refresh for every line that is read."""
    connection.settings_dict["NAME"] = name
    for _ in sys.stdin:
        began = time.perf_counter()
        changed = refresh_agreement()
        print(f"{changed} {time.perf_counter() - began:.2f}", flush=True)


def report(quiet: list[list[float]], refreshed: list[list[float]]) -> None:
    rng = np.random.default_rng(0)
    for what, summary in (("median", np.median), ("mean", np.mean)):
        plain, beside = summary(np.concatenate(quiet)), summary(np.concatenate(refreshed))
        ratios = [
            summary(
                np.concatenate(
                    [refreshed[n] for n in rng.integers(len(refreshed), size=len(refreshed))]
                )
            )
            / summary(np.concatenate([quiet[n] for n in rng.integers(len(quiet), size=len(quiet))]))
            for _ in range(NUM_RESAMPLES // 10)
        ]
        low, high = np.percentile(ratios, [2.5, 97.5])
        print(
            f"{what}: {plain:.2f} ms without, {beside:.2f} ms with a refresh; ratio "
            f"{beside / plain:.3f}, 95 % interval {low:.3f} to {high:.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rankings", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--beat", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.beat:
        return keep_refreshing(given.beat)
    with database_of(given.rankings):
        refresh_agreement()
        measure(given.windows, given.seconds)
    return None


def measure(num_windows: int, seconds: float) -> None:
    project = project_with_work()
    labelers = rows.make_labelers(NUM_LABELERS, project)
    name = connection.settings_dict["NAME"]
    beat = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.agreement_submit", "--beat", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert beat.stdin
    assert beat.stdout
    taken: dict[bool, list[list[float]]] = {False: [], True: []}
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(labelers[0])
    window(client, project, 2)
    for n in range(2 * num_windows):
        # A B B A, so that what drifts falls on both alike.
        is_refreshed = n % 4 in {1, 2}
        client.force_login(labelers[n % NUM_LABELERS])
        late_rankings(NUM_LATE)
        if is_refreshed:
            beat.stdin.write("now\n")
            beat.stdin.flush()
        taken[is_refreshed].append(window(client, project, seconds))
        if is_refreshed:
            print("refreshed prompts, seconds:", beat.stdout.readline().strip(), flush=True)
    beat.stdin.close()
    beat.wait()
    num_submits = {kind: sum(map(len, windows)) for kind, windows in taken.items()}
    print(f"{num_submits[False]} submits without, {num_submits[True]} with a refresh")
    report(taken[False], taken[True])


if __name__ == "__main__":
    main()
