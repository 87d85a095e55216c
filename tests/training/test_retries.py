"""Retries over HTTP: what one may change of the run that it goes on from (R74)."""

import pytest

from tests.cast import client_of
from tests.training.chains import make_ended_run
from training.ml.hyperparameters import STAGES
from training.models import Artifact, Run, Snapshot
from training.services.retries import changeable
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, request_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(ada, base_model, make_artifact, make_snapshot):
    """A PPO run that ended at its ceiling."""
    artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"a": 1}'})
    reward_model = make_ended_run(
        by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
    )
    run = request_run(
        by=ada,
        request=RunRequest(
            stage="ppo",
            name="beta 0.01",
            inputs={
                "policy": base_model.pk,
                "reward_model": reward_model.pk,
                "prompts": make_snapshot(Snapshot.Kind.PPO).pk,
            },
            hyperparameters={"kl_ceiling": 30.0},
            seed=3,
        ),
    )
    return cancel_run(by=ada, run=run)


def retry(person, run, **hyperparameters):
    body = {"hyperparameters": hyperparameters} if hyperparameters else None
    return client_of(person).post(f"/api/runs/{run.pk}/retry/", body, format="json")


def test_a_run_that_stopped_at_its_ceiling_goes_on_below_a_higher_one(ada, stopped):
    answer = retry(ada, stopped, kl_ceiling=60.0)

    assert answer.status_code == 200
    fresh = answer.json()
    assert fresh["parent_id"] == str(stopped.pk)
    assert fresh["hyperparameters"] == stopped.spec["hyperparameters"] | {"kl_ceiling": 60.0}
    assert (fresh["seed"], fresh["name"]) == (3, "beta 0.01")
    assert fresh["events"][-1]["detail"] == f"kl_ceiling 30.0 -> 60.0, unlike run {stopped.pk}"
    stopped.refresh_from_db()
    assert stopped.spec["hyperparameters"]["kl_ceiling"] == 30.0


@pytest.mark.parametrize(
    "change", [{"kl_coef": 0.1}, {"learning_rate": 1e-6}, {"episodes": 512}, {"temperature": 0.7}]
)
def test_what_decides_what_is_learned_needs_a_new_run(ada, stopped, change):
    answer = retry(ada, stopped, kl_ceiling=60.0, **change)

    assert answer.status_code == 400
    fields = answer.json()["fields"]
    assert set(fields) == {f"hyperparameters.{name}" for name in change}
    assert "kl_ceiling" in fields[f"hyperparameters.{next(iter(change))}"][0]
    assert Run.objects.filter(parent=stopped).count() == 0


def test_what_stays_as_it_was_is_no_change(ada, stopped):
    answer = retry(ada, stopped, kl_ceiling=30.0, kl_coef=0.02)

    assert answer.json()["spec_sha256"] == stopped.spec_sha256
    assert [event["detail"] for event in answer.json()["events"]] == [""]


def test_a_value_that_cannot_be_used_is_named(ada, stopped):
    answer = retry(ada, stopped, kl_ceiling=-1)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"hyperparameters.kl_ceiling"}


def test_nonsense_is_refused(ada, stopped):
    body = {"hyperparameters": ["kl_ceiling"]}
    answer = client_of(ada).post(f"/api/runs/{stopped.pk}/retry/", body, format="json")

    assert answer.status_code == 400


def test_a_retry_without_a_body_is_the_same_run_again(ada, stopped):
    assert retry(ada, stopped).json()["spec_sha256"] == stopped.spec_sha256


def test_a_run_that_has_not_ended_is_not_retried_with_changes_either(ada, stopped):
    fresh = Run.objects.get(pk=retry(ada, stopped).json()["id"])

    assert retry(ada, fresh, kl_ceiling=60.0).status_code == 409


def test_a_researcher_retries_nothing(rosa, stopped):
    assert retry(rosa, stopped, kl_ceiling=60.0).status_code == 403


def test_only_limits_memory_rhythm_and_samples_may_change():
    """Neither the data, their order, nor what a step does; a new field is fixed unless it says."""
    assert {stage: set(changeable(stage)) for stage in STAGES} == {
        "sft": {
            "max_tokens_per_forward",
            "checkpoint_every_steps",
            "sample_prompts",
            "sample_max_tokens",
        },
        "reward_model": {"max_tokens_per_forward", "checkpoint_every_steps"},
        "generalisation": {"max_tokens_per_forward", "checkpoint_every_steps"},
        "ppo": {
            "kl_ceiling",
            "sampler_gap_limit",
            "max_tokens_per_forward",
            "max_tokens_kept",
            "checkpoint_every_steps",
            "sample_prompts",
            "sample_max_tokens",
        },
        "sampling": {"max_rows_per_forward"},
        "scoring": {"max_tokens_per_forward"},
    }
