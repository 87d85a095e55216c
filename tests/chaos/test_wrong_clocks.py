"""Fault 16: clocks that jump by hours."""

from itertools import pairwise
from pathlib import Path

from tests.chaos.labelers import make_crew
from tests.chaos.trainings import (
    LONG,
    repeated_steps,
    runners_of,
    step_of,
    story,
    wait_for_end,
    wait_for_step,
)
from tests.training.processes import wait_until

LABELS = 20
WRONG_CLOCK = Path(__file__).with_name("wrong_clock")


def test_clocks_that_jump_by_two_hours_take_nothing_away(site, training, tmp_path, fault):
    """Under a training and labelers; Postgres and the trainer keep the right time."""
    hours = tmp_path / "hours"
    hours.write_text("0")
    site.environment |= {"PYTHONPATH": str(WRONG_CLOCK), "CONCORD_CHAOS_CLOCK_FILE": str(hours)}
    port = site.start_web()
    started = site.start_training()
    run = training(**LONG)
    wait_for_step(run, 5)
    steps = []
    with make_crew(port) as crew:
        for said in ("2", "-2"):
            hours.write_text(said)
            [runner] = runners_of(run)
            for pid in (site.pid_of("web"), runner, *(one.pid for one in started.values())):
                wait_until(lambda: (pid, said) in turned(hours), seconds=60)  # noqa: B023
            steps.append(step_of(run))
            labels = len(crew.ledger.acknowledged)
            wait_until(
                lambda: len(crew.ledger.acknowledged) >= labels + LABELS,  # noqa: B023
                seconds=60,
            )
        run = wait_for_end(run)

    reaped = run.events.filter(actor="reaper").count()
    ledger = crew.ledger
    assert (run.state, reaped, run.attempt) == ("succeeded", 0, 1), story(run)
    assert all(before < after for before, after in pairwise([*steps, run.step])), steps
    assert repeated_steps(run) == 0
    assert (ledger.lost(), ledger.duplicates(), ledger.retries) == (0, 0, 0)
    fault(
        16,
        "Clocks jump by two hours",
        injected=(
            "web, worker, gpu-worker, beat and runner turned two hours ahead in the middle of a "
            "training, then two hours behind"
        ),
        target="wrong reaps 0; sessions and leases of labelers hold",
        measured=(
            f"reaped {reaped}; attempts {run.attempt}; {len(ledger.acknowledged)} labels, none "
            f"refused, lost or doubled; turned at the steps {steps[0]} and {steps[1]}"
        ),
    )


def turned(hours):
    """Which processes live at which hour by now."""
    seen = hours.with_suffix(".seen")
    lines = seen.read_text().splitlines() if seen.exists() else []
    return {(int(pid), said) for pid, said in map(str.split, lines)}
