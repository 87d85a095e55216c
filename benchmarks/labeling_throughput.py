"""How many labels a second two gunicorn workers take from labelers who never pause to think.

    python -m benchmarks.labeling_throughput [SECONDS]

The web process runs from the launcher's own command against a database of its own. One asyncio
client in this process plays 32 labelers over raw sockets: ask for the next task, send a
ranking of it, again. Its own processor time is printed, since it shares the machine.
"""

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import labeling_rows as rows  # sets Django up

from django.db import connection  # isort: skip
from django.test.utils import CaptureQueriesContext  # isort: skip
from rest_framework.test import APIClient  # isort: skip

from labeling.models import Assignment, Project, Ranking, User  # isort: skip
from launcher.processes import by_name  # isort: skip

NUM_LABELERS, NUM_TASKS, OVERLAP = 32, 50_000, 3
WARM_UP_SECONDS, DEFAULT_SECONDS = 5.0, 20.0
HOST, PORT = "127.0.0.1", 18_765
CSRF = "a" * 32
TARGET_LABELS_PER_SECOND, TARGET_P95_MS = 130, 250


@dataclass
class Tally:
    """Milliseconds of each kind of call, once everything is warm."""

    counts_from: float
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, what: str, began: float) -> None:
        now = time.perf_counter()
        if began >= self.counts_from:
            self.taken[what].append(1_000 * (now - began))


class Connection:
    """One labeler's browser: a socket that stays open and the three headers that matter."""

    def __init__(self, session: str) -> None:
        self.head = (
            f"Host: {HOST}\r\nContent-Type: application/json\r\nX-CSRFToken: {CSRF}\r\n"
            f"Cookie: sessionid={session}; csrftoken={CSRF}\r\n"
        )

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        sent = json.dumps(body).encode()
        request = f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(sent)}\r\n\r\n"
        if not hasattr(self, "writer"):
            self.reader, self.writer = await asyncio.open_connection(HOST, PORT)
        self.writer.write(request.encode() + sent)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        answer = await self.reader.readexactly(length)
        if not head.startswith("http/1.1 20"):
            raise RuntimeError(head + answer.decode())
        if "connection: close" in head:
            self.writer.close()
            del self.writer
        return json.loads(answer)


def ranking_of(shown: dict[str, Any]) -> dict[str, Any]:
    flags = dict.fromkeys(shown["questions"], False)
    items = [
        {"handle": row["handle"], "rank": n, "rating": 6 - n, "flags": flags, "note": ""}
        for n, row in enumerate(shown["completions"], start=1)
    ]
    return {
        "assignment": shown["id"],
        "client_key": str(uuid.uuid4()),
        "items": items,
        "seconds_active": 0.0,
        "order_source": "unseeded",
    }


async def label(session: str, project: int, tally: Tally, until: float) -> None:
    browser = Connection(session)
    while time.perf_counter() < until:
        began = time.perf_counter()
        answer = await browser.post("/api/assignments/next/", {"project": project})
        tally.add("next", began)
        body = ranking_of(answer["assignment"])
        began = time.perf_counter()
        await browser.post("/api/rankings/", body)
        tally.add("submit", began)


async def work_together(sessions: list[str], project: int, seconds: float) -> Tally:
    start = time.perf_counter() + WARM_UP_SECONDS
    tally = Tally(counts_from=start)
    await asyncio.gather(*(label(session, project, tally, start + seconds) for session in sessions))
    return tally


def start_web() -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database),
        "CONCORD_SECURE_COOKIES": "false",
    }
    command, *arguments = by_name("web").command
    program = str(Path(sys.executable).with_name(command))
    web = subprocess.Popen(
        [program, *arguments, f"--bind={HOST}:{PORT}"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asyncio.run(_answers())
    return web


async def _answers() -> None:
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection(HOST, PORT)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.2)
    raise RuntimeError("the web process does not answer")


def session_of(labeler: User) -> str:
    client = APIClient()
    client.force_login(labeler)
    return client.cookies["sessionid"].value


def statements(labeler: User, project: Project) -> dict[str, int]:
    """How many statements each call sends, transactions included."""
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(labeler)
    with CaptureQueriesContext(connection) as asked:
        answer = client.post("/api/assignments/next/", {"project": project.pk}, format="json")
    body = ranking_of(answer.json()["assignment"])
    with CaptureQueriesContext(connection) as sent:
        client.post("/api/rankings/", body, format="json")
    return {"next": len(asked), "submit": len(sent)}


def check(num_submitted: int) -> None:
    """Every answer is stored once and no task has more of them than it has places."""
    over = rows.execute(
        "SELECT count(*) FROM (SELECT 1 FROM labeling_assignment"
        " WHERE state IN ('leased', 'submitted') GROUP BY task_id HAVING count(*) > %(overlap)s)"
        " AS too_many",
        overlap=OVERLAP,
    )
    stored = Ranking.objects.count()
    surplus = Assignment.objects.filter(state="surplus").count()
    print(f"answers {stored} stored of {num_submitted} sent; {surplus} surplus; tasks over: {over}")
    assert (stored >= num_submitted, over, surplus) == (True, 0, 0)


def backend_seconds() -> float:
    """Processor time of the Postgres processes that serve this database, as far as /proc has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        stats = [Path(f"/proc/{pid}/stat") for (pid,) in cursor.fetchall()]
    ticks = 0
    for stat in stats:
        if stat.exists():
            fields = stat.read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def report(tally: Tally, seconds: float, cpu: dict[str, float]) -> None:
    num_labels = len(tally.taken["submit"])
    print(f"{num_labels / seconds:.0f} labels/s (target {TARGET_LABELS_PER_SECOND})")
    for what, taken in tally.taken.items():
        p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
        print(f"{what}: median {p50:.0f} ms, p95 {p95:.0f} ms (target {TARGET_P95_MS})")
    total = cpu["web"] + cpu["postgres"]
    num_all = cpu["labels"]
    print(
        f"processor time per label: web {1_000 * cpu['web'] / num_all:.1f} ms, Postgres "
        f"{1_000 * cpu['postgres'] / num_all:.1f} ms, client {1_000 * cpu['client'] / num_all:.1f} "
        f"ms; two cores of their own would take {2 * num_all / total:.0f} labels/s"
    )
    print(f"load average {os.getloadavg()[0]:.2f} of {os.cpu_count()} cores")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SECONDS
    with rows.database_of_its_own():
        project = rows.make_project(overlap=OVERLAP)
        rows.make_tasks(project, rows.make_prompt(), num_tasks=NUM_TASKS)
        labelers = rows.make_labelers(NUM_LABELERS + 1, project)
        print("statements:", statements(labelers.pop(), project))
        sessions = [session_of(labeler) for labeler in labelers]
        web = start_web()
        try:
            client, postgres = time.process_time(), backend_seconds()
            children = resource.getrusage(resource.RUSAGE_CHILDREN)
            tally = asyncio.run(work_together(sessions, project.pk, seconds))
            cpu = {
                "client": time.process_time() - client,
                "postgres": backend_seconds() - postgres,
                "labels": float(Ranking.objects.count()),
            }
        finally:
            web.terminate()
            web.wait()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The workers' start is in it: a second or two of them.
        cpu["web"] = ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime
        check(len(tally.taken["submit"]))
    report(tally, seconds, cpu)


if __name__ == "__main__":
    main()
