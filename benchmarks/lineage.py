"""How long lineage takes over a million rankings, back from a policy and forward from a ranking.

    python -m benchmarks.lineage [NUM_RANKINGS]

In a database of its own: rankings, a snapshot of all so far after each quarter of them (R86), and
four rounds of reward model and policy on them, each policy starting from the one before. Measured
are the query, the selector and the whole request inside this process. Prints milliseconds of wall
time.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from benchmarks import labeling_rows as rows  # sets Django up
from benchmarks import many_rankings as generator

from django.db import connection  # isort: skip
from rest_framework.test import APIClient  # isort: skip

from labeling.models import Project, Ranking, Role, User  # isort: skip
from training.models import (  # isort: skip
    Artifact,
    LabelsBehind,
    ModelVersion,
    Run,
    RunInput,
    Snapshot,
)
from training.selectors.lineage import (  # isort: skip
    count_labels_behind,
    descent_of_ranking,
    labels_behind,
    lineage_of,
)
from training.selectors.run_lineage import lineage_of_run  # isort: skip

DEFAULT_RANKINGS = 1_000_000
NUM_ROUNDS = 4
NUM_TIMES, NUM_COUNTED = 200, 5
LINKS = """
INSERT INTO training_snapshotranking (snapshot_id, ranking_id)
SELECT %(snapshot)s, id FROM labeling_ranking WHERE submitted_at <= %(before)s
"""
BEFORE = """
SELECT percentile_disc(%(share)s) WITHIN GROUP (ORDER BY submitted_at) FROM labeling_ranking
"""


def load(num_rankings: int) -> None:
    """The rankings of the other benchmarks, without the ranks that lineage never reads."""
    project = rows.make_project(overlap=1)
    Project.objects.filter(pk=project.pk).update(k=generator.K)
    labelers = rows.make_labelers(generator.NUM_LABELERS, project)
    values: dict[str, object] = {
        "first": 1,
        "last": round(num_rankings / generator.OVERLAP),
        "project": project.pk,
        "instructions": project.instruction_versions.get().pk,
        "labeler": labelers[0].pk,
        "num_labelers": generator.NUM_LABELERS,
        "num_weeks": generator.NUM_WEEKS,
        "k": generator.K,
    }
    # Triggers and foreign keys check rows one by one, which takes longer than writing them.
    rows.execute("SET session_replication_role = replica")
    for statement in (
        generator.PROMPTS,
        generator.TASKS,
        generator.ASSIGNMENTS,
        generator.RANKINGS,
    ):
        rows.execute(statement, **values)
    rows.execute("SET session_replication_role = origin")


class Chain:
    """Snapshots, runs and models, put straight into the tables."""

    def __init__(self) -> None:
        self.admin = User.objects.get(email="ada@example.org")
        self.artifact = Artifact.objects.create(sha256="0" * 64, kind="model", num_bytes=1)
        self.number = 0

    def snapshot(self, share: float) -> Snapshot:
        made = Snapshot.objects.create(
            name=f"{share:.0%} of all",
            kind=Snapshot.Kind.RM,
            query={},
            counts={},
            records_sha256="0" * 64,
            num_records=1,
            artifact=self.artifact,
            created_by=self.admin,
        )
        with connection.cursor() as cursor:
            cursor.execute(BEFORE, {"share": share})
            (before,) = cursor.fetchone()
        rows.execute("SET session_replication_role = replica")
        rows.execute(LINKS, snapshot=made.pk, before=before)
        rows.execute("SET session_replication_role = origin")
        return made

    def model(self, kind: str, stage: str = "", **inputs: ModelVersion | Snapshot) -> ModelVersion:
        self.number += 1
        run = None
        if stage:
            # As it ended: without this the database lets a run begin as a draft only.
            rows.execute("SET session_replication_role = replica")
            run = Run.objects.create(
                name=f"run {self.number}",
                stage=stage,
                spec={"hyperparameters": {}},
                spec_sha256="0" * 64,
                seed=1,
                code_revision="benchmark",
                state="succeeded",
                created_by=self.admin,
            )
            rows.execute("SET session_replication_role = origin")
            for role, chosen in inputs.items():
                column = "snapshot" if isinstance(chosen, Snapshot) else "model_version"
                RunInput.objects.create(run=run, role=role, **{column: chosen})
        return ModelVersion.objects.create(
            name=f"model {self.number}",
            kind=kind,
            artifact=self.artifact,
            licence="",
            source="",
            run=run,
            created_by=self.admin,
        )

    def rounds(self) -> ModelVersion:
        """The newest policy; behind it every ranking but those of the last moment."""
        policy = self.model("base")
        for number in range(1, NUM_ROUNDS + 1):
            rankings = self.snapshot(number / NUM_ROUNDS)
            rm = self.model("reward_model", "reward_model", base_model=policy, rankings=rankings)
            policy = self.model("policy", "ppo", policy=policy, reward_model=rm)
        return policy


def milliseconds(work: Callable[[], object], times: int) -> str:
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return f"p50 {statistics.median(taken):.1f} ms, p95 {np.percentile(taken, 95):.1f} ms"


def measure(policy: ModelVersion) -> None:
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(
        User.objects.create_user(
            email="rosa@example.org", display_name="Rosa", role=Role.RESEARCHER
        )
    )
    some = iter(list(Ranking.objects.order_by("?").values_list("pk", flat=True)[: 3 * NUM_TIMES]))

    def ask(path: str) -> None:
        assert client.get(path).status_code == 200

    def report(what: str, work: Callable[[], object], times: int = NUM_TIMES) -> None:
        print(f"{what}: {milliseconds(work, times)}", flush=True)

    report("back, counted anew", lambda: count_labels_behind(policy.pk), NUM_COUNTED)
    counted = count_labels_behind(policy.pk)
    LabelsBehind.objects.create(model_version=policy, **asdict(counted))
    print(
        f"behind the policy: {counted.num_rankings:,} rankings of {counted.num_labelers} labelers"
    )
    report("back, labels", lambda: labels_behind(policy.pk))
    report("back, whole lineage", lambda: lineage_of(policy))
    report("back, page of the model", lambda: ask(f"/api/model-versions/{policy.pk}/"))
    report("graph of a run", lambda: lineage_of_run(policy.run_id))
    report("forward, models and snapshots", lambda: descent_of_ranking(next(some)))
    report("forward, request", lambda: ask(f"/api/lineage/rankings/{next(some)}/"))


def main() -> None:
    num_rankings = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RANKINGS
    with rows.database_of_its_own():
        began = time.perf_counter()
        load(num_rankings)
        policy = Chain().rounds()
        rows.execute("ANALYZE")
        seconds = time.perf_counter() - began
        print(f"{Ranking.objects.count():,} rankings loaded in {seconds:.0f} s", flush=True)
        measure(policy)


if __name__ == "__main__":
    main()
