"""Faults 1 to 5: one process after another, from the broker's worker to the rank, is killed."""

import os
import signal

import pytest

from tests.chaos.memory import LIMIT_BYTES, memory_group
from tests.chaos.site import REAP_SECONDS, TIMES, children_of, kill_family
from tests.chaos.trainings import (
    INTERVAL,
    LONG,
    STEPS,
    assert_bit_equal,
    is_gone,
    ranks_of,
    repeated_steps,
    seconds_until,
    state_of,
    step_of,
    story,
    torchrun_of,
    wait_for_attempt,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import trainer_pids, wait_until

# The real ones: 60 s of lease, a look every 15 s.
RESUME_TARGET = f"orphans 0; resume loss ≤ {INTERVAL} steps, one interval; the end bit-equal"


def test_celery_may_die_and_the_training_does_not_notice(site, training, uninterrupted, fault):
    """Its pool's child, then all of it, then a polite stop of its successor."""
    processes = site.start_training()
    run = training()

    step = wait_for_step(run, 5)
    [child] = children_of(processes["gpu-worker"].pid)
    os.kill(child, signal.SIGKILL)
    step = wait_for_step(run, step + 10)
    kill_family(processes["gpu-worker"])
    step = wait_for_step(run, step + 10)
    successor = site.start("gpu-worker")
    wait_until(lambda: site.is_ready(successor), seconds=60)
    at_stop = step_of(run)
    with seconds_until(lambda: successor.poll() is not None) as stopping:
        successor.terminate()
    assert at_stop < STEPS, "the training was over before the last fault"
    run = wait_for_end(run)

    assert_bit_equal(run, uninterrupted)
    assert (run.attempt, run.failures, repeated_steps(run)) == (1, 0, 0), story(run)
    assert stopping[0] < 10
    fault(
        1,
        "Celery's pool child killed",
        injected="SIGKILL during a training",
        target="steps lost 0; attempts 1",
        measured=f"steps lost {repeated_steps(run)}; attempts {run.attempt}; the end bit-equal",
    )
    fault(
        2,
        "Celery worker killed, and stopped",
        injected="SIGKILL to all of it, then SIGTERM to its successor",
        target="steps lost 0; the stop takes < 10 s",
        measured=f"steps lost {repeated_steps(run)}; the stop took {stopping[0]:.1f} s",
    )


def test_a_killed_runner_takes_its_trainer_along_and_the_run_resumes(
    site, training, uninterrupted, fault
):
    site.start_training()
    run = training()
    wait_for_step(run, 2 * INTERVAL + 3)

    runner = wait_for_attempt(run, 1).pid
    with seconds_until(lambda: trainer_pids(run.pk) == []) as dying:
        os.kill(runner, signal.SIGKILL)
    reached = step_of(run)
    with seconds_until(lambda: state_of(run) != "running") as noticing:
        pass
    run = wait_for_end(run)

    first, second = run.attempts.order_by("number")
    loss = reached - second.resumed_from_step
    limit = TIMES["RUN_LEASE_SECONDS"] + REAP_SECONDS
    assert_bit_equal(run, uninterrupted)
    assert (first.outcome, loss) == ("lost", repeated_steps(run)), story(run)
    assert loss <= INTERVAL
    assert dying[0] < 5
    assert noticing[0] + dying[0] <= limit
    fault(
        3,
        "Runner killed",
        injected="SIGKILL during a training",
        target=f"its trainer gone in < 5 s; taken back within lease + 15 s; {RESUME_TARGET}",
        measured=(
            f"trainer gone in {dying[0]:.1f} s; taken back after {noticing[0] + dying[0]:.0f} s "
            f"(limit here {limit:.0f} s); lost {loss} steps; orphans 0; the end bit-equal"
        ),
    )


def test_a_killed_torchrun_takes_its_ranks_along_and_the_run_resumes(
    site, training, uninterrupted, fault
):
    site.start_training()
    run = training()
    wait_for_step(run, 2 * INTERVAL + 2)
    ranks = ranks_of(run)

    with seconds_until(lambda: all(map(is_gone, ranks))) as dying:
        os.kill(torchrun_of(run), signal.SIGKILL)
    reached = step_of(run)
    run = wait_for_end(run)

    first, second = run.attempts.order_by("number")
    loss = reached - second.resumed_from_step
    assert_bit_equal(run, uninterrupted)
    assert first.outcome == "killed", story(run)
    assert loss == repeated_steps(run) <= INTERVAL
    assert dying[0] < 2
    fault(
        4,
        "torchrun killed",
        injected="SIGKILL to the agent during a training",
        target=f"ranks gone in < 2 s; {RESUME_TARGET}",
        measured=(
            f"ranks gone in {dying[0]:.1f} s; recorded as {first.outcome}; lost {loss} steps; "
            "orphans 0; the end bit-equal"
        ),
    )


def test_a_rank_that_is_always_killed_ends_the_run_after_three(site, training, fault):
    site.start_training()
    run = training(**LONG)

    end_every_attempt(run, lambda rank: os.kill(rank, signal.SIGKILL))

    outcomes = list(run.attempts.order_by("number").values_list("outcome", flat=True))
    assert (run.state, run.reason) == ("failed", "killed"), story(run)
    assert outcomes == ["killed"] * 3
    assert trainer_pids(run.pk) == []
    fault(
        5,
        "Rank killed, again and again",
        injected="SIGKILL in every attempt, after some steps",
        target="attempts ≤ 3, then failed with its reason; orphans 0",
        measured=f"attempts {run.attempt}; failed({run.reason}); orphans 0",
    )


def test_a_rank_that_the_kernel_kills_for_memory_ends_the_run_as_out_of_memory(
    site, training, fault
):
    """By a real limit: it may have one more megabyte in the middle of its steps."""
    site.start_training()
    run = training(**LONG)

    with memory_group() as group:
        if group is None:
            pytest.skip(
                "no memory group can be made here: that takes root and the memory controller"
            )
        end_every_attempt(run, group.starve)

    outcomes = list(run.attempts.order_by("number").values_list("outcome", flat=True))
    assert (run.state, run.reason) == ("failed", "out_of_memory"), story(run)
    # Twice at the same step is enough.
    assert outcomes == ["out_of_memory"] * len(outcomes), story(run)
    assert len(outcomes) in (2, 3)
    assert trainer_pids(run.pk) == []
    fault(
        5,
        "Rank out of memory, killed by the kernel",
        injected=f"{LIMIT_BYTES >> 20} MiB more by cgroup v{group.version}, in every attempt",
        target="attempts ≤ 3, then failed(out_of_memory); orphans 0",
        measured=f"attempts {run.attempt}; failed({run.reason}); orphans 0",
    )


def end_every_attempt(run, end):
    """Do this to the rank of every attempt, in the middle of its steps, until the run is over."""
    for number in (1, 2, 3):
        wait_for_attempt(run, number)
        wait_until(lambda: ranks_of(run), seconds=60)
        reached = step_of(run)
        wait_for_step(run, reached + 1)
        [rank] = ranks_of(run)
        end(rank)
        wait_until(lambda: state_of(run) != "running", seconds=30)
        if state_of(run) == "failed":
            break
    wait_for_end(run)
