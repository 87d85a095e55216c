"""Rounds whose completions several policies write, each by its weight (R85)."""

from collections import Counter
from dataclasses import replace

import pytest
from django.utils import timezone

from labeling.errors import Refused
from labeling.models import Task
from tests.cast import client_of, make_completions, make_prompt, make_ranking_project, make_source
from tests.training.chains import make_ended_run
from training.models import Artifact, GpuSlot, Round, RoundLink, RoundStep, Run, RunState
from training.services.new_rounds import NewRound
from training.services.rounds import open_round, start_step
from training.services.snapshots import freeze_these_prompts

pytestmark = pytest.mark.django_db
NUM_PROMPTS = 40


@pytest.fixture
def make_version(ada, base_model, make_artifact):
    artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})

    def make(stage, name):
        role = "policy" if stage == "ppo" else "base_model"
        version = make_ended_run(by=ada, stage=stage, artifact=artifact, inputs={role: base_model})
        if stage != "reward_model":
            version.completion_source = make_source(name)
            version.save()
        return version

    return make


@pytest.fixture
def sft(make_version):
    return make_version("sft", "supervised")


@pytest.fixture
def policy(make_version):
    return make_version("ppo", "policy")


@pytest.fixture
def prompts():
    return [make_prompt(f"Say {number}.") for number in range(NUM_PROMPTS)]


@pytest.fixture
def new(ada, sft, policy, prompts):
    frozen = freeze_these_prompts(by=ada, name="p", prompt_ids=[one.pk for one in prompts])
    return NewRound(
        name="Round 1",
        policy=sft,
        project=make_ranking_project(k=4),
        prompts=frozen,
        num_prompts=NUM_PROMPTS,
        completions_per_prompt=4,
        min_rankings=2,
        other_policies=[policy],
    )


def body_of(new):
    return {
        "name": new.name,
        "policy": str(new.policy.pk),
        "other_policies": [str(one.pk) for one in new.other_policies],
        "project": new.project.pk,
        "prompts": str(new.prompts.pk),
        "num_prompts": new.num_prompts,
        "completions_per_prompt": new.completions_per_prompt,
        "min_rankings": new.min_rankings,
        "automatic": [],
    }


def opened_by(person, body):
    return client_of(person).post("/api/rounds/", body, format="json")


def fields_of(new, by):
    with pytest.raises(Refused) as refusal:
        open_round(by=by, new=new)
    assert not Round.objects.exists()
    return refusal.value.fields


def test_supervised_models_write_three_quarters_unless_told_otherwise(ada, new, sft, policy):
    answer = opened_by(ada, body_of(new))

    assert answer.status_code == 201, answer.json()
    assert [
        (one["model_version"]["id"], one["weight"]) for one in answer.json()["round"]["policies"]
    ] == [(str(sft.pk), 0.75), (str(policy.pk), 0.25)]


def test_a_round_of_one_policy_has_no_weights(ada, new):
    answer = opened_by(ada, body_of(replace(new, other_policies=[])))

    assert answer.json()["round"]["policies"] == []


def test_the_sampling_run_gets_every_policy_with_its_weight(ada, new, sft, policy):
    opened = open_round(by=ada, new=replace(new, weights=[1, 3]))

    run = start_step(opened=opened, step=RoundStep.SAMPLING, by=ada).run

    assert run.spec["weights"] == {"model": 1.0, "model_2": 3.0}
    models = {one.role: one.model_version for one in run.inputs.all()}
    assert (models["model"], models["model_2"]) == (sft, policy)


def test_tasks_show_the_rounds_policies_by_their_weights(ada, new, sft, policy, prompts):
    """Weights 1 to 3 over four places: one completion of the first, three of the second.

    Each has written four, and so has a model of an earlier round, which is left out.
    """
    opened = open_round(by=ada, new=replace(new, weights=[1, 3]))
    sources = [sft.completion_source, policy.completion_source, make_source("of last year")]
    for prompt in prompts:
        for source in sources:
            texts = [f"{source.name} {number}" for number in range(4)]
            make_completions(prompt, texts=texts, source=source)
    end_sampling(opened, by=ada)

    assert start_step(opened=opened, step=RoundStep.TASKS, by=ada).num_tasks == NUM_PROMPTS

    for task in Task.objects.filter(project=new.project):
        names = task.task_completions.values_list("completion__source__name", flat=True)
        shown = Counter(names)
        assert shown == {"supervised": 1, "policy": 3}


def test_the_board_says_whose_completions_an_evaluation_would_judge(ada, new, make_version):
    opened = open_round(by=ada, new=new)
    made = make_version("ppo", "the new policy")
    RoundLink.objects.create(round=opened, step=RoundStep.PPO, run=made.run)

    steps = client_of(ada).get(f"/api/rounds/{opened.pk}/").json()["steps"]

    [run] = [one["run"] for one in steps if one["step"] == RoundStep.PPO]
    assert run["output_source_id"] == made.completion_source.pk


def end_sampling(opened, *, by):
    """As if the run had been carried out; the state machine's own road is tested elsewhere."""
    run = Run.objects.filter(pk=start_step(opened=opened, step=RoundStep.SAMPLING, by=by).run_id)
    slot = GpuSlot.objects.create(host="node", index=0, last_seen=timezone.now())
    run.update(state=RunState.CLAIMED, lease_until=timezone.now(), slot=slot)
    run.update(state=RunState.RUNNING)
    run.update(state=RunState.SUCCEEDED, lease_until=None, slot=None)


@pytest.mark.parametrize(
    ("weights", "field"),
    [
        ([1], "weights"),
        ([1, 2, 3], "weights"),
        ([0, 0], "weights"),
        ([1, -1], "weights.1"),
        ([float("nan"), 1], "weights.0"),
    ],
)
def test_weights_that_cannot_be_used_are_named(ada, new, weights, field):
    assert set(fields_of(replace(new, weights=weights), ada)) == {field}


def test_weights_of_a_single_policy_are_refused(ada, new):
    """Nothing would read them."""
    assert set(fields_of(replace(new, other_policies=[], weights=[1]), ada)) == {"weights"}


def test_a_policy_is_named_once_and_writes(ada, new, policy, sft, make_version):
    rm = make_version("reward_model", "")

    others = [policy, sft, rm, policy]

    assert fields_of(replace(new, other_policies=others), ada) == {
        "other_policies.1": ["is one of its policies already"],
        "other_policies.2": ["must be a model that writes completions"],
        "other_policies.3": ["is one of its policies already"],
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"other_policies": ["../x"]}, "other_policies.0"),
        ({"other_policies": ["00000000-0000-4000-8000-000000000000"]}, "other_policies.0"),
        ({"other_policies": ["00000000-0000-4000-8000-000000000000"] * 9}, "other_policies"),
        ({"weights": ["much", 1]}, "weights.0"),
        ({"weights": [1e300, 1]}, "weights.0"),
    ],
)
def test_nonsense_is_named_by_its_field(ada, new, change, field):
    answer = opened_by(ada, body_of(new) | change)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Round.objects.exists()


def test_the_list_of_rounds_costs_the_same_for_many_policies(
    ada, rosa, new, make_version, django_assert_num_queries
):
    """Session, account, the rounds, their policies, and their links, of which there are none."""
    more = [make_version("ppo", f"policy {number}") for number in range(3)]
    open_round(by=ada, new=new)
    open_round(by=ada, new=replace(new, name="Round 2", other_policies=more))
    client = client_of(rosa)
    client.get("/api/rounds/")

    with django_assert_num_queries(6):
        assert len(client.get("/api/rounds/").json()["results"]) == 2


def test_a_researcher_opens_none(rosa, new):
    assert opened_by(rosa, body_of(new)).status_code == 403
