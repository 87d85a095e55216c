"""Adapters: what is trained, what leaves a run, and what the reference is (RM10, R66, R73)."""

import json

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from tests.training.ml.jobs import demonstration, ranked
from tests.training.ml.ppo_setup import ppo_setup
from tests.training.ml.tiny import progress_of, write_job, write_prompts
from training.ml.errors import BadInput
from training.ml.hyperparameters import parse
from training.ml.job import run_stage
from training.ml.lora import adapters_off, add_adapters, merged, save_adapters
from training.ml.model_folders import load_policy
from training.ml.ppo import train_ppo
from training.ml.reward_folders import load_reward_model
from training.ml.tiny_models import ARCHITECTURES

# What peft's own loader still asks transformers for.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")

IDS = torch.tensor([[5, 6, 7, 8, 9]])
RANK_4 = parse("sft", {"lora_rank": 4, "lora_alpha": 8})


def with_lively_adapters(folder):
    """A policy whose adapters say something, and its logits before and after they did."""
    model = load_policy(folder)
    before = model(IDS).logits
    add_adapters(model, RANK_4, seed=3)
    torch.testing.assert_close(model(IDS).logits, before)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model, before, model(IDS).logits


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_merged_weights_and_the_adapter_folder_compute_the_same(
    architecture, tmp_path, policy_folder
):
    """RM10: merged, or loaded by peft on top of the start; switched off, the start itself."""
    model, before, after = with_lively_adapters(policy_folder(architecture))
    save_adapters(model, tmp_path / "adapter")

    loaded = PeftModel.from_pretrained(
        load_policy(policy_folder(architecture)), tmp_path / "adapter"
    )
    with adapters_off(model):
        torch.testing.assert_close(model(IDS).logits, before)

    assert (after - before).abs().max() > 0.1
    torch.testing.assert_close(merged(model)(IDS).logits, after, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(loaded(IDS).logits, after)
    # Switching off and on again leaves them trainable, and the rest frozen.
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)


def test_an_architecture_whose_matrices_are_unknown_is_refused(policy_folder, monkeypatch):
    """Nothing is silently left untrained."""
    model = load_policy(policy_folder())
    monkeypatch.setattr(model.config, "model_type", "bloom")

    with pytest.raises(BadInput, match="adapters are not known for bloom"):
        add_adapters(model, RANK_4, seed=3)


def test_a_supervised_run_of_adapters_publishes_plain_weights_and_the_adapters(jobs, tiny_folder):
    """RM10, R55: any loader reads the model; peft reads the adapters on the base model."""
    rows = [demonstration(n, f"Count to {n}.", "one two") for n in range(4)]
    settings = {"epochs": 2, "batch_size": 4, "learning_rate": 1e-2, "lora_rank": 2}
    job_file = jobs.make("sft", settings | {"max_completion_tokens": 16}, demonstrations=rows)
    jobs.run(job_file)
    output = job_file.parent / "output"

    plain = AutoModelForCausalLM.from_pretrained(output / "model")
    start = load_policy(tiny_folder)
    adapted = PeftModel.from_pretrained(load_policy(tiny_folder), output / "adapter")

    torch.testing.assert_close(plain(IDS).logits, adapted(IDS).logits, rtol=1e-4, atol=1e-4)
    assert (plain(IDS).logits - start(IDS).logits).abs().max() > 1e-3
    assert not [
        name for name in load_file(output / "model" / "model.safetensors") if "lora" in name
    ]
    # The embeddings are no matrix of a block: they stay as they were.
    torch.testing.assert_close(
        plain.get_input_embeddings().weight, start.get_input_embeddings().weight
    )


def test_a_reward_model_of_adapters_trains_and_keeps_its_head(jobs):
    """RM10: the score of eight texts is the same after saving and loading."""
    texts = ["axxx", "aaxx", "aaax", "aaaa"]
    rows = [ranked(n, f"Prompt {n}.", texts, ("amina", [1, 2, 3, 4])) for n in range(6)]
    held_out = [
        ranked(10 + n, f"Unseen {n}.", texts, ("otto", [1, 2, 3, 4]), split="validation")
        for n in range(2)
    ]
    settings = {"epochs": 20, "batch_size": 6, "learning_rate": 1e-2, "lora_rank": 4}
    job_file = jobs.make(
        "reward_model", settings | {"max_completion_tokens": 16}, rankings=rows + held_out
    )
    report, history = jobs.run(job_file)
    folder = job_file.parent / "output" / "model"

    assert history[-1].metrics["accuracy"] == 1.0
    assert report["validation"]["accuracy"]["value"] == 1.0
    scores = dict(report["validation"]["scores"])
    loaded = load_reward_model(folder)
    assert len(scores) == 8
    assert loaded.head.weight.abs().sum() > 0
    # What the run scored before it was saved, once more from the folder.
    other = jobs.make(
        "reward_model",
        {"max_steps": 1, "learning_rate": 0.0, "max_completion_tokens": 16},
        name="again",
        base_model=folder,
        rankings=rows + held_out,
    )
    again, _ = jobs.run(other)
    shift = again["centring"]["bias"] - report["centring"]["bias"]
    for identifier, score in again["validation"]["scores"]:
        assert score - shift == pytest.approx(scores[identifier], abs=1e-3)
    AutoModelForSequenceClassification.from_pretrained(folder)


@pytest.mark.parametrize(("architecture", "num_seeds"), [("llama", 1), ("gpt2", 1), ("gpt2", 3)])
def test_the_adapters_of_a_reward_model_score_as_the_merged_one_does(
    jobs, tiny_folders, architecture, num_seeds
):
    """RM10: loaded by peft on the base model, whose head says something else; centring included."""
    texts = ["axxx", "aaxx", "aaax", "aaaa"]
    rows = [ranked(n, f"Prompt {n}.", texts, ("amina", [1, 2, 3, 4])) for n in range(6)]
    rows += [ranked(9, "Unseen.", texts, ("otto", [1, 2, 3, 4]), split="validation")]
    settings = {"epochs": 2, "batch_size": 3, "learning_rate": 1e-2, "lora_rank": 2}
    settings |= {"max_completion_tokens": 16, "num_seeds": num_seeds}
    jobs.base_model = tiny_folders[architecture]
    job_file = jobs.make("reward_model", settings, rankings=rows)
    report, _ = jobs.run(job_file)
    output = job_file.parent / "output"

    merged_one = AutoModelForSequenceClassification.from_pretrained(output / "model")
    start = AutoModelForSequenceClassification.from_pretrained(
        tiny_folders[architecture], num_labels=1
    )
    before = start(IDS).logits
    adapted = PeftModel.from_pretrained(start, output / "adapter")

    found = adapted(IDS).logits
    torch.testing.assert_close(found, merged_one(IDS).logits, rtol=1e-4, atol=1e-4)
    assert (found - before).abs().max() > 1e-3
    config = json.loads((output / "adapter" / "adapter_config.json").read_text())
    assert config["task_type"] == "SEQ_CLS"
    assert "score" in config["modules_to_save"]
    assert abs(report["centring"]["bias"]) > 1e-3


def test_the_policy_with_its_adapters_off_is_the_reference(
    tmp_path, policy_folder, reward_folder, world
):
    """R66, P5: no second copy, and yet a divergence of exactly nothing at the start."""
    setup = ppo_setup(tmp_path, policy_folder("gpt2"), reward_folder("gpt2"), world, lora_rank=2)

    rollouts = setup.rollouts()

    assert setup.networks.reference is None
    torch.testing.assert_close(rollouts.logprob_BR, rollouts.reference_logprob_BR)
    trained = setup.networks.policy.trained
    assert trained
    assert all("lora_" in name for name in trained)
    assert any("score" in name for name in setup.networks.value.trained)


def test_a_ppo_run_of_adapters_moves_diverges_and_publishes_plain_weights(
    tmp_path, policy_folder, reward_folder
):
    """R73: averaged and raw weights are merged; the checkpoint holds the adapters alone."""
    inputs = {
        "policy": policy_folder(),
        "reward_model": reward_folder(),
        "prompts": write_prompts(tmp_path / "prompts.jsonl", ["Hi", "Say a word.", "Why?"]),
    }
    settings = {
        "episodes": 16,
        "batch_size": 4,
        "minibatch_size": 2,
        "max_response_tokens": 6,
        "learning_rate": 1e-2,
        "warmup_iterations": 0,
        "ema_decay": 0.5,
        "kl_ceiling": 1e6,
        "lora_rank": 2,
        "checkpoint_every_steps": 2,
    }
    path = write_job(tmp_path / "job", "ppo", inputs, settings)

    assert run_stage("ppo", train_ppo, [str(path)]) == 0

    output = path.parent / "output"
    progress = progress_of(path.parent)
    assert progress[0]["metrics"]["kl"] == 0.0
    assert progress[-1]["metrics"]["kl"] != 0.0
    raw, averaged = (
        AutoModelForCausalLM.from_pretrained(output / name) for name in ("raw_policy", "model")
    )
    assert (raw(IDS).logits - averaged(IDS).logits).abs().max() > 1e-4
    adapted = PeftModel.from_pretrained(load_policy(policy_folder()), output / "adapter")
    torch.testing.assert_close(averaged(IDS).logits, adapted(IDS).logits, rtol=1e-4, atol=1e-4)
    stored = load_file(max((path.parent / "checkpoints").glob("step-*")) / "policy.safetensors")
    assert all("lora_" in name for name in stored)
