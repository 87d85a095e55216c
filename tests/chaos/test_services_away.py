"""Faults 10, 11, 17 and 23: broker, database or a sink is away; labels and steps are not."""

import os
import signal
import time
from contextlib import contextmanager

import psycopg2

from tests.chaos.fault_proxy import FaultProxy
from tests.chaos.labelers import make_crew
from tests.chaos.postmaster import Postmaster
from tests.chaos.site import kill_family
from tests.chaos.trainings import (
    LONG,
    repeated_steps,
    seconds_until,
    state_of,
    step_of,
    story,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import wait_until
from training.models import StepMetrics
from training.runner.environment import database_url
from training.services.runs import cancel_run

# Each of the two outages. Longer than every wait on the way to the broker (5 s for a connection and
# for an answer, 1 s between two tries), so that whoever waits has come round by its end.
OUTAGE_SECONDS = float(os.environ.get("CONCORD_CHAOS_OUTAGE_SECONDS", "6"))
QUIET_SECONDS = 6.0
LOCKED_SECONDS = 10.0
CUT_EVERY_SECONDS, CUTS = 0.4, 10


def test_labelers_do_not_notice_that_the_broker_is_away(site, training, redis_proxy, broker, fault):
    """Refused, silent and emptied, in turn, below every process of ours."""
    site.environment["REDIS_URL"] = site.redis_through(redis_proxy)
    started = site.start_training()
    for name in ("worker", "gpu-worker"):
        wait_until(lambda: site.is_ready(started[name]), seconds=60)  # noqa: B023
    with make_crew(site.start_web()) as crew:
        calm = time.monotonic()
        time.sleep(QUIET_SECONDS)
        down = time.monotonic()
        redis_proxy.refuse()
        run = training(**LONG)
        time.sleep(OUTAGE_SECONDS)
        redis_proxy.accept()
        redis_proxy.silence()
        time.sleep(OUTAGE_SECONDS)
        broker.flushall()
        up = time.monotonic()
        with seconds_until(lambda: state_of(run) != "queued") as starting:
            redis_proxy.mend()
        # Without a trainer beside them again, as before.
        kill_family(started["gpu-worker"])
        site.end_runs()
        returned = time.monotonic()
        time.sleep(QUIET_SECONDS)
    ledger, now = crew.ledger, time.monotonic()
    before, during = ledger.p95_milliseconds(calm, down), ledger.p95_milliseconds(down, up)
    after = ledger.p95_milliseconds(returned, now)

    assert (ledger.lost(), ledger.duplicates(), ledger.retries) == (0, 0, 0)
    # Ten milliseconds are the noise of a machine that does other things too.
    assert during < 1.2 * max(before, after) + 10
    assert starting[0] < 5
    fault(
        10,
        "Broker down, silent and emptied",
        injected=f"{OUTAGE_SECONDS:.0f} s refused, {OUTAGE_SECONDS:.0f} s silent, emptied",
        target="labeling's p95 rises < 20 % and 10 ms; queued runs start within 5 s of its return",
        measured=(
            f"p95 {before:.0f} ms before, {during:.0f} ms meanwhile, {after:.0f} ms afterwards; "
            f"{len(ledger.acknowledged)} labels, lost {ledger.lost()}; the queued run was claimed "
            f"{starting[0]:.1f} s after the return"
        ),
    )


def test_a_database_that_crashes_costs_no_label_and_no_step(site, training, fault):
    """The server is killed under labelers and a training, and comes back by recovery."""
    site.environment["CONCORD_RUN_LEASE_SECONDS"] = "60"
    site.start_training()
    port = site.start_web()
    run = training(**LONG)
    began = wait_for_step(run, 5)
    down = []
    with make_crew(port) as crew:
        for number in (signal.SIGKILL, signal.SIGQUIT, signal.SIGINT):
            time.sleep(1.5)
            postmaster = Postmaster.find()
            with seconds_until(postmaster.is_replaced, limit=90) as taken:
                postmaster.end(number)
            down.append(taken[0])
        back = time.monotonic()
        steps = step_of(run) - began
        time.sleep(4)
    run = wait_for_end(run)

    ledger = crew.ledger
    late = ledger.faults_since(back + 1)
    assert (run.state, run.attempt, repeated_steps(run)) == ("succeeded", 1, 0), story(run)
    assert steps > 20
    assert (ledger.lost(), ledger.duplicates(), ledger.contradictions, late) == (0, 0, 0, 0)
    assert ledger.retries > 0
    fault(
        11,
        "Postgres killed, crashed and restarted",
        injected=f"SIGKILL, immediate and fast stop; away {', '.join(f'{s:.1f} s' for s in down)}",
        target="labels lost 0, doubled 0; 5xx after recovery 0; the training goes on",
        measured=(
            f"{len(ledger.acknowledged)} labels acknowledged, lost {ledger.lost()}, doubled "
            f"{ledger.duplicates()}; {ledger.retries} calls tried again; 5xx later {late}; the "
            f"training made {steps} steps meanwhile and came to its end, attempts {run.attempt}"
        ),
    )


def test_an_answer_that_never_arrives_is_given_again_and_stored_once(site, fault):
    """The connection breaks after the server has committed; the browser sends it once more."""
    with FaultProxy("127.0.0.1", site.start_web()) as proxy:
        with make_crew(proxy.port) as crew:
            for _ in range(CUTS):
                time.sleep(CUT_EVERY_SECONDS)
                proxy.cut_answers(on=True)
                time.sleep(CUT_EVERY_SECONDS)
                proxy.cut_answers(on=False)
        ledger = crew.ledger

    assert (ledger.lost(), ledger.duplicates(), ledger.contradictions) == (0, 0, 0)
    assert ledger.retries > CUTS
    fault(
        17,
        "The answer to a submission is lost",
        injected=f"{CUTS} times the connection breaks where the answer should come",
        target="the retry finds the same record; duplicates 0",
        measured=(
            f"{len(ledger.acknowledged)} labels, {ledger.retries} calls given again; lost "
            f"{ledger.lost()}, doubled {ledger.duplicates()}"
        ),
    )


def test_a_sink_that_takes_no_figures_costs_the_training_no_step(site, training, ada, fault):
    """Somebody else has locked the tables of metrics and logs."""
    site.start_training()
    # A quick machine ends a long training while the tables are locked.
    run = training(**LONG | {"num_seeds": 10})
    began = wait_for_step(run, 5)

    with locked("training_stepmetrics", "training_runlog"):
        time.sleep(LOCKED_SECONDS)
        meanwhile = step_of(run) - began
        stored = step_of(run)
    wait_until(lambda: newest_figure(run) > stored, seconds=30)
    cancel_run(by=ada, run=run)
    run = wait_for_end(run)

    missing = newest_figure(run) - StepMetrics.objects.filter(run=run, phase="train").count()
    assert meanwhile > 20
    assert (run.attempt, repeated_steps(run), missing) == (1, 0, 0), story(run)
    fault(
        23,
        "Metrics and logs go nowhere",
        injected=f"their tables locked for {LOCKED_SECONDS:.0f} s",
        target="steps lost 0; the figures arrive later",
        measured=(
            f"{meanwhile} steps meanwhile; steps lost {repeated_steps(run)}, attempts "
            f"{run.attempt}; figures missing afterwards {missing}"
        ),
    )


def newest_figure(run):
    """Of those that the database has; 0 before the first delivery."""
    steps = StepMetrics.objects.filter(run=run, phase="train").order_by("-step")
    return steps.values_list("step", flat=True).first() or 0


@contextmanager
def locked(*tables):
    holder = psycopg2.connect(database_url())
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        holder.close()
