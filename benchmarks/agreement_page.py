"""How long the agreement page takes over a million rankings, and keeping it up to date.

    python -m benchmarks.agreement_page [NUM_RANKINGS]

In a database of its own: loads the rankings, works all figures out, then a hundred more rankings,
and asks for the page, cold (nothing kept in the process) and warm. Whole requests inside this
process, session and rendering included. Prints seconds of wall time.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks import agreement_rows
from benchmarks import labeling_rows as rows  # sets Django up

from rest_framework.test import APIClient  # isort: skip

from labeling.models import PromptAgreement, Ranking, Role, User  # isort: skip
from labeling.selectors import agreement  # isort: skip
from labeling.services.agreement_store import refresh_agreement  # isort: skip

DEFAULT_RANKINGS = 1_000_000
NUM_COLD, NUM_WARM, NUM_LATE = 10, 50, 100
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"pool": "training"},
    {"category": "chat"},
    {"since": "2024-06-01", "until": "2024-12-31"},
    {"k": "6"},
)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def p95(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.3f} s, p95 {np.percentile(seconds, 95):.3f} s"


def late_rankings() -> None:
    """Somebody else on prompts that were ranked before."""
    found = list(
        Ranking.objects.raw(
            "SELECT ranking.* FROM labeling_ranking AS ranking ORDER BY id DESC LIMIT %s",
            [NUM_LATE],
        )
    )
    rows.execute("SET session_replication_role = replica")
    for one in found:
        before = Ranking.objects.filter(task=one.task_id).values("labeler")
        other = User.objects.exclude(pk__in=before).filter(role=Role.LABELER).first()
        rows.execute(
            "WITH made AS (INSERT INTO labeling_ranking (id, task_id, labeler_id, instructions_id,"
            " k, is_partial, is_surplus, client_key, payload_sha256, order_source, none_acceptable,"
            " submitted_at) SELECT gen_random_uuid(), task_id, %(other)s, instructions_id, k,"
            " false, false, gen_random_uuid(), payload_sha256, order_source, false, now() FROM"
            " labeling_ranking WHERE id = %(one)s RETURNING id) INSERT INTO"
            " labeling_rankedcompletion (ranking_id, task_id, completion_id, rank, flags, axes,"
            " note) SELECT made.id, task_id, completion_id, rank, '{}', '{}', '' FROM made,"
            " labeling_rankedcompletion WHERE ranking_id = %(one)s RETURNING id",
            other=other.pk if other else 0,
            one=one.pk,
        )
    rows.execute("SET session_replication_role = origin")


def main() -> None:
    num_rankings = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RANKINGS
    with rows.database_of_its_own():
        loading = timed(lambda: agreement_rows.load(num_rankings))
        print(f"{Ranking.objects.count():,} rankings loaded in {loading:.0f} s", flush=True)
        whole = timed(refresh_agreement)
        rows.execute("ANALYZE")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"worked out from nothing: {whole:.1f} s, {PromptAgreement.objects.count():,} rows, "
            f"at most {memory:.0f} MB",
            flush=True,
        )
        print(f"nothing changed: {timed(refresh_agreement):.2f} s")
        late_rankings()
        print(f"{NUM_LATE} rankings more: {timed(refresh_agreement):.2f} s", flush=True)
        ask_for_the_page()


def ask_for_the_page() -> None:
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(
        User.objects.create_user(
            email="rosa@example.org", display_name="Rosa", role=Role.RESEARCHER
        )
    )

    def ask(query: dict[str, str]) -> None:
        assert client.get("/api/agreement/", query).status_code == 200

    for query in FILTERS:
        cold = []
        for _ in range(NUM_COLD):
            agreement._found.cache_clear()
            cold.append(timed(lambda query=query: ask(query)))
        warm = [timed(lambda query=query: ask(query)) for _ in range(NUM_WARM)]
        print(f"{query or 'everything'}: cold {p95(cold)}; warm {p95(warm)}", flush=True)


if __name__ == "__main__":
    main()
