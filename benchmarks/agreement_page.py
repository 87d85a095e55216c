"""How long the agreement page takes over a million rankings, and keeping it up to date.

    python -m benchmarks.agreement_page [--rankings 1000000] [--steps refresh page models others]

In the kept database of so many rankings. ``refresh`` works all figures out from nothing, then again
with nothing changed, with one ranking more and with a thousand. ``page`` asks for the page, cold
(nothing kept in the process) and warm; ``models`` for a choice of two models, which no figures are
kept for; ``others`` for the pages that read the newest rankings, or all. Whole requests inside this
process, session and rendering included. Prints seconds of wall time, and of processor time of this
process.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks import labeling_rows as rows  # sets Django up
from benchmarks.many_rankings import database_of

from rest_framework.test import APIClient  # isort: skip

from labeling.models import CompletionSource, PromptAgreement, Ranking, Role, User  # isort: skip
from labeling.selectors import agreement  # isort: skip
from labeling.selectors.moments import forget  # isort: skip
from labeling.services.agreement_store import refresh_agreement  # isort: skip

STEPS = ("refresh", "page", "models", "others")
NUM_COLD, NUM_WARM, NUM_COLD_FILTERED = 20, 100, 10
OTHERS = ("win-rates", "rating-agreement", "flags-apart", "labeler-quality", "bias", "costs")
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


def said(seconds: Sequence[float]) -> str:
    return (
        f"n {len(seconds)}, median {statistics.median(seconds):.3f} s, "
        f"p95 {np.percentile(seconds, 95):.3f} s"
    )


def late_rankings(number: int) -> None:
    """Somebody else, without a screen, on so many prompts that were ranked before."""
    found = list(Ranking.objects.filter(assignment__isnull=False).order_by("?")[:number])
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


def spent(work: Callable[[], object]) -> str:
    """Wall time and processor time: a busy machine adds much to the one and little to the other."""
    own, postgres = time.process_time(), rows.session_seconds()
    wall = timed(work)
    own, postgres = time.process_time() - own, rows.session_seconds() - postgres
    return f"{wall:.2f} s; processor time {own:.2f} s here and {postgres:.2f} s in Postgres"


def refresh_all() -> None:
    rows.execute("TRUNCATE labeling_promptagreement, labeling_labelermeeting, labeling_labelerday")
    whole = spent(refresh_agreement)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.execute(
        "VACUUM ANALYZE labeling_promptagreement, labeling_labelermeeting, labeling_labelerday"
    )
    num_rows = PromptAgreement.objects.count()
    print(
        f"worked out from nothing: {whole}; {num_rows:,} rows, at most {memory:.0f} MB", flush=True
    )
    for number in (0, 1, 1_000):
        late_rankings(number)
        print(f"{number} rankings more: {spent(refresh_agreement)}", flush=True)


def ask_for_the_page(
    filters: Sequence[dict[str, str]],
    num_cold: int,
    page: str = "agreement",
    num_warm: int = NUM_WARM,
) -> None:
    rosa, _ = User.objects.get_or_create(
        email="rosa@example.org", defaults={"display_name": "Rosa", "role": Role.RESEARCHER}
    )
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(rosa)

    def ask(query: dict[str, str]) -> None:
        assert client.get(f"/api/{page}/", query).status_code == 200

    for query in filters:
        cold = []
        own, postgres = time.process_time(), rows.session_seconds()
        for _ in range(num_cold):
            agreement._found.cache_clear()
            agreement._of_labelers.cache_clear()
            forget()
            cold.append(timed(lambda query=query: ask(query)))
        own, postgres = time.process_time() - own, rows.session_seconds() - postgres
        warm = [timed(lambda query=query: ask(query)) for _ in range(num_warm)]
        print(
            f"{page}, {query or 'everything'}: cold {said(cold)}, processor time "
            f"{own / num_cold:.2f} s here and {postgres / num_cold:.2f} s in Postgres; "
            f"warm {said(warm)}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rankings", type=int, default=1_000_000)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    given = parser.parse_args()
    with database_of(given.rankings):
        print(f"{Ranking.objects.count():,} rankings", flush=True)
        if "refresh" in given.steps:
            refresh_all()
        if "page" in given.steps:
            ask_for_the_page(FILTERS[:1], NUM_COLD)
            ask_for_the_page(FILTERS[1:], NUM_COLD_FILTERED)
        if "models" in given.steps:
            two = CompletionSource.objects.order_by("pk").values_list("pk", flat=True)[:2]
            names = ("source", "other_source")
            ask_for_the_page([dict(zip(names, map(str, two), strict=True))], 3)
        if "others" in given.steps:
            for page in OTHERS:
                ask_for_the_page(FILTERS[:1], 3, page, num_warm=3)


if __name__ == "__main__":
    main()
