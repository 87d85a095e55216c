"""Only models that work together: what a request refuses before a trainer would find it."""

import uuid
from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps

from labeling.errors import Refused
from tests.cast import client_of
from tests.training.chains import make_ended_run
from training.models import Artifact, ModelVersion, Run, Snapshot
from training.services.run_requests import RunRequest, check_request
from training.services.runs import request_run

pytestmark = pytest.mark.django_db

BYTES = {"vocabulary_size": 259, "vocabulary_sha256": "b" * 64}
WORDS = {"vocabulary_size": 49_152, "vocabulary_sha256": "c" * 64}


@pytest.fixture
def reward_model(ada, base_model, make_artifact):
    artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"a": 1}'})
    return make_ended_run(
        by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
    )


@pytest.fixture
def ppo(base_model, reward_model, make_snapshot):
    """A request for PPO whose two models have these traits."""
    prompts = make_snapshot(Snapshot.Kind.PPO)

    def make(policy, reward, **hyperparameters):
        ModelVersion.objects.filter(pk=base_model.pk).update(**policy)
        ModelVersion.objects.filter(pk=reward_model.pk).update(**reward)
        inputs = {
            "policy": base_model.pk,
            "reward_model": reward_model.pk,
            "prompts": prompts.pk,
        }
        return RunRequest(stage="ppo", inputs=inputs, hyperparameters=hyperparameters)

    return make


def test_a_reward_model_of_another_vocabulary_is_refused_by_its_field(ppo, ada):
    with pytest.raises(Refused) as refusal:
        request_run(by=ada, request=ppo(WORDS, BYTES))

    assert refusal.value.status == 400
    [said] = refusal.value.fields.pop("inputs.reward_model")
    assert refusal.value.fields == {}
    assert "its tokenizer has 259 tokens, that of a base model 49,152" in said
    assert "Choose a model trained from one with the tokenizer of the policy" in said
    assert not Run.objects.filter(stage="ppo").exists()


@pytest.mark.parametrize(("policy", "reward"), [(BYTES, BYTES), (BYTES, {}), ({}, BYTES), ({}, {})])
def test_equal_vocabularies_and_unknown_ones_are_taken(ppo, policy, reward):
    """What a folder does not say is left to the trainer, which compares the tokenizers itself."""
    assert check_request(ppo(policy, reward)).fields == {}


def test_widths_and_architectures_may_differ(ppo):
    """The paper judges 175B with 6B: answers go from one to the other as token ids alone."""
    policy, reward = BYTES | {"architecture": "llama"}, BYTES | {"architecture": "gpt2"}

    assert check_request(ppo(policy, reward)).fields == {}


def test_a_supervised_run_is_judged_by_a_model_of_its_own_vocabulary(
    ppo, base_model, reward_model, make_snapshot
):
    """R55: the reward model that chooses the epoch reads the answers as token ids."""
    ppo(WORDS, BYTES)
    inputs = {
        "base_model": base_model.pk,
        "reward_model": reward_model.pk,
        "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
    }

    fields = check_request(RunRequest(stage="sft", inputs=inputs)).fields

    assert list(fields) == ["inputs.reward_model"]
    assert "reads other tokens than the base model" in fields["inputs.reward_model"][0]


@pytest.fixture
def evaluated(ada, ppo, base_model, reward_model, make_artifact, make_snapshot):
    """A request that reads a second judge and a baseline, and those two."""
    prompts = ppo({}, {}).inputs["prompts"]
    demonstrations = make_snapshot(Snapshot.Kind.SFT).pk

    def made_by(stage):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": f'{{"by": "{stage}"}}'})
        inputs = {"base_model": base_model}
        return make_ended_run(by=ada, stage=stage, inputs=inputs, artifact=artifact).pk

    judge, baseline = made_by("reward_model"), made_by("sft")

    def make(stage):
        own = {
            "ppo": {"policy": base_model.pk, "reward_model": reward_model.pk, "prompts": prompts},
            "sft": {"base_model": base_model.pk, "demonstrations": demonstrations},
        }[stage]
        read = {"evaluation_reward_model": judge, "evaluation_baseline": baseline}
        return RunRequest(stage=stage, inputs=own | read, evaluations=("second_win_share",))

    return make, ModelVersion.objects.filter(pk__in=[judge, baseline])


@pytest.mark.parametrize(("stage", "trained"), [("ppo", "policy"), ("sft", "base model")])
def test_what_only_evaluations_read_is_bound_like_the_rest(ppo, evaluated, stage, trained):
    """R75: a second judge and a baseline get the policy's prompts and answers as token ids."""
    make, both = evaluated
    ppo(BYTES | {"context_tokens": 1024}, BYTES)
    fields = ["inputs.evaluation_baseline", "inputs.evaluation_reward_model"]

    both.update(**BYTES)
    assert check_request(make(stage)).fields == {}
    both.update(**WORDS)
    strange = check_request(make(stage)).fields
    both.update(**BYTES, context_tokens=16)
    short = check_request(make(stage)).fields

    assert sorted(strange) == sorted(short) == fields
    for [said] in strange.values():
        assert said.startswith(f"reads other tokens than the {trained}: its tokenizer has 49,152")
    for [said] in short.values():
        assert said.startswith("reads at most 16 tokens, and a prompt with its answer may have")


def test_policies_that_sample_together_need_nothing_in_common(
    ppo, base_model, ada, make_artifact, make_snapshot
):
    """R85: each writes with its own tokenizer, and what is stored is text."""
    sft = make_ended_run(
        by=ada,
        stage="sft",
        inputs={"base_model": base_model},
        artifact=make_artifact(Artifact.Kind.MODEL, {"config.json": '{"b": 1}'}),
    )
    ModelVersion.objects.filter(pk=sft.pk).update(**WORDS)
    ppo(BYTES, BYTES)
    inputs = {
        "model": base_model.pk,
        "model_2": sft.pk,
        "prompts": make_snapshot(Snapshot.Kind.PPO).pk,
    }

    assert check_request(RunRequest(stage="sampling", inputs=inputs)).fields == {}


def test_a_reward_model_must_have_places_for_a_prompt_with_its_answer(ppo):
    policy, reward = {"context_tokens": 2048}, {"context_tokens": 256}
    lengths = {"max_prompt_tokens": 200, "max_response_tokens": 100}

    [said] = check_request(ppo(policy, reward, **lengths)).fields["inputs.reward_model"]

    assert said.startswith("reads at most 256 tokens, and a prompt with its answer may have 300")
    assert "lower max_prompt_tokens or max_response_tokens" in said
    lengths["max_prompt_tokens"] = 156
    assert check_request(ppo(policy, reward, **lengths)).fields == {}
    # The policy's own context cuts both short.
    assert check_request(ppo({"context_tokens": 256}, reward)).fields == {}


def test_a_supervised_runs_judge_must_have_places_for_what_is_shown_at_checkpoints_too(
    ppo, base_model, reward_model, make_snapshot
):
    """R55: the longer of both kinds of answers that it reads, as far as an answer may go at all."""
    ppo({"context_tokens": 2048}, {"context_tokens": 256})
    inputs = {
        "base_model": base_model.pk,
        "reward_model": reward_model.pk,
        "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
    }

    def fields(**lengths):
        lengths = {"max_prompt_tokens": 200, "selection_max_tokens": 50} | lengths
        return check_request(RunRequest("sft", inputs, hyperparameters=lengths)).fields

    [said] = fields(sample_max_tokens=100)["inputs.reward_model"]
    assert "may have 300: lower max_prompt_tokens or sample_max_tokens" in said
    assert fields(sample_max_tokens=56) == {}
    assert fields(sample_max_tokens=100, max_completion_tokens=56) == {}
    # Where nothing is shown at checkpoints, nothing of it is judged.
    assert fields(sample_max_tokens=100, sample_prompts=0) == {}


def test_what_only_evaluations_read_is_as_long_as_what_chooses_the_epoch(ppo, evaluated):
    """R75: no evaluation reads what is shown at checkpoints, however long that is."""
    make, both = evaluated
    ppo({"context_tokens": 2048}, {})
    both.update(context_tokens=256)

    def fields(**lengths):
        lengths = {"max_prompt_tokens": 200, "sample_max_tokens": 900} | lengths
        return check_request(replace(make("sft"), hyperparameters=lengths)).fields

    assert fields(selection_max_tokens=56) == {}
    said = fields(selection_max_tokens=57)
    assert sorted(said) == ["inputs.evaluation_baseline", "inputs.evaluation_reward_model"]
    assert all("lower max_prompt_tokens or selection_max_tokens" in one for [one] in said.values())


def test_adapters_are_for_architectures_whose_matrices_are_known(ppo):
    strange, llama = {"architecture": "mamba"}, {"architecture": "llama"}
    field = "hyperparameters.lora_rank"

    [said] = check_request(ppo(strange, llama, lora_rank=8)).fields[field]
    assert said.startswith("adapters are not known for mamba: set it to 0")
    # The value network is the reward model's copy and has adapters too, unless it is the policy.
    assert field in check_request(ppo(llama, strange, lora_rank=8)).fields
    on_the_trunk = {"lora_rank": 8, "value_network": "policy_trunk"}
    assert check_request(ppo(llama, strange, **on_the_trunk)).fields == {}
    assert check_request(ppo(strange, strange)).fields == {}


def test_the_form_is_told_before_anything_is_requested(ppo, ada, django_assert_max_num_queries):
    """Console 1: the check names the field, and costs no query more for it."""
    request = ppo(WORDS, BYTES)
    body = {"stage": "ppo", "inputs": {role: str(pk) for role, pk in request.inputs.items()}}
    browser = client_of(ada)
    browser.get("/api/session/")

    with django_assert_max_num_queries(9):
        answer = browser.post("/api/runs/check/", body, format="json")

    assert answer.status_code == 200
    assert list(answer.json()["fields"]) == ["inputs.reward_model"]
    refused = browser.post("/api/runs/", body, format="json")
    assert refused.status_code == 400
    assert refused.json()["fields"] == answer.json()["fields"]


def test_the_lists_say_what_fits_what(ppo, ada):
    """The form offers by these: whose tokens a role reads, and the vocabulary of every model."""
    ppo(WORDS, BYTES)
    browser = client_of(ada)

    stages = {one["stage"]: one["inputs"] for one in browser.get("/api/runs/stages/").json()}
    models = browser.get("/api/model-versions/").json()["results"]

    bound = {
        (stage, one["role"]): one["reads_tokens_of"]
        for stage, inputs in stages.items()
        for one in inputs
        if one["reads_tokens_of"]
    }
    trained = {"ppo": "policy", "sft": "base_model"}
    readers = ("reward_model", "evaluation_reward_model", "evaluation_baseline")
    assert bound == {(stage, role): trained[stage] for stage in trained for role in readers}
    found = {one["kind"]: (one["vocabulary_size"], one["vocabulary_sha256"]) for one in models}
    assert found == {"base": (49_152, "c" * 64), "reward_model": (259, "b" * 64)}


@pytest.mark.parametrize("kind", ["sampling", "ppo"])
def test_only_policies_write(ppo, reward_model, make_snapshot, kind):
    """A reward model in the place of a policy is refused by its kind."""
    ppo(BYTES, BYTES)
    role = {"sampling": "model", "ppo": "policy"}[kind]
    request = RunRequest(stage=kind, inputs={role: reward_model.pk, "prompts": uuid.uuid4()})

    [said] = check_request(request).fields[f"inputs.{role}"]

    assert said.startswith("must be of kind")
    assert said.endswith("not reward_model")


def test_traits_of_models_from_before_are_read_where_their_folders_lie(base_model, make_artifact):
    """Those whose files are elsewhere stay unknown."""
    files = {
        "config.json": '{"model_type": "gpt2", "n_positions": 64}',
        "tokenizer.json": '{"model": {"vocab": {"a": 0, "b": 1}}}',
    }
    here = make_artifact(Artifact.Kind.MODEL, files)
    elsewhere = Artifact.objects.create(sha256="e" * 64, kind="model", num_bytes=1)
    ModelVersion.objects.filter(pk=base_model.pk).update(artifact=here)
    gone = ModelVersion.objects.create(name="gone", kind="base", artifact=elsewhere, licence="MIT")

    import_module("training.migrations.0024_model_traits").read_those_on_this_machine(apps, None)

    base_model.refresh_from_db()
    gone.refresh_from_db()
    assert (base_model.architecture, base_model.context_tokens) == ("gpt2", 64)
    assert (base_model.vocabulary_size, len(base_model.vocabulary_sha256)) == (2, 64)
    assert (gone.architecture, gone.vocabulary_size, gone.vocabulary_sha256) == ("", None, "")
