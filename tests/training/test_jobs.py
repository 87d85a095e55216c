"""What becomes of a stage's output: model versions, artifacts beside them, completions."""

from importlib import import_module

import pytest
from django.db import connection

from labeling.models import Completion
from tests.cast import make_completions, make_prompt
from tests.training.fake_trainers import fake_command
from training.artifact_store import artifact_path
from training.models import Artifact, CompletionReward, ModelVersion, Snapshot
from training.runner import supervisor
from training.runner.claim import claim, report_slots
from training.selectors.queried_prompts import PromptQuery
from training.services.queried_runs import request_queried_run
from training.services.run_requests import RunRequest
from training.services.runs import request_run
from training.services.snapshots import freeze_these_prompts

pytestmark = pytest.mark.django_db(transaction=True)

WRITES_A_MODEL = "write_model()\nend('succeeded', 0, report={'loss': 0.5})"
WRITES_A_POLICY = """
write_model(kind="averaged")
write_model("raw_policy", kind="raw")
write_model("value_model", kind="value")
end("succeeded", 0, report={"kl": 0.1})
"""
WRITES_EPOCHS = """
write_model(kind="first")
write_model("epoch-001", kind="first")
write_model("epoch-002", kind="second")
end("succeeded", 0, report={"loss": 0.5})
"""
WRITES_ADAPTERS = """
write_model(kind="merged")
write_model("adapter", kind="adapters")
end("succeeded", 0, report={"loss": 0.5})
"""
WRITES_SAMPLES = r"""
prompts = [json.loads(line) for line in open(job["inputs"]["prompts"], encoding="utf-8")]
with (work / "output" / "samples.jsonl").open("w", encoding="utf-8") as stream:
    for prompt in prompts:
        for index in range(2):
            text = f"  Answer {index} to {prompt['prompt']}\n"
            if index == 1 and prompt["prompt"] == "With NUL.":
                text = "\x00"
            sample = {"prompt_id": str(prompt["prompt_id"]), "index": index, "text": text,
                      "token_count": 5, "finish_reason": "stop", "seed": 100 + index}
            stream.write(json.dumps(sample) + "\n")
end("succeeded", 0, report={"tokens_per_second": 9.5})
"""


@pytest.fixture
def carry_out(monkeypatch):
    """Claims a run and supervises the program to its end."""

    def supervise(run, source):
        report_slots("node-a")
        monkeypatch.setattr(supervisor, "trainer_command", fake_command(source))
        monkeypatch.setattr(supervisor, "TICK_SECONDS", 0.05)
        held = claim(run.pk, host="node-a")
        supervisor.supervise(run.pk, held.fence)
        run.refresh_from_db()
        return run

    return supervise


@pytest.fixture
def ask(ada):
    def request(stage, **inputs):
        wanted = {role: one.pk for role, one in inputs.items()}
        return request_run(
            by=ada, request=RunRequest(stage=stage, name=f"my {stage}", inputs=wanted, seed=1)
        )

    return request


def test_fine_tuning_makes_a_model_that_writes(ask, carry_out, base_model, make_snapshot):
    demonstrations = make_snapshot(Snapshot.Kind.SFT)

    run = carry_out(
        ask("sft", base_model=base_model, demonstrations=demonstrations), WRITES_A_MODEL
    )

    assert run.state == "succeeded", run.reason_detail
    version = ModelVersion.objects.get(run=run)
    assert (version.kind, version.name) == ("sft", "my sft")
    assert version.report == run.report == {"loss": 0.5, "artifacts": {}}
    assert version.completion_source is not None
    assert version.completion_source.name == "my sft"


def test_a_model_reads_the_tokens_of_what_it_was_trained_from(
    ask, carry_out, base_model, make_snapshot
):
    """Console 1: whatever the loader added to the tokenizer on the way."""
    known = {"vocabulary_size": 49_152, "vocabulary_sha256": "c" * 64}
    ModelVersion.objects.filter(pk=base_model.pk).update(**known)
    demonstrations = make_snapshot(Snapshot.Kind.SFT)

    run = carry_out(
        ask("sft", base_model=base_model, demonstrations=demonstrations), WRITES_A_MODEL
    )

    version = ModelVersion.objects.get(run=run)
    assert (version.vocabulary_size, version.vocabulary_sha256) == tuple(known.values())


def test_fine_tuning_keeps_the_weights_of_every_epoch(
    settings, ask, carry_out, base_model, make_snapshot
):
    """R55: the selected one is the model, the others stay in the store."""
    demonstrations = make_snapshot(Snapshot.Kind.SFT)

    run = carry_out(ask("sft", base_model=base_model, demonstrations=demonstrations), WRITES_EPOCHS)

    assert run.state == "succeeded", run.reason_detail
    kept = run.report["artifacts"]
    assert sorted(kept) == ["epoch-001", "epoch-002"]
    configs = {
        name: artifact_path(settings.ARTIFACT_ROOT, sha256).joinpath("config.json").read_text()
        for name, sha256 in kept.items()
    }
    assert configs["epoch-001"] != configs["epoch-002"]


def test_a_reward_model_keeps_its_adapters_where_it_has_any(settings, carry_out, make_run):
    """RM10: the model is merged; a run that trained everything leaves nothing beside it."""
    plain = carry_out(make_run(), WRITES_A_MODEL)
    run = carry_out(make_run(), WRITES_ADAPTERS)

    assert "artifacts" not in plain.report
    assert run.state == "succeeded", run.reason_detail
    [(name, sha256)] = run.report["artifacts"].items()
    assert name == "adapter"
    config = artifact_path(settings.ARTIFACT_ROOT, sha256) / "config.json"
    assert '"kind": "adapters"' in config.read_text()
    version = ModelVersion.objects.get(run=run)
    assert (version.kind, version.report) == ("reward_model", run.report)
    assert version.artifact_id != sha256


def test_a_policy_keeps_its_raw_weights_and_its_value_network(
    settings, ask, carry_out, base_model, make_run, make_snapshot
):
    """R73: the exported policy is the averaged copy, the raw weights being kept as well."""
    reward_model = ModelVersion.objects.get(run=carry_out(make_run(), WRITES_A_MODEL))
    prompts = make_snapshot(Snapshot.Kind.PPO)

    run = carry_out(
        ask("ppo", policy=base_model, reward_model=reward_model, prompts=prompts), WRITES_A_POLICY
    )

    assert run.state == "succeeded", run.reason_detail
    version = ModelVersion.objects.get(run=run)
    assert version.kind == "policy"
    kept = version.report["artifacts"]
    assert run.report == version.report
    folders = {
        name: artifact_path(settings.ARTIFACT_ROOT, sha256).joinpath("config.json").read_text()
        for name, sha256 in {**kept, "model": version.artifact_id}.items()
    }
    assert {name: '"kind": "' + text.split('"kind": "')[1] for name, text in folders.items()} == {
        "raw_policy": '"kind": "raw"}',
        "value_model": '"kind": "value"}',
        "model": '"kind": "averaged"}',
    }
    assert Artifact.objects.filter(pk__in=kept.values()).count() == 2


def test_samples_become_completions_of_the_model_that_wrote_them(
    ada, ask, carry_out, base_model, make_snapshot
):
    """R85: each completion stores what wrote it, the settings and the seed; never trimmed."""
    sft = ask("sft", base_model=base_model, demonstrations=make_snapshot(Snapshot.Kind.SFT))
    writer = ModelVersion.objects.get(run=carry_out(sft, WRITES_A_MODEL))
    prompts = [make_prompt("Say hi."), make_prompt("With NUL.")]
    snapshot = freeze_these_prompts(by=ada, name="p", prompt_ids=[one.pk for one in prompts])

    run = carry_out(ask("sampling", model=writer, prompts=snapshot), WRITES_SAMPLES)

    assert run.state == "succeeded", run.reason_detail
    stored = Completion.objects.filter(source=writer.completion_source).order_by("source_key")
    assert {one.text for one in stored} == {
        "  Answer 0 to Say hi.\n",
        "  Answer 1 to Say hi.\n",
        "  Answer 0 to With NUL.\n",
    }
    one = stored.get(text="  Answer 1 to Say hi.\n")
    assert (one.prompt, one.seed, one.token_count, one.finish_reason) == (
        prompts[0],
        101,
        5,
        "stop",
    )
    assert one.sampling == {
        "temperature": 1.0,
        "top_p": 1.0,
        "max_tokens": 256,
        "sampler": "own",
        "run": str(run.pk),
        "model_version": str(writer.pk),
    }
    assert run.report == {"tokens_per_second": 9.5, "num_completions": 3, "num_refused": 1}
    assert not ModelVersion.objects.filter(run=run).exists()


WRITES_TWO_POLICIES = r"""
assert job["weights"] == {"model": 0.25, "model_2": 0.75}, job["weights"]
prompt = json.loads(open(job["inputs"]["prompts"], encoding="utf-8").readline())
with (work / "output" / "samples.jsonl").open("w", encoding="utf-8") as stream:
    for index, policy in enumerate(["model", "model_2", "model_2", "model_2"]):
        sample = {"prompt_id": str(prompt["prompt_id"]), "index": index, "text": f"{index}",
                  "policy": policy, "token_count": 1, "finish_reason": "stop", "seed": index}
        stream.write(json.dumps(sample) + "\n")
end("succeeded", 0)
"""


def test_each_completion_of_a_mix_is_filed_under_the_policy_that_wrote_it(
    ada, ask, carry_out, base_model, make_snapshot
):
    """R85: by default most are the supervised model's; the run's inputs name every policy."""
    sft = ask("sft", base_model=base_model, demonstrations=make_snapshot(Snapshot.Kind.SFT))
    writer = ModelVersion.objects.get(run=carry_out(sft, WRITES_A_MODEL))
    prompt = make_prompt("Say hi.")
    snapshot = freeze_these_prompts(by=ada, name="p", prompt_ids=[prompt.pk])

    run = carry_out(
        ask("sampling", model=base_model, model_2=writer, prompts=snapshot), WRITES_TWO_POLICIES
    )

    assert run.state == "succeeded", run.reason_detail
    texts = {
        source: set(Completion.objects.filter(source=source).values_list("text", flat=True))
        for source in (base_model.completion_source, writer.completion_source)
    }
    assert texts == {base_model.completion_source: {"0"}, writer.completion_source: {"1", "2", "3"}}
    one = Completion.objects.get(text="2")
    assert (one.sampling["model_version"], one.sampling["temperature"]) == (str(writer.pk), 1.0)
    assert (one.sampling["weight"], Completion.objects.get(text="0").sampling["weight"]) == (
        0.75,
        0.25,
    )
    assert (one.seed, one.sampling["run"]) == (2, str(run.pk))
    roles = run.inputs.filter(model_version__isnull=False).values_list("role", flat=True)
    assert set(roles) == {"model", "model_2"}
    assert_weights_can_be_filled_in()


def assert_weights_can_be_filled_in():
    """R85: earlier runs wrote none; what they get is what they would have written."""
    stored = dict(Completion.objects.values_list("text", "sampling"))
    for one in Completion.objects.all():
        del one.sampling["weight"]
        one.save(update_fields=["sampling"])
    migration = import_module("training.migrations.0014_weights_of_earlier_mixes")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL_IN_WEIGHTS)
    assert dict(Completion.objects.values_list("text", "sampling")) == stored


WRITES_REWARDS = r"""
(prompt,) = [json.loads(line) for line in open(job["inputs"]["completions"], encoding="utf-8")]
with (work / "output" / "rewards.jsonl").open("w", encoding="utf-8") as stream:
    for place, completion in enumerate(prompt["completions"]):
        row = {"prompt_id": str(prompt["prompt_id"]), "id": str(completion["id"]),
               "reward": place - 0.5}
        stream.write(json.dumps(row) + "\n")
end("succeeded", 0, report={"mean_reward": 0.5})
"""


def test_rewards_are_filed_under_the_completions_and_the_model_that_gave_them(
    ada, carry_out, make_run
):
    reward_model = ModelVersion.objects.get(run=carry_out(make_run(), WRITES_A_MODEL))
    completions = make_completions(make_prompt(), 3)
    request = RunRequest(stage="scoring", inputs={"reward_model": reward_model.pk})
    asked = request_queried_run(by=ada, request=request, prompt_query=PromptQuery(num_prompts=5))

    run = carry_out(asked, WRITES_REWARDS)

    assert run.state == "succeeded", run.reason_detail
    stored = CompletionReward.objects.order_by("completion")
    assert [(one.completion, one.reward) for one in stored] == list(
        zip(completions, [-0.5, 0.5, 1.5], strict=True)
    )
    assert {(one.reward_model, one.run) for one in stored} == {(reward_model, run)}
    assert run.report == {"mean_reward": 0.5}
    assert not ModelVersion.objects.filter(run=run).exists()


def test_samples_that_are_not_as_agreed_are_not_stored(ada, ask, carry_out, base_model):
    prompt = make_prompt()
    snapshot = freeze_these_prompts(by=ada, name="p", prompt_ids=[prompt.pk])

    run = carry_out(
        ask("sampling", model=base_model, prompts=snapshot),
        "(work / 'output' / 'samples.jsonl').write_text('{\"prompt_id\": 1}\\n')\n"
        "end('succeeded', 0)",
    )

    assert run.state == "retry_wait"
    assert run.attempts.get().outcome == "bad_output"
    assert "'text'" in run.events.last().detail
    assert not Completion.objects.exists()


def test_a_name_as_long_as_it_may_be_still_finds_a_free_one(carry_out, make_run):
    longest = "n" * 160
    carry_out(make_run(name=longest), WRITES_A_MODEL)

    second = carry_out(make_run(name=longest), WRITES_A_MODEL)

    assert second.state == "succeeded"
    assert len(ModelVersion.objects.get(run=second).name) == 160
