"""A step whose run failed goes on with its retry, wherever somebody asks for it (R74, R84)."""

import pytest

from tests.cast import client_of
from tests.training.rounds.boards import link, post, states, view_of
from training.models import RoundLink, RoundStep, Run, Snapshot
from training.runner.claim import claim, finish_unsuccessful, report_slots
from training.runner.letting_go import Ending
from training.services.rounds import advance_rounds, close_round, start_step
from training.services.runs import cancel_run, retry_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(ada, make_round):
    """A round whose sampling was cancelled, and the run."""
    opened = make_round(automatic=["sampling", "tasks"])
    [begun] = advance_rounds()
    cancel_run(by=ada, run=begun.run)
    return opened, begun.run


def test_why_it_failed_comes_apart_from_what_the_program_said(rosa, make_round):
    """The page says the reason in words, and shows the program's own behind them."""
    opened = make_round(automatic=["sampling"])
    [begun] = advance_rounds()
    report_slots("node")
    ending = Ending(reason="nan", detail="No number.", is_transient=False)
    finish_unsuccessful(claim(begun.run_id, host="node"), ending)

    step = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["steps"][0]

    assert (step["state"], step["note"]) == ("failed", "")
    assert (step["run"]["reason"], step["run"]["reason_detail"]) == ("nan", "No number.")


def test_a_cancelled_run_failed_for_no_reason(rosa, stopped):
    opened, _ = stopped

    step = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["steps"][0]

    assert (step["state"], step["run"]["state"]) == ("failed", "cancelled")
    assert (step["run"]["reason"], step["run"]["reason_detail"]) == (None, None)


def test_begin_again_retries_the_run_on_the_same_prompts(ada, stopped):
    opened, run = stopped

    answer = post(ada, f"{opened.pk}/steps/", {"step": "sampling"})

    assert answer.status_code == 200, answer.json()
    retry = Run.objects.get(pk=answer.json()["steps"][0]["run"]["id"])
    assert (retry.parent, retry.seed, retry.spec) == (run, run.seed, run.spec)
    assert answer.json()["steps"][0]["started_by"]["id"] == ada.pk
    assert Snapshot.objects.filter(name="Round 1: prompts").count() == 1


def test_a_retry_from_the_runs_own_page_takes_its_place(ada, stopped):
    opened, run = stopped

    answer = client_of(ada).post(f"/api/runs/{run.pk}/retry/", format="json")

    view = view_of(opened, RoundStep.SAMPLING)
    assert (view.state, str(view.link.run_id)) == ("working", answer.json()["id"])
    assert view.link.started_by == ada
    assert post(ada, f"{opened.pk}/steps/", {"step": "sampling"}).status_code == 409


def test_a_retry_of_what_the_round_has_left_behind_changes_nothing(ada, stopped):
    opened, run = stopped
    start_step(opened=opened, step=RoundStep.SAMPLING, by=ada)
    newest = view_of(opened, RoundStep.SAMPLING).link

    retry_run(by=ada, run=run)

    assert view_of(opened, RoundStep.SAMPLING).link == newest
    cancel_run(by=ada, run=newest.run)
    other = retry_run(by=ada, run=run)
    assert view_of(opened, RoundStep.SAMPLING).link.run == other
    assert states(opened)["tasks"] == "waiting"


def test_a_closed_round_goes_on_with_nothing(ada, stopped):
    opened, run = stopped
    close_round(by=ada, opened=opened)

    retry = retry_run(by=ada, run=run)

    assert not RoundLink.objects.filter(run=retry).exists()


def test_a_run_of_two_rounds_is_retried_in_both(ada, make_round, stopped):
    opened, run = stopped
    other = make_round(name="Round 2")
    link(other, RoundStep.SAMPLING, run=run)

    retry = retry_run(by=ada, run=run)

    found = RoundLink.objects.filter(run=retry).values_list("round", flat=True)
    assert set(found) == {opened.pk, other.pk}
