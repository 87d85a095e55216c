"""The table that the faults fill."""

import time

import pytest

from tests.chaos.ledger import Ledger, Row

LEDGER = Ledger()


def pytest_collection_modifyitems(items):
    """Only the faults themselves are chaos; their tools are tested with everything else."""
    for item in items:
        if "fault" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chaos)


def pytest_terminal_summary(terminalreporter):
    if not LEDGER.fresh:
        return
    LEDGER.save()
    terminalreporter.section("faults")
    for row in LEDGER.fresh:
        terminalreporter.write_line(row.line())


@pytest.fixture
def fault():
    """Writes this fault's row. Called last: a missed target fails and leaves the old row alone."""
    started = time.monotonic()

    def measured(number, name, *, injected, target, measured):
        LEDGER.add(
            Row(
                number=number,
                fault=name,
                injected=injected,
                target=target,
                measured=measured,
                on=time.strftime("%Y-%m-%d", time.gmtime()),
                seconds=round(time.monotonic() - started, 1),
            )
        )

    return measured
