"""What the page of a run shows, also of runs that are out of the ordinary."""

from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from tests.cast import client_of
from tests.training.run_states import make_run_in
from training.models import Run, RunState
from training.runner.claim import (
    claim,
    finish_unsuccessful,
    heartbeat,
    report_slots,
    start_running,
)
from training.runner.letting_go import Ending

pytestmark = pytest.mark.django_db


def page(person, run):
    return client_of(person).get(f"/api/runs/{run.pk}/")


@pytest.fixture
def make_ended(ada):
    """A run of a stage that ended and made no weights."""

    def make(stage, *, state=RunState.SUCCEEDED, **hyperparameters):
        spec = {"stage": stage, "inputs": {}, "hyperparameters": hyperparameters, "seed": 5}
        return make_run_in(
            state,
            name=stage,
            stage=stage,
            spec=spec,
            spec_sha256="0" * 64,
            seed=5,
            code_revision="abc123",
            created_by=ada,
        )

    return make


@pytest.mark.parametrize("stage", ["generalisation", "sampling", "scoring"])
def test_a_run_that_makes_no_weights_has_a_page_when_it_is_done(rosa, make_ended, stage):
    run = make_ended(stage)

    answer = page(rosa, run)

    assert answer.status_code == 200
    assert answer.json()["output_model_version"] is None


@pytest.mark.parametrize(
    ("hyperparameters", "said"),
    [
        ({"temperature": -1.0}, "temperature: must be between 0 and 10."),
        ({"beam_width": 4}, "beam_width: no such hyperparameter of this stage."),
    ],
)
def test_hyperparameters_that_no_longer_hold_are_shown_with_the_reason(
    rosa, ada, make_ended, hyperparameters, said
):
    """R47: an earlier release took them; the page and the list say why this one would not."""
    run = make_ended("sampling", **hyperparameters)

    shown = page(rosa, run).json()

    assert shown["hyperparameters"] == hyperparameters
    assert shown["changed"] == list(hyperparameters)
    assert shown["warnings"][0].startswith(said)
    assert client_of(rosa).get("/api/runs/").status_code == 200
    failed = make_ended("sampling", state=RunState.FAILED, **hyperparameters)
    refused = client_of(ada).post(f"/api/runs/{failed.pk}/retry/")
    assert refused.status_code == 400
    assert f"hyperparameters.{next(iter(hyperparameters))}" in refused.json()["fields"]


def test_ppo_with_pretraining_text_is_told_from_ppo(rosa, make_ended):
    """R67: by the weight of the text, on the page as in the list."""
    ptx = make_ended("ppo", state=RunState.FAILED, ptx_coef=27.8)
    plain = make_ended("ppo", state=RunState.FAILED, ptx_coef=0.0)
    other = make_ended("sft", state=RunState.FAILED)

    rows = {row["id"]: row["is_ptx"] for row in client_of(rosa).get("/api/runs/").json()["results"]}

    assert rows == {str(ptx.pk): True, str(plain.pk): False, str(other.pk): False}
    assert page(rosa, ptx).json()["is_ptx"] is True


def test_a_run_at_work_says_when_it_was_last_heard_of(rosa, make_run, settings):
    run = make_run()
    assert (page(rosa, run).json()["heartbeat_at"], run.checkpointed_at) == (None, None)
    report_slots("node-a")
    held = claim(run.pk, host="node-a")
    start_running(held, pid=1)
    Run.objects.update(checkpointed_at=Now())
    began = datetime.fromisoformat(page(rosa, run).json()["heartbeat_at"])
    heartbeat(held)
    # The web may be told of another lease than the worker: what was heard is when it was heard.
    settings.RUN_LEASE_SECONDS = 3_600

    shown = page(rosa, run).json()

    heard = datetime.fromisoformat(shown["heartbeat_at"])
    assert began < heard <= timezone.now()
    assert timezone.now() - heard < timedelta(seconds=30)
    assert shown["checkpointed_at"] is not None
    finish_unsuccessful(held, Ending(reason="nan"))
    assert page(rosa, run).json()["heartbeat_at"] is None


def test_the_evaluations_that_a_run_was_asked_for_are_part_of_what_it_shows(rosa, make_run):
    assert page(rosa, make_run()).json()["evaluations"] == []
