"""The last step of a round: held-out prompts are answered, and a person opens the evaluation."""

import pytest

from labeling.models import Project
from tests.cast import client_of, make_project, make_prompt, make_source
from tests.training.chains import make_ended_run
from tests.training.rounds.boards import end_sampling, link, post, view_of
from training.models import RoundStep, Run
from training.services.rounds import advance_rounds, close_round
from training.services.runs import cancel_run
from training.services.snapshots import freeze_these_prompts

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(ada, sampled, sft, artifact):
    """A round whose PPO has made a policy, and that policy."""

    def make(**changes):
        opened = sampled(**changes)
        version = make_ended_run(
            by=ada,
            stage="ppo",
            artifact=artifact,
            inputs={"policy": sft, "prompts": opened.prompts},
        )
        version.completion_source = make_source("the new policy")
        version.save()
        link(opened, RoundStep.PPO, run=version.run)
        return opened, version

    return make


@pytest.fixture
def held_out(db):
    return [make_prompt(f"Ask {number}.", split="validation") for number in range(2)]


def begin(person, opened):
    return post(person, f"{opened.pk}/steps/", {"step": "evaluation"})


def test_a_click_has_the_policy_and_the_baseline_answer_held_out_prompts(
    ada, trained, sft, held_out
):
    """R34, R36, R84: of the validation split, which neither has learned from, each as often."""
    opened, policy = trained()
    view = view_of(opened, RoundStep.EVALUATION)
    assert (view.state, view.can_start) == ("ready", True)

    answer = begin(ada, opened)

    assert answer.status_code == 200, answer.json()
    step = answer.json()["steps"][5]
    assert (step["state"], step["started_by"]["id"]) == ("working", ada.pk)
    run = Run.objects.get(pk=step["run"]["id"])
    assert run.stage == "sampling"
    inputs = {one.role: one.model_version or one.snapshot for one in run.inputs.all()}
    assert (inputs["model"], inputs["model_2"]) == (policy, sft)
    asked = inputs["prompts"].prompt_links.values_list("prompt", flat=True)
    assert set(asked) == {one.pk for one in held_out}
    assert run.spec["hyperparameters"]["completions_per_prompt"] == 2 * 4
    assert set(run.spec["weights"].values()) == {1.0}


def test_a_prompt_that_one_of_them_has_learned_from_is_not_asked(ada, trained, held_out):
    """R36: the evaluation would leave it out."""
    learned = freeze_these_prompts(by=ada, name="l", prompt_ids=[held_out[0].pk])
    opened, _ = trained(prompts=str(learned.pk))

    run = Run.objects.get(pk=begin(ada, opened).json()["steps"][5]["run"]["id"])

    frozen = run.inputs.get(role="prompts").snapshot
    assert list(frozen.prompt_links.values_list("prompt", flat=True)) == [held_out[1].pk]


def test_without_a_prompt_that_is_held_out_it_says_what_to_do(ada, trained):
    opened, _ = trained()

    answer = begin(ada, opened)

    assert (answer.status_code, answer.json()["code"]) == (422, "no_prompts")
    assert "of the validation split is new to" in answer.json()["detail"]
    assert not Run.objects.filter(state="queued").exists()


def test_it_begins_by_itself_where_it_is_told_to_and_once(trained, held_out):
    opened, _ = trained(automatic=["evaluation"])

    assert [one.step for _ in range(3) for one in advance_rounds()] == ["evaluation"]
    assert view_of(opened, RoundStep.EVALUATION).link.started_by is None


def test_once_they_have_answered_a_person_opens_the_evaluation(ada, rosa, trained, held_out):
    """It asks people for work: nothing opens it by itself."""
    opened, policy = trained(automatic=["evaluation"])
    frozen = freeze_these_prompts(by=ada, name="held out", prompt_ids=[held_out[0].pk])
    sampling = end_sampling(ada, policy, frozen)
    link(opened, RoundStep.EVALUATION, run=sampling)

    view = view_of(opened, RoundStep.EVALUATION)
    assert (view.state, view.can_start, view.is_due) == ("ready", False, False)
    assert view.note == f"{policy.name} has answered. Open an evaluation of it"
    assert advance_rounds() == []
    assert begin(ada, opened).json()["code"] == "step_not_ready"
    project = make_project(
        Project.Kind.RANKING,
        purpose="evaluation",
        baseline_source=opened.policy.completion_source,
    )
    project.evaluated_sources.add(policy.completion_source)

    step = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["steps"][5]

    assert (step["state"], step["evaluation"]["id"]) == ("done", project.pk)
    assert step["run"]["id"] == str(sampling.pk)


def test_a_sampling_that_was_cancelled_begins_again_by_hand_only(ada, trained, held_out):
    opened, _ = trained(automatic=["evaluation"])
    [begun] = advance_rounds()
    cancel_run(by=ada, run=begun.run)

    view = view_of(opened, RoundStep.EVALUATION)
    assert (view.state, view.can_start) == ("failed", True)
    assert advance_rounds() == []
    assert begin(ada, opened).json()["steps"][5]["state"] == "working"


def test_a_closed_round_samples_nothing_more(ada, trained, held_out):
    opened, _ = trained(automatic=["evaluation"])
    close_round(by=ada, opened=opened)

    assert not view_of(opened, RoundStep.EVALUATION).can_start
    assert begin(ada, opened).json()["code"] == "round_is_closed"
