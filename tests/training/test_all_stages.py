"""One round by the real trainers: SFT, RM, PPO, the new policy's completions, their rewards."""

import pytest

from labeling.models import Completion
from tests.cast import (
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.training.processes import wait_until
from training import tasks
from training.models import CompletionReward, LabelsBehind, ModelVersion, RunLog
from training.selectors.lineage import lineage_of
from training.selectors.queried_prompts import PromptQuery
from training.services.model_versions import Origin, register_base_model
from training.services.queried_runs import request_queried_run
from training.services.run_requests import RunRequest
from training.services.runs import request_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_prompts, freeze_rankings

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = {"max_prompt_tokens": 24, "max_completion_tokens": 16}


@pytest.fixture
def carry_out(cast, settings):
    settings.HEARTBEAT_SECONDS = 1

    def ring_and_wait(run):
        tasks.ring(str(run.pk))

        def is_over():
            run.refresh_from_db()
            return run.state in {"succeeded", "failed", "retry_wait"}

        wait_until(is_over, seconds=300)
        log = "".join(RunLog.objects.filter(run=run).values_list("text", flat=True))
        assert run.state == "succeeded", f"{run.reason} {run.reason_detail}\n{log[-3000:]}"
        return ModelVersion.objects.filter(run=run).first()

    return ring_and_wait


def test_a_round_by_the_real_trainers(cast, tiny_folder, carry_out):
    """R84: comparison tasks, RM snapshot, RM, PPO run, and its completions to be ranked again."""
    ada = cast.ada
    base = register_base_model(path=tiny_folder, name="tiny", origin=Origin("none", "a test"))
    prompts = [make_prompt(f"Count to {n}.", split="train") for n in range(4)]

    project = make_ranking_project()
    for prompt in prompts:
        make_ranking(make_task(project, prompt), cast.amina, [1, 2, 3, 4])
        make_demonstration(make_task(make_demonstration_project(), prompt), cast.amina, "one two")
    everything = SnapshotQuery()
    demonstrations = freeze_demonstrations(by=ada, name="d", query=everything)
    rankings = freeze_rankings(by=ada, name="r", query=everything)
    chosen = freeze_prompts(by=ada, name="p", query=everything)

    def run(stage, settings, **inputs):
        request = RunRequest(
            stage=stage,
            name=f"my {stage}",
            inputs={role: one.pk for role, one in inputs.items()},
            hyperparameters=settings,
            seed=1,
        )
        return carry_out(request_run(by=ada, request=request))

    sft = run(
        "sft",
        SHORT | {"epochs": 1, "batch_size": 2},
        base_model=base,
        demonstrations=demonstrations,
    )
    reward_model = run(
        "reward_model",
        SHORT | {"batch_size": 2},
        base_model=sft,
        rankings=rankings,
        demonstrations=demonstrations,
    )
    policy = run(
        "ppo",
        {
            "episodes": 8,
            "batch_size": 4,
            "minibatch_size": 2,
            "max_prompt_tokens": 24,
            "max_response_tokens": 8,
        },
        policy=sft,
        reward_model=reward_model,
        prompts=chosen,
    )
    carry_out(sampling(ada, policy))

    assert Completion.objects.filter(source=policy.completion_source).count() == 16
    carry_out(scoring(ada, reward_model))
    assert CompletionReward.objects.count() == Completion.objects.count()
    labels = lineage_of(policy).labels
    assert (labels.num_rankings, labels.num_demonstrations, labels.num_labelers) == (4, 4, 1)
    assert LabelsBehind.objects.get(model_version=policy).num_rankings == 4
    assert set(policy.report["artifacts"]) == {"raw_policy", "value_model"}


def scoring(by, reward_model):
    request = RunRequest(
        stage="scoring", inputs={"reward_model": reward_model.pk}, hyperparameters=SHORT, seed=1
    )
    return request_queried_run(by=by, request=request, prompt_query=PromptQuery(num_prompts=9))


def sampling(by, model):
    request = RunRequest(
        stage="sampling",
        inputs={"model": model.pk},
        hyperparameters={
            "completions_per_prompt": 4,
            "max_tokens": 8,
            "max_prompt_tokens": 24,
        },
        seed=1,
    )
    return request_queried_run(by=by, request=request, prompt_query=PromptQuery(num_prompts=4))
