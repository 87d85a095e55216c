"""Rounds whose PPO mixes pretraining text in: named when they are opened, not missed at the end."""

import pytest

from tests.cast import client_of
from tests.training.chains import make_ended_run
from tests.training.rounds.boards import link, post
from training.models import Round, RoundStep, Snapshot
from training.services.rounds import start_step

pytestmark = pytest.mark.django_db
PTX = {"hyperparameters": {"ppo": {"ptx_coef": 27.8}}}


@pytest.fixture
def text(make_snapshot):
    return make_snapshot(Snapshot.Kind.PRETRAIN)


def test_ppo_of_the_round_reads_the_text_that_was_chosen(
    ada, rosa, sampled, artifact, make_snapshot, text
):
    opened = sampled(pretraining=str(text.pk), **PTX)
    link(opened, RoundStep.TASKS, num_tasks=3)
    link(opened, RoundStep.SNAPSHOT, snapshot=make_snapshot(Snapshot.Kind.RM))
    made = make_ended_run(
        by=ada, stage="reward_model", artifact=artifact, inputs={"base_model": opened.policy}
    )
    link(opened, RoundStep.REWARD_MODEL, run=made.run)

    begun = start_step(opened=opened, step=RoundStep.PPO, by=ada)

    assert begun.run.inputs.get(role="pretraining").snapshot == text
    assert begun.run.spec["hyperparameters"]["ptx_coef"] == 27.8
    shown = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["round"]
    assert shown["pretraining"] == {"id": str(text.pk), "name": text.name}


def test_a_weight_without_text_is_refused_at_once(ada, body):
    """The round would sample, collect and train a reward model first."""
    answer = post(ada, "", body | PTX)

    [said] = answer.json()["fields"]["hyperparameters.ppo.ptx_coef"]
    assert (answer.status_code, "choose a snapshot" in said) == (400, True)
    assert not Round.objects.exists()


def test_text_that_nothing_reads_is_refused(ada, body, text):
    answer = post(ada, "", body | {"pretraining": str(text.pk)})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["pretraining"])


def test_other_data_is_no_pretraining_text(ada, body):
    answer = post(ada, "", body | PTX | {"pretraining": body["prompts"]})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["pretraining"])
