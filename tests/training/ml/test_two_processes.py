"""Two processes learn what one process learns, with a copy or with a slice of the network each."""

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.training.ml.jobs import demonstration
from tests.training.ml.processes import (
    STAGES,
    finish,
    run_together,
    run_until_killed_at,
    run_whole,
    start,
)
from tests.training.ml.tiny import (
    computed,
    progress_of,
    result_of,
    write_job,
    write_jsonl,
    write_prompts,
)
from training.ml import ppo
from training.ml import sharding as slices
from training.ml.hyperparameters import HyperparameterError, parse
from training.ml.job import run_stage
from training.ml.sharding import own_part

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
# One more than the other process has: its last pass is there for the exchange alone.
HELD_OUT_PROMPTS = ["Ho", "What is it that you would like to say of this?", "And so on"]
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
    texts = write_jsonl(tmp_path / "pretraining.jsonl", DOCUMENTS)
    demonstrations = write_jsonl(tmp_path / "demonstrations.jsonl", DEMONSTRATIONS)
    prompts = write_prompts(tmp_path / "prompts.jsonl", PROMPTS, HELD_OUT_PROMPTS)
    rankings = write_jsonl(tmp_path / "rankings.jsonl", RANKINGS)

    def make(stage, name, architecture="llama", **changes):
        policy, reward = policy_folder(architecture), reward_folder(architecture)
        inputs = {
            "sft": {"base_model": policy, "demonstrations": demonstrations, "pretraining": texts},
            "reward_model": {"base_model": policy, "rankings": rankings},
            "ppo": {"policy": policy, "reward_model": reward, "prompts": prompts},
        }
        inputs["ppo"]["pretraining"] = texts
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
        ("ppo", {}),
        ("ppo", {"lora_rank": 2, "architecture": "gpt2"}),
        ("ppo", {"ptx_coef": 0.0, "ema_every": "step", "ema_decay": 0.5}),
    ],
)
def test_slices_of_a_network_take_the_steps_of_the_whole(make_job, stage, changes):
    """T5, P10, P17: FSDP2; the same metrics, published weights and names in the checkpoint.

    Reinforcement learning slices what judges too, and writes with a whole copy.
    """
    one = make_job(stage, "one", **changes)
    sliced = make_job(stage, "sliced", sharding="full", **changes)

    alone = start(run_whole, stage, str(one))
    assert run_together(stage, sliced) == [0, 0]
    assert finish(alone) == 0

    assert_same_run(sliced, one)
    assert_same_weights(sliced, one, within=1e-4 if stage == "ppo" else 1e-6)
    assert shapes_stored_by(sliced) == shapes_stored_by(one)
    # R47: asked before training, both give the same answers; a reward model gives none.
    assert first_answers(sliced) == first_answers(one)
    if stage == "ppo":
        found, expected = (result_of(path.parent)["report"]["validation"] for path in (sliced, one))
        assert found == pytest.approx(expected, **CLOSE)
        assert found["num_prompts"] == 3


def first_answers(path):
    file = path.parent / "samples.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [row["text"] for row in map(json.loads, lines) if row.get("step") == 0]


def shapes_stored_by(path):
    """Of every network in the newest checkpoint."""
    newest = max((path.parent / "checkpoints").glob("step-*"))
    return {
        file.name: {name: tensor.shape for name, tensor in load_file(file).items()}
        for file in newest.glob("*.safetensors")
        if not file.name.startswith("random")
    }


@pytest.mark.parametrize("stage", ["sft", "reward_model", "ppo"])
def test_a_sliced_run_goes_on_with_its_own_bits_and_on_any_number_of_processes(make_job, stage):
    """P21: stopped after a step it ends bit-equal on two processes, and within rounding on one."""
    longer = {"episodes": 12} if stage == "ppo" else {}
    through = make_job(stage, "through", sharding="full", **longer)
    stopped = make_job(stage, "stopped", sharding="full", **longer)
    (stopped.parent / "stop").write_text("pause")

    assert run_together(stage, through) == [0, 0]
    run_together(stage, stopped)
    assert result_of(stopped.parent)["steps"] == 1
    (stopped.parent / "stop").unlink()
    shutil.copytree(stopped.parent, stopped.parent.with_name("alone"))
    alone = make_job(stage, "alone", **longer)

    going_on_alone = start(run_whole, stage, str(alone))
    assert run_together(stage, stopped) == [0, 0]
    assert finish(going_on_alone) == 0

    for path in (stopped, alone):
        assert result_of(path.parent)["resumed_from_step"] == 1
    assert_same_weights(stopped, through, within=0)
    assert metrics_of(stopped) == metrics_of(through)
    assert_same_weights(alone, through, within=1e-4 if stage == "ppo" else 1e-6)


@pytest.mark.parametrize("sharding", ["none", "full"])
def test_both_processes_killed_in_a_step_go_on_with_the_same_bits(make_job, sharding):
    """P21: SIGKILL after the second of three iterations; the first one's checkpoint is there."""
    settings = {"episodes": 12, "sharding": sharding, "ema_decay": 0.5}
    through, killed = (make_job("ppo", name, **settings) for name in ("through", "killed"))

    assert run_together("ppo", through) == [0, 0]
    # The one that dies first may take the other's exchange with it.
    assert -signal.SIGKILL in run_together(
        "ppo", killed, run=partial(run_until_killed_at, last_step=2)
    )
    assert run_together("ppo", killed) == [0, 0]

    assert result_of(killed.parent)["resumed_from_step"] == 1
    assert_same_weights(killed, through, within=0)
    # Step 2 was reported before the kill, and is done and reported again.
    assert metrics_of(killed) == metrics_of(through)
    assert result_of(killed.parent)["report"] == result_of(through.parent)["report"]


def run_watching(stage, path):
    """Write down beside the job in which types a block and the head compute and are kept."""
    init = slices.Sliced.__init__

    def watched(self, module, world, precision):
        block = slices.blocks_of(module)[0]
        inside = next(part for part in block.modules() if isinstance(part, nn.Linear))
        init(self, module, world, precision)
        seen = {"kept": str(inside.weight.dtype), "head": str(module.head.weight.dtype)}

        def note(part, _inputs):
            seen["computed"] = str(part.weight.dtype)
            Path(path).with_name("seen.json").write_text(json.dumps(seen))

        inside.register_forward_pre_hook(note)

    slices.Sliced.__init__ = watched
    run_whole(stage, path)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_slices_are_kept_in_fp32_and_gathered_as_what_computes(make_job, precision):
    """RM3: autocast would hold a converted copy of every block until the backward pass."""
    job = make_job("reward_model", "job", sharding="full", precision=precision, epochs=1)

    assert run_together("reward_model", job, run=run_watching) == [0, 0]

    computed_in = {"fp32": "torch.float32", "bf16": "torch.bfloat16"}[precision]
    seen = json.loads((job.parent / "seen.json").read_text())
    assert seen == {"kept": "torch.float32", "head": "torch.float32", "computed": computed_in}


@pytest.mark.parametrize("stage", ["sft", "reward_model"])
def test_slices_in_bf16_take_the_steps_of_the_whole_within_its_rounding(make_job, stage):
    """T5: bf16 has eight bits, and the slices round the weights of norms too."""
    one = make_job(stage, "one", precision="bf16")
    sliced = make_job(stage, "sliced", precision="bf16", sharding="full")

    alone = start(run_whole, stage, str(one))
    assert run_together(stage, sliced) == [0, 0]
    assert finish(alone) == 0

    for found, expected in zip(metrics_of(sliced), metrics_of(one), strict=True):
        assert found["loss"] == pytest.approx(expected["loss"], rel=0.01)
        assert found["gradient_norm"] == pytest.approx(expected["gradient_norm"], rel=0.05)


def run_counting(stage, path):
    """Write down beside the job how many numbers of each network this process holds."""
    load_networks = ppo.load_networks

    def load_and_count(*arguments):
        networks = load_networks(*arguments)
        modules = {
            "policy": networks.policy.module,
            "value": networks.value.module,
            "reference": networks.reference,
            "reward": networks.reward,
        }
        held = {
            name: sum(own_part(weight).numel() for weight in module.parameters())
            for name, module in modules.items()
        }
        held["average"] = sum(own_part(weight).numel() for weight in networks.policy.average)
        rank = os.environ["RANK"]
        Path(path).with_name(f"held-{rank}.json").write_text(json.dumps(held))
        return networks

    ppo.load_networks = load_and_count
    run_whole(stage, path)


def test_each_process_holds_its_part_of_all_networks_and_no_more(make_job):
    """Both hold all numbers of each network and of the average once, in about equal parts."""
    held = {}
    for sharding in ("none", "full"):
        path = make_job("ppo", sharding, sharding=sharding)
        assert run_together("ppo", path, run=run_counting) == [0, 0]
        held[sharding] = [
            json.loads(path.with_name(f"held-{rank}.json").read_text()) for rank in range(2)
        ]

    for name, count in held["none"][0].items():
        parts = [process[name] for process in held["full"]]
        assert sum(parts) == count > 0
        assert max(parts) < 0.6 * count


@pytest.mark.parametrize("stage", ["sft", "reward_model", "ppo"])
def test_slices_without_anybody_to_share_them_with_are_told(make_job, stage):
    """The run is the usual one of a single process, and its report says so."""
    job = make_job(stage, "alone", sharding="full")

    assert run_stage(stage, STAGES[stage], [str(job)]) == 0

    (told,) = [one for one in result_of(job.parent)["report"]["warnings"] if "sharding" in one]
    assert told.startswith("sharding changed nothing")


def test_slices_are_refused_where_two_networks_share_a_trunk():
    """One trunk with two heads is one copy already; two engines cannot both slice it."""
    with pytest.raises(HyperparameterError, match="value_network") as refusal:
        parse("ppo", {"sharding": "full", "value_network": "policy_trunk", "lora_rank": 4})

    assert refusal.value.field == "sharding"


def test_more_processes_than_answers_are_refused_by_name(make_job):
    """A process without an answer has no place in an iteration; the message says how many."""
    short = make_job("ppo", "short", episodes=1, batch_size=1, minibatch_size=1)

    assert 0 not in run_together("ppo", short)

    result = result_of(short.parent)
    assert (result["outcome"], result["reason"]) == ("failed", "bad_input")
    assert "batch_size" in result["detail"]
    assert "2" in result["detail"]
