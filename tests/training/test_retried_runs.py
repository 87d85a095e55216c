"""A clone with a parent goes on where the parent stopped (R74)."""

from uuid import UUID

import pytest

from training.models import Run, StepMetrics
from training.runner import supervisor
from training.runner.claim import claim, report_slots
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, queue_run, retry_run

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "node-a"
FAILS_AT_THE_SECOND_STEP = """
    checkpoint = work / "checkpoints" / "step-00000002"
    if checkpoint.exists():
        report(3, loss=0.25)
        write_model()
        end("succeeded", 0, resumed_from_step=2)
    report(2, loss=0.5)
    checkpoint.mkdir(parents=True)
    end("failed", 1, reason="disk_full", detail="no space", steps=2)
    """


@pytest.fixture(autouse=True)
def quick(settings):
    settings.HEARTBEAT_SECONDS = 1
    settings.RUN_RETRY_SECONDS = 0


@pytest.fixture
def run(make_run):
    report_slots(HOST)
    return make_run()


def supervised(run):
    held = claim(run.pk, host=HOST)
    supervisor.supervise(run.pk, held.fence)
    run.refresh_from_db()
    return run


def test_it_resumes_from_its_parents_checkpoint(attempt, ada):
    failed = attempt(FAILS_AT_THE_SECOND_STEP)

    retried = supervised(retry_run(by=ada, run=failed))

    assert (failed.state, failed.reason) == ("failed", "disk_full")
    assert (retried.state, retried.parent_id) == ("succeeded", failed.pk)
    own = retried.attempts.get()
    assert (own.resumed_from_step, own.first_new_step) == (2, 3)
    assert own.stepped_at >= own.started_at
    assert [one.step for one in StepMetrics.objects.filter(run=retried)] == [2, 3]
    notes = retried.events.filter(detail__contains="goes on from").values_list("detail")
    assert [str(failed.pk) in detail for (detail,) in notes] == [True]


def test_it_resumes_over_a_retry_that_was_cancelled_while_it_waited(attempt, ada):
    """R74: that one never took over what there was."""
    failed = attempt(FAILS_AT_THE_SECOND_STEP)
    cancelled = cancel_run(by=ada, run=retry_run(by=ada, run=failed))

    retried = supervised(retry_run(by=ada, run=cancelled))

    assert (retried.state, retried.parent_id) == ("succeeded", cancelled.pk)
    assert retried.attempts.get().resumed_from_step == 2
    assert retried.events.filter(detail__endswith=f"checkpoints of run {failed.pk}").exists()


def test_it_goes_on_although_what_may_change_has_changed(attempt, ada):
    """R74: a run that stopped for want of memory goes on in smaller pieces."""
    failed = attempt(FAILS_AT_THE_SECOND_STEP)
    smaller = {"max_tokens_per_forward": 512}

    retried = supervised(retry_run(by=ada, run=failed, hyperparameters=smaller))

    assert (retried.state, retried.attempts.get().resumed_from_step) == ("succeeded", 2)
    assert retried.spec["hyperparameters"]["max_tokens_per_forward"] == 512
    assert retried.spec_sha256 != failed.spec_sha256


def test_other_data_begins_anew(attempt, ada):
    """Whatever made the specifications differ, only what may change is looked past."""
    failed = attempt(FAILS_AT_THE_SECOND_STEP)
    inputs = {role: UUID(chosen["id"]) for role, chosen in failed.spec["inputs"].items()}
    other_order = RunRequest(stage=failed.stage, inputs=inputs, seed=failed.seed + 1)

    other = supervised(queue_run(by=ada, request=other_order, parent=failed))

    assert (other.reason, other.attempts.get().resumed_from_step) == ("disk_full", 0)


def test_other_code_begins_anew(attempt, ada):
    """The row says which code trained it; a mixture would be a lie."""
    failed = attempt(FAILS_AT_THE_SECOND_STEP)
    retried = retry_run(by=ada, run=failed)
    Run.objects.filter(pk=retried.pk).update(code_revision="another commit")

    retried = supervised(retried)

    assert (retried.reason, retried.attempts.get().resumed_from_step) == ("disk_full", 0)
