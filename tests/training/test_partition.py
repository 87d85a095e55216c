"""A runner cut off from the database: its trainer dies before the run can be given away."""

import pytest
from django.db import connection

from tests.chaos.fault_proxy import FaultProxy
from tests.training.fake_trainers import NEVER_STOPS, start_runner
from tests.training.processes import trainer_pids, wait_until
from training.models import RunLog, StepMetrics
from training.runner.claim import claim, report_slots
from training.runner.environment import database_url
from training.runner.periodic import reap


@pytest.mark.django_db(transaction=True)
def test_a_partition_never_gives_two_trainers(settings, make_run):
    """Fault 14: overlap 0 s, zombie writes 0."""
    # A third of it is left between the trainer's end and the reaper, on a slow machine too.
    settings.RUN_LEASE_SECONDS = 6
    settings.HEARTBEAT_SECONDS = 1
    settings.RUN_RETRY_SECONDS = 0
    report_slots("node-a")
    run = make_run()
    held = claim(run.pk, host="node-a")
    wired = connection.settings_dict
    with FaultProxy(wired["HOST"], int(wired["PORT"])) as proxy:
        runner = start_runner(held, NEVER_STOPS, DATABASE_URL=through(proxy.port))
        wait_until(lambda: StepMetrics.objects.filter(run=run).exists())

        proxy.silence()
        wait_until(lambda: trainer_pids(run.pk) == [])
        is_still_owned = reap() == []
        wait_until(reap)
        rows = (StepMetrics.objects.count(), RunLog.objects.count())
        proxy.mend()
        runner.wait(timeout=120)

    run.refresh_from_db()
    assert is_still_owned, "the trainer must be dead before the run can be taken away"
    assert (run.state, run.fence, run.failures) == ("retry_wait", 2, 1)
    assert (StepMetrics.objects.count(), RunLog.objects.count()) == rows


def through(port):
    """The test database's address by way of the proxy."""
    return database_url().replace(f":{connection.settings_dict['PORT']}/", f":{port}/")
