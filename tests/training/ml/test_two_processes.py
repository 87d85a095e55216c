"""Two processes learn what one process learns, with a copy or with a slice of the network each."""

import os
import shutil
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from tests.training.ml.jobs import demonstration
from tests.training.ml.processes import finish, run_together, run_whole, start
from tests.training.ml.tiny import (
    computed,
    progress_of,
    result_of,
    write_job,
    write_jsonl,
    write_prompts,
)
from training.ml.hyperparameters import HyperparameterError, parse

# K differs, so the processes do not have equally many completions or pairs.
RANKINGS = [
    {
        "prompt_id": number,
        "prompt": f"Prompt {number}",
        "completions": [{"id": place, "text": "word " * place + str(number)} for place in range(k)],
        "rankings": [{"labeler": "a", "ranks": [(place * 2) % k + 1 for place in range(k)]}],
        "split": "train" if number < 5 else "validation",
    }
    for number, k in enumerate((3, 5, 2, 4, 3, 3))
]
DEMONSTRATIONS = [
    demonstration(number, f"Say {text}.", text * number, "validation" if number == 5 else "train")
    for number, text in enumerate(["one", "two words", "a", "four in all", "five, or not", "held"])
]
DOCUMENTS = [{"text": f"Plain text number {number}." * (number % 3 + 1)} for number in range(11)]
PROMPTS = ["Hi", "Say a word.", "Why?"]
# So few tokens a pass that the processes have unequal numbers of micro-batches; a denominator in
# Adam that does not blow up the rounding of gradients near zero.
RAGGED = {"max_tokens_per_forward": 64, "adam_epsilon": 1e-3, "learning_rate": 1e-3}
SETTINGS = {
    "sft": RAGGED
    | {"epochs": 1, "batch_size": 3, "residual_dropout": 0.0, "pretraining_share": 0.34},
    "reward_model": RAGGED | {"batch_size": 3, "epochs": 2},
    "ppo": {
        "episodes": 4,
        "batch_size": 4,
        "minibatch_size": 1,
        "max_response_tokens": 8,
        "learning_rate": 1e-4,
        "warmup_iterations": 0,
        "ptx_coef": 2.0,
        "ptx_examples_per_episode": 1,
        "max_tokens_per_forward": 64,
    },
}
# How many times rounding may differ: the sums run in another order.
CLOSE = {"rel": 2e-4, "abs": 1e-5}


@pytest.fixture
def make_job(tmp_path, policy_folder, reward_folder):
    policy, texts = policy_folder(), write_jsonl(tmp_path / "pretraining.jsonl", DOCUMENTS)
    demonstrations = write_jsonl(tmp_path / "demonstrations.jsonl", DEMONSTRATIONS)
    prompts = write_prompts(tmp_path / "prompts.jsonl", PROMPTS)
    rankings = write_jsonl(tmp_path / "rankings.jsonl", RANKINGS)
    inputs = {
        "sft": {"base_model": policy, "demonstrations": demonstrations, "pretraining": texts},
        "reward_model": {"base_model": policy, "rankings": rankings},
        "ppo": {"policy": policy, "reward_model": reward_folder(), "prompts": prompts},
    }
    inputs["ppo"]["pretraining"] = texts

    def make(stage, name, **changes):
        settings = SETTINGS[stage] | {"checkpoint_every_steps": 1} | changes
        return write_job(tmp_path / name, stage, inputs[stage], settings)

    return make


def metrics_of(path):
    return [computed(row["metrics"]) for row in progress_of(path.parent)]


def weights_of(path):
    output = path.parent / "output"
    return {
        str(file.relative_to(output)): load_file(file) for file in output.rglob("*.safetensors")
    }


def assert_same_weights(path, reference, *, within):
    """Every published model of the two runs."""
    found, expected = weights_of(path), weights_of(reference)
    assert found.keys() == expected.keys()
    for folder, weights in expected.items():
        assert found[folder].keys() == weights.keys()
        for name, weight in weights.items():
            torch.testing.assert_close(found[folder][name], weight, rtol=0, atol=within)


def assert_same_run(path, reference):
    assert result_of(path.parent)["outcome"] == "succeeded"
    assert len(metrics_of(path)) == len(metrics_of(reference)) > 0
    for found, expected in zip(metrics_of(path), metrics_of(reference), strict=True):
        assert found == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("stage", ["sft", "reward_model", "ppo"])
def test_two_processes_take_the_steps_of_one(make_job, stage):
    """T5, P10, P18: losses, gradient norms, whitening and metrics are those of the whole step.

    A step of one prompt, answer or pretraining text leaves a process with nothing of its own.
    """
    one, two = make_job(stage, "one"), make_job(stage, "two")

    alone = start(run_whole, stage, str(one))
    assert run_together(stage, two) == [0, 0]
    assert finish(alone) == 0

    assert_same_run(two, one)
    assert_same_weights(two, one, within=1e-4 if stage == "ppo" else 1e-6)
    assert metrics_of(one)[0]["gradient_norm"] > 0.01


def test_torchrun_starts_two_processes_that_learn_as_one(make_job):
    """The command of the runner: one launcher, two ranks, one result."""
    one, two = (make_job("reward_model", name, batch_size=5, epochs=1) for name in ("one", "two"))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "training.ml.reward_model", str(two)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}

    alone = start(run_whole, "reward_model", str(one))
    together = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )

    assert finish(alone) == 0
    assert together.returncode == 0, together.stderr
    assert_same_run(two, one)


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("sft", {}),
        ("sft", {"lora_rank": 2}),
        ("reward_model", {"encoding": "rows"}),
        ("reward_model", {"encoding": "packed"}),
        ("reward_model", {"encoding": "shared"}),
        ("reward_model", {"lora_rank": 2}),
    ],
)
def test_slices_of_a_network_take_the_steps_of_the_whole(make_job, stage, changes):
    """T5: FSDP2; the same metrics, epochs judged, published weights and checkpoint names."""
    one = make_job(stage, "one", **changes)
    sliced = make_job(stage, "sliced", sharding="full", **changes)

    alone = start(run_whole, stage, str(one))
    assert run_together(stage, sliced) == [0, 0]
    assert finish(alone) == 0

    assert_same_run(sliced, one)
    assert_same_weights(sliced, one, within=1e-6)
    stored, expected = (
        load_file(max((path.parent / "checkpoints").glob("step-*")) / "model.safetensors")
        for path in (sliced, one)
    )
    assert {name: tensor.shape for name, tensor in stored.items()} == {
        name: tensor.shape for name, tensor in expected.items()
    }


@pytest.mark.parametrize("stage", ["sft", "reward_model"])
def test_a_sliced_run_goes_on_with_its_own_bits_and_on_any_number_of_processes(make_job, stage):
    """P21: stopped after a step it ends bit-equal on two processes, and within rounding on one."""
    through = make_job(stage, "through", sharding="full")
    stopped = make_job(stage, "stopped", sharding="full")
    (stopped.parent / "stop").write_text("pause")

    assert run_together(stage, through) == [0, 0]
    run_together(stage, stopped)
    assert result_of(stopped.parent)["steps"] == 1
    (stopped.parent / "stop").unlink()
    shutil.copytree(stopped.parent, stopped.parent.with_name("alone"))
    alone = make_job(stage, "alone")

    going_on_alone = start(run_whole, stage, str(alone))
    assert run_together(stage, stopped) == [0, 0]
    assert finish(going_on_alone) == 0

    for path in (stopped, alone):
        assert result_of(path.parent)["resumed_from_step"] == 1
    assert_same_weights(stopped, through, within=0)
    assert metrics_of(stopped) == metrics_of(through)
    assert_same_weights(alone, through, within=1e-6)


def test_reinforcement_learning_refuses_slices_by_name():
    """Rollouts need the whole policy on every process, and three more networks beside it."""
    with pytest.raises(HyperparameterError) as refusal:
        parse("ppo", {"sharding": "full"})

    assert refusal.value.field == "sharding"
