"""Cancel, pause and resume at every state, and transitions that nobody may make (1.5)."""

import uuid
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from labeling.errors import Refused
from tests.training.run_states import take_to
from training.models import LIVE_STATES, GpuSlot, Run, RunEvent, RunState
from training.runner.claim import (
    WasCancelled,
    begin_stopping,
    claim,
    finish_succeeded,
    finish_unsuccessful,
    report_slots,
    start_running,
)
from training.runner.letting_go import Ending
from training.runner.periodic import requeue_due
from training.services.runs import cancel_run, pause_run, prioritise_run, resume_run

pytestmark = pytest.mark.django_db

HOST = "node-a"
KNOWN = {
    ("draft", "queued"),
    *product(["queued"], ["claimed", "cancelled"]),
    *product(["claimed"], ["running", "stopping", "retry_wait", "failed", "cancelled", "paused"]),
    *product(["running"], ["stopping", "retry_wait", "succeeded", "failed", "cancelled", "paused"]),
    *product(["stopping"], ["cancelled", "paused", "retry_wait", "failed", "succeeded"]),
    *product(["retry_wait"], ["queued", "cancelled"]),
    *product(["paused"], ["queued", "cancelled"]),
}


@pytest.fixture
def held(make_run):
    report_slots(HOST)
    return claim(make_run().pk, host=HOST)


@pytest.fixture
def run(held):
    return Run.objects.get(pk=held.run_id)


def stopped(held):
    return finish_unsuccessful(held, Ending(reason="stopped", exit_code=75, last_step=3))


def test_a_queued_run_is_cancelled_at_once(make_run, ada):
    run = cancel_run(by=ada, run=make_run())

    assert run.state == "cancelled"
    assert run.ended_at is not None
    assert run.cancel_requested_by == ada


def test_a_waiting_run_is_cancelled_at_once(held, run, ada):
    finish_unsuccessful(held, Ending(reason="killed", is_transient=True))

    assert cancel_run(by=ada, run=run).state == "cancelled"


def test_a_paused_run_is_cancelled_at_once(held, run, ada):
    pause_run(by=ada, run=run)
    stopped(held)

    assert cancel_run(by=ada, run=run).state == "cancelled"


@pytest.mark.parametrize("state", LIVE_STATES)
def test_a_live_run_is_cancelled_by_its_runner(held, run, ada, state):
    if state != RunState.CLAIMED:
        start_running(held, pid=1)
    if state == RunState.STOPPING:
        begin_stopping(held, why="preempted")

    asked = cancel_run(by=ada, run=run)

    assert asked.state == state
    assert asked.cancel_requested_at is not None
    assert RunEvent.objects.last().detail == "cancel requested"
    assert stopped(held) == "cancelled"


def test_cancelling_twice_is_refused(held, run, ada):
    cancel_run(by=ada, run=run)

    with pytest.raises(Refused) as refusal:
        cancel_run(by=ada, run=run)

    assert refusal.value.code == "already_cancelling"


def test_an_ended_run_cannot_be_cancelled(held, run, ada):
    finish_unsuccessful(held, Ending(reason="bad_input"))

    with pytest.raises(Refused) as refusal:
        cancel_run(by=ada, run=run)

    assert refusal.value.code == "run_has_ended"


def test_a_cancelled_run_is_never_claimed(make_run, ada):
    report_slots(HOST)
    run = cancel_run(by=ada, run=make_run())

    assert claim(run.pk, host=HOST) is None


def test_a_pause_ends_in_paused_and_a_resume_in_the_queue(held, run, ada):
    start_running(held, pid=1)
    pause_run(by=ada, run=run)
    begin_stopping(held, why="pause")

    assert stopped(held) == "paused"
    resumed = resume_run(by=ada, run=run)

    assert (resumed.state, resumed.failures, resumed.step) == ("queued", 0, 3)
    assert claim(run.pk, host=HOST).attempt == 2


def test_pausing_and_resuming_never_uses_up_the_budget(make_run, ada):
    """Two counters: attempts rise with every claim, failures only with failures."""
    report_slots(HOST)
    run = make_run()
    for _ in range(5):
        held = claim(run.pk, host=HOST)
        pause_run(by=ada, run=run)
        stopped(held)
        resume_run(by=ada, run=run)

    run.refresh_from_db()
    assert (run.attempt, run.failures) == (5, 0)


def test_a_resumed_run_gets_a_new_deadline(held, run, ada):
    pause_run(by=ada, run=run)
    stopped(held)

    assert resume_run(by=ada, run=run).deadline_at is None


def test_only_a_run_at_work_can_be_paused(make_run, ada):
    with pytest.raises(Refused) as refusal:
        pause_run(by=ada, run=make_run())

    assert refusal.value.code == "cannot_pause"


def test_pausing_twice_is_refused(run, ada):
    pause_run(by=ada, run=run)

    with pytest.raises(Refused) as refusal:
        pause_run(by=ada, run=run)

    assert refusal.value.code == "already_pausing"


def test_only_a_paused_run_can_be_resumed(run, ada):
    with pytest.raises(Refused) as refusal:
        resume_run(by=ada, run=run)

    assert refusal.value.code == "not_paused"


def test_a_cancel_wins_over_a_pause(held, run, ada):
    pause_run(by=ada, run=run)
    cancel_run(by=ada, run=run)

    assert stopped(held) == "cancelled"


def test_a_preempted_run_is_due_at_once_and_keeps_its_budget(held, run):
    start_running(held, pid=1)
    begin_stopping(held, why="the runner was told to leave")

    assert stopped(held) == "retry_wait"
    assert requeue_due() == [run.pk]
    run.refresh_from_db()
    assert run.failures == 0


def test_a_permanent_failure_ends_the_run_with_its_reason(held, run):
    start_running(held, pid=1)

    ending = Ending(reason="nan", detail="loss is nan", exit_code=1, last_step=9)
    assert finish_unsuccessful(held, ending) == "failed"

    run.refresh_from_db()
    assert (run.reason, run.reason_detail, run.step) == ("nan", "loss is nan", 9)
    attempt = run.attempts.get()
    assert (attempt.outcome, attempt.exit_code, attempt.last_step) == ("nan", 1, 9)
    assert attempt.ended_at is not None


def test_a_poisoned_run_is_tried_three_times(settings, make_run):
    """Fault 21: executions = 3."""
    settings.RUN_RETRY_SECONDS = 0
    report_slots(HOST)
    run = make_run()
    executions = 0
    while (held := claim(run.pk, host=HOST)) is not None:
        executions += 1
        start_running(held, pid=1)
        finish_unsuccessful(held, Ending(reason="killed", is_transient=True, exit_code=-11))
        requeue_due()

    run.refresh_from_db()
    assert executions == 3
    assert (run.state, run.reason) == ("failed", "killed")


def attempts(run, endings):
    """Carries the run through these endings, one attempt each; where each one left it."""
    report_slots(HOST)
    states = []
    for ending in endings:
        held = claim(run.pk, host=HOST)
        start_running(held, pid=1)
        states.append(str(finish_unsuccessful(held, ending)))
        requeue_due()
    run.refresh_from_db()
    return states


def out_of_memory_at(step):
    return Ending(reason="out_of_memory", is_transient=True, last_step=step)


def test_running_out_of_memory_twice_at_the_same_step_is_final(settings, make_run):
    """1.5: a neighbour's memory may be free again, the run's own need will not shrink."""
    settings.RUN_RETRY_SECONDS = 0
    run = make_run()

    states = attempts(run, [out_of_memory_at(4), out_of_memory_at(9), out_of_memory_at(9)])

    assert states == ["retry_wait", "retry_wait", "failed"]
    assert (run.reason, run.failures) == ("out_of_memory", 3)


def test_running_out_of_memory_twice_in_a_row_needs_no_third_attempt(settings, make_run):
    settings.RUN_RETRY_SECONDS = 0
    run = make_run()

    assert attempts(run, [out_of_memory_at(4), out_of_memory_at(4)]) == ["retry_wait", "failed"]


def test_ten_attempts_that_get_no_further_are_the_last(make_run):
    """1.5: preemption costs no budget, yet a run that never advances must end.

    The first attempt reaches step 3; the ten after it are ended at 3 or before.
    """
    run = make_run()
    preempted = [Ending(reason="stopped", last_step=step) for step in [3, 2, *[3] * 9]]

    states = attempts(run, preempted)

    assert states == [*["retry_wait"] * 10, "failed"]
    assert (run.reason, run.failures) == ("no_progress", 1)
    assert run.reason_detail == "10 attempts in a row got no further than step 3."


def test_attempts_that_advance_may_be_many(make_run):
    run = make_run()

    states = attempts(run, [Ending(reason="stopped", last_step=step) for step in range(14)])

    assert set(states) == {"retry_wait"}
    assert (run.failures, run.attempt) == (0, 14)


def test_an_attempt_remembers_why_it_ended_and_what_it_needed(held):
    start_running(held, pid=1)
    finish_unsuccessful(
        held, Ending(reason="killed", detail="why", is_transient=True, peak_memory_bytes=5 << 30)
    )

    attempt = Run.objects.get().attempts.get()
    assert (attempt.outcome, attempt.detail) == ("killed", "why")
    assert attempt.peak_memory_bytes == 5 << 30
    assert attempt.boot_id != ""


def test_a_priority_is_on_record_with_who_set_it(make_run, ada):
    run = prioritise_run(by=ada, run=make_run(), priority=7)

    event = RunEvent.objects.last()
    assert (run.priority, event.detail) == (7, "priority 0 -> 7")
    assert event.actor == f"person:{ada.pk}"


def test_an_ended_run_has_no_priority_any_more(held, run, ada):
    finish_unsuccessful(held, Ending(reason="bad_input"))

    with pytest.raises(Refused) as refusal:
        prioritise_run(by=ada, run=run, priority=1)

    assert refusal.value.code == "run_has_ended"


def test_a_run_that_finished_while_pausing_has_succeeded(held, run, ada):
    start_running(held, pid=1)
    pause_run(by=ada, run=run)
    begin_stopping(held, why="pause")

    assert finish_succeeded(held, Ending(reason="succeeded", last_step=10))

    run.refresh_from_db()
    assert (run.state, run.lease_until, run.slot) == ("succeeded", None, None)


def test_a_run_that_finished_after_it_was_cancelled_has_not_succeeded(held, run, ada):
    """The wish was accepted, so it is kept: no heartbeat had told the runner of it."""
    start_running(held, pid=1)
    cancel_run(by=ada, run=run)

    with pytest.raises(WasCancelled):
        finish_succeeded(held, Ending(reason="succeeded", last_step=10))

    assert stopped(held) == "cancelled"


def test_every_transition_left_its_event(held, run, ada):
    start_running(held, pid=1)
    begin_stopping(held, why="pause")
    pause = list(RunEvent.objects.filter(run=run).values_list("from_state", "to_state"))

    assert pause == [
        ("draft", "queued"),
        ("queued", "claimed"),
        ("claimed", "running"),
        ("running", "stopping"),
    ]


def test_events_cannot_be_rewritten(run):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RunEvent.objects.filter(run=run).update(actor="nobody")


@pytest.mark.parametrize("source", RunState.values)
def test_the_database_refuses_every_unknown_transition(make_run, source):
    """The trigger holds against any SQL: all 10 x 10 pairs are tried."""
    run = make_run()
    report_slots(HOST)

    allowed = {target for target in RunState.values if is_allowed(run, source, target)}

    stays = {source} - {"succeeded", "failed", "cancelled"}
    assert allowed == {target for start, target in KNOWN if start == source} | stays


def is_allowed(run, source, target):
    """Whether Postgres lets a run that was stored in one state go to another."""
    slot, lease_until = holding(source)
    take_to(new_draft(run), source, slot=slot, lease_until=lease_until)
    slot, lease_until = holding(target)
    try:
        with transaction.atomic():
            Run.objects.filter(pk=run.pk).update(state=target, slot=slot, lease_until=lease_until)
    except DatabaseError as refusal:
        if "cannot go from" not in str(refusal) and "has ended" not in str(refusal):
            raise
        return False
    finally:
        Run.objects.filter(pk=run.pk).delete()
    return True


@pytest.mark.parametrize("state", [state for state in RunState.values if state != "draft"])
def test_the_database_stores_no_run_that_does_not_begin_as_a_draft(make_run, state):
    """The way into the state machine is guarded too: [*] leads to draft alone."""
    run = make_run()
    report_slots(HOST)
    slot, lease_until = holding(state)

    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        new_draft(run, state=state, slot=slot, lease_until=lease_until)


def new_draft(run, **fields):
    """Another row like this run's, which nothing has happened to."""
    run.pk = uuid.uuid4()
    for name, value in ({"state": "draft", "slot": None, "lease_until": None} | fields).items():
        setattr(run, name, value)
    run.save(force_insert=True)
    return run


def holding(state):
    """A live state needs a slot and a lease, any other must have neither."""
    return (GpuSlot.objects.get(), timezone.now()) if state in LIVE_STATES else (None, None)
