"""Requesting a run: everything is checked before anything is stored (issue item 7, R53)."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from labeling.errors import Refused
from training.models import Run, RunEvent, RunInput, Snapshot
from training.services.canonical import canonical_json, sha256_of_text
from training.services.run_requests import RunRequest, check_request
from training.services.runs import request_run, retry_run

pytestmark = pytest.mark.django_db


def refused_fields(by, **request):
    with pytest.raises(Refused) as refusal:
        request_run(by=by, request=RunRequest(**request))
    assert refusal.value.status == 400
    return refusal.value.fields


def test_a_requested_run_is_queued_with_its_whole_spec(make_run, base_model, ada):
    run = make_run(hyperparameters={"batch_size": 8})

    assert run.state == "queued"
    assert run.spec["hyperparameters"]["batch_size"] == 8
    assert run.spec["hyperparameters"]["learning_rate"] == 9e-6
    assert run.spec["inputs"]["base_model"] == {
        "kind": "model_version",
        "id": str(base_model.pk),
        "sha256": base_model.artifact_id,
    }
    assert run.spec["seed"] == run.seed == 7
    assert run.spec_sha256 == sha256_of_text(canonical_json(run.spec))
    assert run.code_revision not in {"", "unknown"}
    event = RunEvent.objects.get(run=run)
    assert (event.from_state, event.to_state) == ("draft", "queued")
    assert event.actor == f"person:{ada.pk}"


@pytest.mark.parametrize("change", [{"spec": {}}, {"spec_sha256": "0" * 64}, {"seed": 8}])
def test_the_spec_of_a_queued_run_cannot_be_changed(make_run, change):
    """immutable spec."""
    run = make_run()

    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(**change)


def test_what_a_run_read_cannot_be_exchanged_afterwards(make_run, make_snapshot):
    """R53: lineage rests on these rows."""
    run, other = make_run(), make_snapshot(Snapshot.Kind.RM)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RunInput.objects.filter(run=run, role="rankings").update(snapshot=other)


def test_an_unknown_stage_is_refused(ada):
    fields = refused_fields(ada, stage="dpo", inputs={})

    assert set(fields) == {"stage"}


def test_every_bad_hyperparameter_is_named_together_with_the_inputs(ada):
    fields = refused_fields(
        ada,
        stage="reward_model",
        inputs={},
        hyperparameters={"learning_rate": -1, "batch_size": "many", "colour": "red"},
    )

    assert set(fields) == {
        "hyperparameters.learning_rate",
        "hyperparameters.batch_size",
        "hyperparameters.colour",
        "inputs.base_model",
        "inputs.rankings",
    }


def test_a_rule_between_two_hyperparameters_names_one_of_them(ada):
    """R69: the batch must be divisible by the minibatch; 60 is not given and 512 is no multiple."""
    checked = check_request(
        RunRequest(stage="ppo", inputs={}, hyperparameters={"batch_size": 60, "episodes": 600})
    )

    assert set(checked.fields) >= {"hyperparameters.minibatch_size"}


def test_a_check_warns_and_stores_nothing(ada):
    """R60: more than one epoch of reward modelling overfits."""
    checked = check_request(
        RunRequest(stage="reward_model", inputs={}, hyperparameters={"epochs": 3})
    )

    assert "overfits" in checked.warnings[0]
    assert not Run.objects.exists()


def test_every_problem_with_the_inputs_is_named_at_once(ada, base_model, make_snapshot):
    demonstrations = make_snapshot(Snapshot.Kind.SFT)

    fields = refused_fields(
        ada,
        stage="ppo",
        inputs={
            "policy": uuid.uuid4(),
            "reward_model": base_model.pk,
            "prompts": demonstrations.pk,
            "teacher": base_model.pk,
        },
    )

    assert fields == {
        "inputs.policy": ["there is no such model version"],
        "inputs.reward_model": ["must be of kind reward_model, not base"],
        "inputs.prompts": ["must be of kind ppo, not sft"],
        "inputs.teacher": ["PPO has no such input"],
    }


def test_a_snapshot_cannot_stand_in_for_a_model(ada, make_snapshot):
    snapshot = make_snapshot(Snapshot.Kind.RM)

    fields = refused_fields(
        ada,
        stage="reward_model",
        inputs={"base_model": snapshot.pk, "rankings": snapshot.pk},
    )

    assert fields == {"inputs.base_model": ["there is no such model version"]}


def test_a_missing_input_is_named(ada, base_model):
    fields = refused_fields(ada, stage="reward_model", inputs={"base_model": base_model.pk})

    assert fields == {"inputs.rankings": ["is needed"]}


def test_a_pretraining_mix_needs_pretraining_text(ada, base_model, make_snapshot):
    """R57, R70: a share above zero without text could not be trained."""
    inputs = {
        "base_model": base_model.pk,
        "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
    }
    mix = {"pretraining_share": 0.1}

    fields = refused_fields(ada, stage="sft", inputs=inputs, hyperparameters=mix)
    inputs["pretraining"] = make_snapshot(Snapshot.Kind.PRETRAIN).pk
    run = request_run(
        by=ada,
        request=RunRequest(stage="sft", inputs=inputs, hyperparameters=mix),
    )

    said = (
        "is needed, since pretraining_share mixes it in: choose one, or set pretraining_share to 0"
    )
    assert fields == {"inputs.pretraining": [said]}
    assert run.inputs.count() == 3


def test_a_share_too_small_for_the_batch_is_refused_by_its_field(ada, base_model, make_snapshot):
    """R57: a tenth of four sequences is no pretraining text, and would be left out in silence."""
    inputs = {
        "base_model": base_model.pk,
        "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
        "pretraining": make_snapshot(Snapshot.Kind.PRETRAIN).pk,
    }
    settings = {"pretraining_share": 0.1, "batch_size": 4}

    fields = refused_fields(ada, stage="sft", inputs=inputs, hyperparameters=settings)

    [said] = fields.pop("hyperparameters.pretraining_share")
    assert "set it to 0.25 or more, raise batch_size" in said
    assert fields == {}


def test_an_input_whose_files_are_gone_is_refused(settings, ada, base_model, make_run):
    make_run()
    (settings.ARTIFACT_ROOT / base_model.artifact_id).rename(settings.ARTIFACT_ROOT / "elsewhere")

    with pytest.raises(Refused) as refusal:
        make_run()

    assert refusal.value.fields == {
        "inputs.base_model": ["its files are missing from the artifact store"]
    }


def test_a_refused_request_stores_nothing(ada):
    refused_fields(ada, stage="reward_model", inputs={})

    assert not Run.objects.exists()


def test_a_retry_is_a_new_run_with_the_same_spec(make_run, ada):
    """an ended run never moves again; a retry clones it."""
    failed = make_run(hyperparameters={"batch_size": 4}, priority=2)
    Run.objects.filter(pk=failed.pk).update(state="cancelled")

    retried = retry_run(by=ada, run=failed)

    assert retried.pk != failed.pk
    assert retried.parent_id == failed.pk
    assert retried.state == "queued"
    assert retried.spec_sha256 == failed.spec_sha256
    assert retried.priority == 2


def test_only_an_ended_run_can_be_retried(make_run, ada):
    with pytest.raises(Refused) as refusal:
        retry_run(by=ada, run=make_run())

    assert refusal.value.code == "not_ended"
