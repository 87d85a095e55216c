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
    INTERVAL,
    LONG,
    repeated_steps,
    seconds_until,
    state_of,
    step_of,
    story,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import trainer_pids, wait_until
from training.models import StepMetrics
from training.runner.environment import database_url
from training.runner.lease import TRUSTED_SHARE
from training.services.runs import cancel_run

# How long the broker refuses, is silent, and how long Postgres refuses. Longer than every wait on
# the way to the broker (5 s for a connection and for an answer, 1 s between two tries), so that
# whoever waits has come round by its end.
OUTAGE_SECONDS = float(os.environ.get("CONCORD_CHAOS_OUTAGE_SECONDS", "6"))
PLANNED_SECONDS = 60.0
IS_SHORTENED = OUTAGE_SECONDS < PLANNED_SECONDS
# The real one, which a runner trusts for two thirds of it.
LEASE_SECONDS = 60.0
TRUSTED_SECONDS = LEASE_SECONDS * TRUSTED_SHARE
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
        is_shortened=IS_SHORTENED,
        target="labeling's p95 rises < 20% and 10 ms; queued runs start within 5 s of its return",
        measured=(
            f"p95 {before:.0f} ms before, {during:.0f} ms meanwhile, {after:.0f} ms afterwards; "
            f"{len(ledger.acknowledged)} labels, lost {ledger.lost()}; the queued run was claimed "
            f"{starting[0]:.1f} s after the return"
        ),
    )


def test_a_database_that_crashes_and_stays_away_costs_no_label(
    site, training, ada, postgres_proxy, fault
):
    """Killed under labelers and a training, back by recovery; then it refuses everybody.

    The training goes on until its runner no longer trusts its lease, and is resumed afterwards.
    """
    site.environment["CONCORD_RUN_LEASE_SECONDS"] = str(int(LEASE_SECONDS))
    site.environment["DATABASE_URL"] = site.database_through(postgres_proxy)
    site.start_training()
    port = site.start_web()
    # As many steps as a quick machine makes in all of this.
    run = training(**LONG | {"num_seeds": 10})
    began = wait_for_step(run, 5)
    with make_crew(port) as crew:
        down = [crash(number) for number in (signal.SIGKILL, signal.SIGQUIT, signal.SIGINT)]
        crashed = step_of(run)
        wait_until(lambda: newest_figure(run) > crashed, seconds=30)
        trained = refuse(postgres_proxy, run)
        back = time.monotonic()
        reached = step_of(run)
        # Whoever waits to try again has done so; a run that was given up is taken back and resumed.
        wait_for_step(run, reached + 20)
        wait_until(lambda: newest_figure(run) > reached, seconds=30)
        time.sleep(max(0.0, back + 4 - time.monotonic()))
    cancel_run(by=ada, run=run)
    run = wait_for_end(run)

    ledger, is_given_up = crew.ledger, trained is not None
    late, loss = ledger.faults_since(back + 1), repeated_steps(run)
    missing = newest_figure(run) - run.metrics.filter(phase="train").count()
    assert (run.state, run.attempt, missing) == ("cancelled", 2 if is_given_up else 1, 0), story(
        run
    )
    assert is_given_up == (OUTAGE_SECONDS > TRUSTED_SECONDS)
    assert trained is None or trained > TRUSTED_SECONDS - 2
    assert loss <= (INTERVAL if is_given_up else 0)
    assert crashed - began > 20
    assert (ledger.lost(), ledger.duplicates(), ledger.contradictions, late) == (0, 0, 0, 0)
    assert ledger.retries > 0
    ended = f"its runner gave it up after {trained:.0f} s, and it lost" if trained else "it lost"
    fault(
        11,
        "Postgres killed, crashed, restarted and away",
        injected=(
            f"SIGKILL, immediate and fast stop, back after {', '.join(down)}; then "
            f"{OUTAGE_SECONDS:.0f} s refused"
        ),
        is_shortened=IS_SHORTENED,
        target=(
            "labels lost 0, doubled 0; 5xx after recovery 0; the training goes on for as long as "
            f"its lease is trusted, {TRUSTED_SECONDS:.0f} s; resume loss ≤ {INTERVAL} steps"
        ),
        measured=(
            f"{len(ledger.acknowledged)} labels acknowledged, lost {ledger.lost()}, doubled "
            f"{ledger.duplicates()}; {ledger.retries} calls tried again; 5xx later {late}; the "
            f"training made {reached - began} steps meanwhile; {ended} {loss} steps; attempts "
            f"{run.attempt}; figures missing {missing}"
        ),
    )


def crash(number):
    """End the server and wait for another one; how long that took, in words."""
    time.sleep(1.5)
    postmaster = Postmaster.find()
    with seconds_until(postmaster.is_replaced, limit=90) as taken:
        postmaster.end(number)
    return f"{taken[0]:.1f} s"


def refuse(proxy, run):
    """Nobody reaches Postgres during the outage; after how long the trainer was dead, if it was."""
    began, dead_after = time.monotonic(), None
    proxy.refuse()
    while (away := time.monotonic() - began) < OUTAGE_SECONDS:
        if dead_after is None and not trainer_pids(run.pk):
            dead_after = away
        time.sleep(0.1)
    proxy.accept()
    return dead_after


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
