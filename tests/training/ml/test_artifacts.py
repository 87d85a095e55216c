"""What training publishes loads unchanged elsewhere: models, tokenizer, chat template, adapters.

One chain of runs - supervised, reward model, PPO - on a base whose tokenizer has a chat template.
"""

import json

import pytest
import torch
from peft import PeftModel
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    pipeline,
)

from tests.training.ml.jobs import demonstration, ranked
from tests.training.ml.tiny import (
    lively_policy,
    result_of,
    write_job,
    write_jsonl,
    write_prompts,
)
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.job import run_stage
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.ppo import train_ppo
from training.ml.reward_folders import load_reward_model
from training.ml.reward_model import train_reward_model
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.seeding import generator
from training.ml.sft import train_sft

TEMPLATE = (
    "{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
PROMPT = "Say a word."
TEXTS = ["axxx", "aaxx", "aaax", "aaaa"]
SETTINGS = {
    "sft": {"epochs": 1, "batch_size": 4, "learning_rate": 1e-3},
    "reward_model": {"batch_size": 4, "learning_rate": 1e-3},
    "ppo": {"episodes": 4, "batch_size": 2, "minibatch_size": 2, "max_response_tokens": 4},
}
TRAIN = {"sft": train_sft, "reward_model": train_reward_model, "ppo": train_ppo}
# What peft's own loader still asks transformers for.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def published(request, tmp_path_factory):
    """The base and every folder that the chain publishes, by a name of its own."""
    root = tmp_path_factory.mktemp(request.param)
    base = root / "base"
    lively_policy(base, request.param)
    tokenizer = load_tokenizer(base)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(base)
    demonstrations = write_jsonl(
        root / "demonstrations.jsonl", [demonstration(n, f"Count to {n}.", "one") for n in range(4)]
    )
    rankings = write_jsonl(
        root / "rankings.jsonl",
        [ranked(n, f"Prompt {n}.", TEXTS, ("amina", [1, 2, 3, 4])) for n in range(4)],
    )
    prompts = write_prompts(root / "prompts.jsonl", ["Hi", PROMPT])

    def run(stage, inputs, **changes):
        adapted = "-adapted" if changes else ""
        job = write_job(root / f"{stage}{adapted}", stage, inputs, SETTINGS[stage] | changes)
        assert run_stage(stage, TRAIN[stage], [str(job)]) == 0, result_of(job.parent)
        return job.parent / "output"

    sft = run("sft", {"base_model": base, "demonstrations": demonstrations})
    reward = run("reward_model", {"base_model": sft / "model", "rankings": rankings})
    given = {"policy": sft / "model", "reward_model": reward / "model", "prompts": prompts}
    ppo = run("ppo", given)
    adapted = run("ppo", given, lora_rank=2, learning_rate=1e-2, ema_decay=0.0)
    return {
        "base": base,
        "sft": sft / "model",
        "reward_model": reward / "model",
        "policy": ppo / "model",
        "raw_policy": ppo / "raw_policy",
        "value_model": ppo / "value_model",
        "adapted_policy": adapted / "model",
        "adapter": adapted / "adapter",
    }


def encoder_of(folder):
    return TextEncoder(load_tokenizer(folder), TokenLimits(64, 32))


def test_the_chat_template_travels_from_the_base_to_every_model(published):
    """R61, T2: each folder frames a prompt as the base does."""
    expected = encoder_of(published["base"]).prompt(PROMPT)

    assert load_tokenizer(published["base"]).decode(expected) == f"[user] {PROMPT}\n[assistant] "
    for name, folder in published.items():
        if name != "adapter":
            assert AutoTokenizer.from_pretrained(folder).chat_template == TEMPLATE
            assert encoder_of(folder).prompt(PROMPT) == expected


@pytest.mark.parametrize("name", ["sft", "policy", "raw_policy", "adapted_policy"])
def test_a_policy_answers_in_a_pipeline_as_it_does_here(published, name):
    """R73: same ids for the prompt, and greedy decoding gives the same answer."""
    folder = published[name]
    writer = pipeline("text-generation", model=str(folder), device="cpu")
    turns = [{"role": "user", "content": PROMPT}]
    encoder = encoder_of(folder)
    prompt = encoder.prompt(PROMPT)

    framed = writer.tokenizer.apply_chat_template(turns, add_generation_prompt=True)["input_ids"]
    [said] = writer(turns, max_new_tokens=8, do_sample=False)
    rule = SamplingRule(0.0, 1.0, 8, encoder.eos_id)
    [answer] = write_answers(load_policy(folder), [prompt], [generator(1)], rule)

    assert framed == prompt
    assert said["generated_text"][-1] == {
        "role": "assistant",
        "content": encoder.tokenizer.decode(answer.ids, skip_special_tokens=True),
    }


@pytest.mark.parametrize("name", ["reward_model", "value_model"])
def test_a_reward_or_value_model_scores_in_any_classifier_as_it_does_here(published, name):
    """RM2, RM6, R73: at the end of text; but for the constant that only some heads can hold."""
    folder = published[name]
    encoder = encoder_of(folder)
    own, plain = (
        load_reward_model(folder),
        AutoModelForSequenceClassification.from_pretrained(folder),
    )
    gaps = []
    for text in TEXTS:
        ids = torch.tensor([encoder.prompt(PROMPT) + encoder.completion(text)])
        with torch.no_grad():
            value_T = own(ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None])[0]
            gaps.append((value_T[-1] - plain(ids).logits[0, 0]).item())

    constant = 0.0 if own.model.config.model_type == "gpt2" else own.head.bias.item()
    assert gaps == pytest.approx([constant] * len(TEXTS), abs=1e-4)


def test_adapters_load_on_the_model_that_training_started_from(published):
    """RM10: peft's loader and the merged folder compute the same, and not what the start does."""
    ids = torch.tensor([encoder_of(published["base"]).prompt(PROMPT)])
    start = AutoModelForCausalLM.from_pretrained(published["sft"])
    adapted = PeftModel.from_pretrained(load_policy(published["sft"]), published["adapter"])

    with torch.no_grad():
        merged = AutoModelForCausalLM.from_pretrained(published["adapted_policy"])(ids).logits
        torch.testing.assert_close(merged, adapted(ids).logits, rtol=1e-4, atol=1e-4)
        assert (merged - start(ids).logits).abs().max() > 1e-4


def test_nothing_that_is_published_runs_code_when_it_is_read(published):
    """No pickle, no remote code: weights are safetensors, the rest is text."""
    for folder in published.values():
        for file in folder.rglob("*"):
            assert file.suffix in {".safetensors", ".json", ".jinja", ".txt", ".md"}, file
            if file.suffix == ".json":
                assert "auto_map" not in json.loads(file.read_text(encoding="utf-8")), file
            elif file.suffix != ".safetensors":
                file.read_text(encoding="utf-8")
