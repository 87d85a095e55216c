"""Fault 16: clocks that are wrong by hours."""

from pathlib import Path

from tests.chaos.labelers import make_crew
from tests.chaos.trainings import assert_bit_equal, story, wait_for_end, wait_for_step
from tests.training.processes import wait_until

LABELS = 20
WRONG_CLOCK = Path(__file__).with_name("wrong_clock")


def test_clocks_that_are_two_hours_wrong_take_nothing_away(site, training, uninterrupted, fault):
    """Every process of ours twice, once ahead and once behind; Postgres keeps the right time."""
    ports = []
    for hours in (2, -2):
        wrong = clock_off_by(hours)
        ports.append(site.start_web(**wrong))
        workers = [site.start(name, **wrong) for name in ("gpu-worker", "worker", "beat")][:2]
        wait_until(lambda: all(map(site.is_ready, workers)), seconds=60)  # noqa: B023
    run = training()
    wait_for_step(run, 5)
    crews = [make_crew(port) for port in ports]
    with crews[0], crews[1]:
        run = wait_for_end(run)
        wait_until(
            lambda: min(len(crew.ledger.acknowledged) for crew in crews) >= LABELS, seconds=60
        )

    reaped = run.events.filter(actor="reaper").count()
    ledgers = [crew.ledger for crew in crews]
    labels = [len(ledger.acknowledged) for ledger in ledgers]
    assert_bit_equal(run, uninterrupted)
    assert (reaped, run.attempt) == (0, 1), story(run)
    for ledger in ledgers:
        assert (ledger.lost(), ledger.duplicates(), ledger.retries) == (0, 0, 0)
    fault(
        16,
        "Clocks wrong by two hours",
        injected="web, worker, gpu-worker and beat two hours ahead, and again two hours behind",
        target="wrong reaps 0; sessions and leases of labelers hold",
        measured=(
            f"reaped {reaped}; attempts {run.attempt}; {sum(labels)} labels through both webs, "
            "none refused, lost or doubled"
        ),
    )


def clock_off_by(hours):
    return {"PYTHONPATH": str(WRONG_CLOCK), "CONCORD_CHAOS_CLOCK_HOURS": str(hours)}
