"""What open run pages cost: 50 consoles that poll as the page does, beside a run that makes steps.

    python -m benchmarks.consoles [CONSOLES] [SECONDS]

The web process runs from the launcher's own command against a database of its own. Every console
asks for the run, its newer figures and its newer output every two seconds; meanwhile one writer
records a step and a line of output each second, as a runner does. Printed: how long an answer
takes, how many polls were late, and the processor time of the web processes and of Postgres.
"""

import asyncio
import json
import os
import random
import resource
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from benchmarks import labeling_rows as rows  # sets Django up

from benchmarks.labeling_throughput import (  # isort: skip
    HOST,
    PORT,
    backend_seconds,
    session_of,
    start_web,
)

from django.db import connection  # isort: skip

from labeling.models import Role, User  # isort: skip
from training.ml.hyperparameters import parse  # isort: skip
from training.models import GpuSlot, Run, RunAttempt, RunLog, StepMetrics  # isort: skip
from training.models.clock import ClockTimestamp  # isort: skip

DEFAULT_CONSOLES, DEFAULT_SECONDS = 50, 30.0
POLL_SECONDS, STEP_SECONDS = 2.0, 1.0
WARM_UP_SECONDS = 5.0
STEPS_BEFORE, FIGURES = 2_000, 12


@dataclass
class Tally:
    counts_from: float
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    num_bytes: int = 0
    num_late: int = 0


@dataclass
class Console:
    """One open run page: where its figures and its output have got to."""

    session: str
    run: str
    # What was there when the page was opened has been fetched.
    step: int = STEPS_BEFORE
    offset: int | None = None

    async def get(self, path: str) -> tuple[Any, int]:
        reader, writer = await asyncio.open_connection(HOST, PORT)
        head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: sessionid={self.session}\r\n\r\n"
        writer.write(head.encode())
        answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answered.split("content-length: ")[1].split("\r\n")[0])
        body = await reader.readexactly(length)
        writer.close()
        if not answered.startswith("http/1.1 200"):
            raise RuntimeError(answered + body.decode())
        return json.loads(body), length

    async def poll(self, tally: Tally) -> None:
        """The three requests of the page, beside each other as a browser sends them."""
        after = "" if self.offset is None else f"?after={self.offset}"
        paths = {
            "run": f"/api/runs/{self.run}/",
            "figures": f"/api/runs/{self.run}/metrics/?after_step={self.step}",
            "output": f"/api/runs/{self.run}/log/{after}",
        }
        answers = await asyncio.gather(*(self.timed(tally, *one) for one in paths.items()))
        self.step = answers[1]["next_step"]
        self.offset = answers[2]["next_offset"]

    async def timed(self, tally: Tally, what: str, path: str) -> Any:
        began = time.perf_counter()
        answer, num_bytes = await self.get(path)
        if began >= tally.counts_from:
            tally.taken[what].append(1_000 * (time.perf_counter() - began))
            tally.num_bytes += num_bytes
        return answer

    async def watch(self, tally: Tally, until: float) -> None:
        await asyncio.sleep(random.random() * POLL_SECONDS)
        due = time.perf_counter()
        while due < until:
            await self.poll(tally)
            due += POLL_SECONDS
            late = time.perf_counter() - due
            if late > 0 and due >= tally.counts_from:
                tally.num_late += 1
            await asyncio.sleep(max(0.0, -late))


def make_run(by: User) -> Run:
    """A reward model run half way, with as many figures as an hour leaves."""
    slot = GpuSlot.objects.create(host="node", index=0, last_seen=ClockTimestamp())
    spec = {
        "stage": "reward_model",
        "inputs": {},
        "hyperparameters": asdict(parse("reward_model", {})),
        "seed": 1,
    }
    run = Run.objects.create(
        name="watched",
        stage="reward_model",
        spec=spec,
        spec_sha256="0" * 64,
        seed=1,
        code_revision="0",
        step=STEPS_BEFORE,
        total_steps=2 * STEPS_BEFORE,
        created_by=by,
    )
    held = {"slot": slot, "lease_until": ClockTimestamp() + timedelta(hours=1)}
    for state, fields in (("queued", {}), ("claimed", held), ("running", held)):
        Run.objects.filter(pk=run.pk).update(state=state, **fields)
    RunAttempt.objects.create(run=run, number=1, fence=1, host="node")
    StepMetrics.objects.bulk_create(step_of(run, step) for step in range(1, STEPS_BEFORE + 1))
    RunLog.objects.bulk_create(
        RunLog(run=run, attempt=1, text=f"step {step}\n") for step in range(STEPS_BEFORE)
    )
    return run


def step_of(run: Run, step: int) -> StepMetrics:
    values = {f"figure_{number}": random.random() for number in range(FIGURES)}
    return StepMetrics(run=run, step=step, phase="train", values=values, elapsed_seconds=1.0)


def record(run: Run, step: int) -> None:
    """What a runner writes of one step."""
    step_of(run, step).save()
    RunLog.objects.create(run=run, attempt=1, text=f"step {step}\n")
    Run.objects.filter(pk=run.pk).update(step=step)
    # It is a thread's own connection: left open, the database could not be dropped.
    connection.close()


async def make_steps(run: Run, until: float) -> None:
    step = STEPS_BEFORE
    while time.perf_counter() < until:
        step += 1
        await asyncio.to_thread(record, run, step)
        await asyncio.sleep(STEP_SECONDS)


async def watch_together(consoles: list[Console], run: Run, seconds: float) -> Tally:
    start = time.perf_counter() + WARM_UP_SECONDS
    tally = Tally(counts_from=start)
    until = start + seconds
    await asyncio.gather(make_steps(run, until), *(one.watch(tally, until) for one in consoles))
    return tally


def report(tally: Tally, num_consoles: int, seconds: float, cpu: dict[str, float]) -> None:
    for what, taken in tally.taken.items():
        p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
        print(f"{what}: {len(taken)} answers, median {p50:.0f} ms, p95 {p95:.0f} ms")
    num_polls = len(tally.taken["run"])
    print(
        f"{num_consoles} consoles: {num_polls / seconds:.1f} polls/s of "
        f"{num_consoles / POLL_SECONDS:.1f} wanted, {tally.num_late} late, "
        f"{tally.num_bytes / num_polls / 1_000:.1f} kB a poll"
    )
    took = seconds + WARM_UP_SECONDS
    print(
        f"processor time: web {cpu['web'] / took:.2f} cores, Postgres {cpu['postgres'] / took:.2f} "
        f"cores (2 available); {1_000 * (cpu['web'] + cpu['postgres']) / num_polls:.1f} ms a poll"
    )
    print(f"load average {os.getloadavg()[0]:.2f} of {os.cpu_count()} cores")


def main() -> None:
    num_consoles = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_CONSOLES
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_SECONDS
    with rows.database_of_its_own():
        people = User.objects.bulk_create(
            User(email=f"watcher-{n}@example.org", display_name=f"W {n}", role=Role.RESEARCHER)
            for n in range(num_consoles)
        )
        run = make_run(people[0])
        consoles = [Console(session_of(person), str(run.pk)) for person in people]
        web = start_web()
        try:
            postgres = backend_seconds()
            children = resource.getrusage(resource.RUSAGE_CHILDREN)
            tally = asyncio.run(watch_together(consoles, run, seconds))
            cpu = {"postgres": backend_seconds() - postgres}
        finally:
            web.terminate()
            web.wait()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The workers' start is in it: a second or two of them.
        cpu["web"] = ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime
        report(tally, num_consoles, seconds, cpu)


if __name__ == "__main__":
    main()
