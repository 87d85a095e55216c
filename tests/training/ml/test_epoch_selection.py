"""Which epoch of a supervised run is published (R55, R57)."""

import pytest
import torch

from tests.training.ml.jobs import demonstration
from tests.training.ml.tiny import lively_reward_model
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.epoch_selection import choose_epoch
from training.ml.errors import BadInput
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.reward_folders import load_reward_model
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.seeding import generator
from training.ml.tiny_models import make_tiny

ROWS = [demonstration(n, f"Count to {n}.", "one two three"[: 3 + n]) for n in range(4)]
HELD_OUT = [demonstration(10 + n, f"Say {n}.", "ho", split="validation") for n in range(3)]
QUICK = {
    "epochs": 3,
    "batch_size": 4,
    "learning_rate": 5e-3,
    "max_completion_tokens": 16,
    "selection_max_tokens": 8,
}


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def run_with_reward(jobs, reward_folder, *, held_out=HELD_OUT, judge="llama", **changes):
    """A run whose epochs a reward model judges: its work folder and report."""
    job_file = jobs.make("sft", QUICK | changes, demonstrations=ROWS + held_out)
    described = job_file.read_text().replace(
        '"inputs": {', f'"inputs": {{"reward_model": "{reward_folder(judge)}", '
    )
    job_file.write_text(described)
    report, history = jobs.run(job_file)
    return job_file.parent, report, history


@pytest.mark.parametrize(
    ("figures", "chosen"),
    [
        # Reward decides even where the loss says otherwise; the first of equals is taken.
        (
            [
                {"validation_reward": 0.1, "validation_loss": 1.0},
                {"validation_reward": 0.4, "validation_loss": 2.0},
                {"validation_reward": 0.4, "validation_loss": 3.0},
            ],
            {"by": "reward", "epoch": 2},
        ),
        ([{"validation_loss": 2.0}, {"validation_loss": 1.5}], {"by": "loss", "epoch": 2}),
        # 2.0 + 1.0 against 1.5 + 1.8: the mix is judged by both, whatever the reward (R57).
        (
            [
                {
                    "validation_loss": 2.0,
                    "pretraining_validation_loss": 1.0,
                    "validation_reward": 0.1,
                },
                {
                    "validation_loss": 1.5,
                    "pretraining_validation_loss": 1.8,
                    "validation_reward": 0.4,
                },
            ],
            {"by": "both_losses", "epoch": 1},
        ),
        ([{}, {}], {"by": "last", "epoch": 2}),
    ],
)
def test_reward_decides_then_loss_then_the_end(figures, chosen):
    """R55, R57."""
    assert choose_epoch(figures) == chosen


def test_the_published_model_is_the_epoch_whose_answers_the_reward_model_likes_best(
    jobs, reward_folder
):
    """R55: the mean reward is that of one sampled answer per held-out prompt."""
    work_dir, report, history = run_with_reward(jobs, reward_folder)

    rewards = [step.metrics["validation_reward"] for step in history]
    assert report["validation"]["reward_by_epoch"] == rewards
    best = rewards.index(max(rewards)) + 1
    assert report["selection"] == {"by": "reward", "epoch": best}
    output = work_dir / "output"
    assert weights(output / "model") == weights(output / f"epoch-{best:03}")
    assert len({weights(output / f"epoch-{epoch:03}") for epoch in (1, 2, 3)}) == 3
    # Once more by hand: written alone, scored alone, at the last real token.
    expected = [
        mean_reward_by_hand(output / f"epoch-{epoch:03}", reward_folder("llama"))
        for epoch in (1, 2, 3)
    ]
    assert rewards == pytest.approx(expected, abs=1e-4)


@torch.no_grad()
def mean_reward_by_hand(policy_folder, reward_folder):
    policy, reward = load_policy(policy_folder), load_reward_model(reward_folder)
    encoder = TextEncoder(load_tokenizer(policy_folder), TokenLimits(64, 16))
    rule = SamplingRule(1.0, 1.0, 8, encoder.eos_id)
    rewards = []
    for place, row in enumerate(HELD_OUT):
        prompt = encoder.prompt(row["prompt"])
        [answer] = write_answers(policy, [prompt], [generator(3, "selection", place)], rule)
        ids = torch.tensor([prompt + answer.ids])
        positions = torch.arange(ids.shape[1])[None]
        rewards.append(float(reward(ids, torch.ones_like(ids), positions)[0, -1]))
    return sum(rewards) / len(rewards)


def test_without_a_reward_model_the_held_out_loss_decides(jobs):
    """R55: the documented fallback."""
    report, history = jobs.run(jobs.make("sft", QUICK, demonstrations=ROWS + HELD_OUT))

    losses = [step.metrics["validation_loss"] for step in history]
    assert report["selection"] == {"by": "loss", "epoch": losses.index(min(losses)) + 1}
    assert report["validation"]["reward_by_epoch"] == []


def test_only_the_selected_epoch_is_kept_where_that_is_asked_for(jobs, reward_folder):
    """R55."""
    all_dir, everything, _ = run_with_reward(jobs, reward_folder)
    expected = weights(all_dir / "output" / "model")

    work_dir, report, _ = run_with_reward(jobs, reward_folder, keep_epochs="selected")

    assert [folder.name for folder in (work_dir / "epochs").iterdir()] == [
        f"epoch-{report['selection']['epoch']:03}"
    ]
    assert report["selection"] == everything["selection"]
    assert weights(work_dir / "output" / "model") == expected


def test_every_tenth_pretraining_text_is_held_out_and_judged(jobs):
    """R57: ten texts are nine to learn from and one to judge the mix by."""
    texts = [{"text": f"plain text {n}"} for n in range(10)]
    settings = QUICK | {"pretraining_share": 0.25}

    _, history = jobs.run(jobs.make("sft", settings, demonstrations=ROWS[:3], pretraining=texts))
    _, other = jobs.run(
        jobs.make("sft", settings, name="other", demonstrations=ROWS[:3], pretraining=texts[:9])
    )

    assert all(step.metrics["pretraining_validation_loss"] > 0 for step in history)
    assert not any("pretraining_validation_loss" in step.metrics for step in other)
    # What is held out is not learned from: the other run saw the same steps.
    assert [step.metrics["loss"] for step in history] == [step.metrics["loss"] for step in other]


def test_a_reward_model_that_reads_other_tokens_is_refused(jobs, reward_folder, tmp_path):
    """R55: ids go from network to network; through text they would change."""
    make_tiny(tmp_path / "other", 7, "llama", width=48, num_layers=2, context=128)
    tokenizer = load_tokenizer(tmp_path / "other")
    tokenizer.add_tokens(["<another>"])
    tokenizer.save_pretrained(tmp_path / "other")
    jobs.base_model = tmp_path / "other"

    with pytest.raises(BadInput, match="another tokenizer than the base model"):
        run_with_reward(jobs, reward_folder)


def test_answers_are_judged_within_the_contexts_of_writer_and_judge(
    jobs, reward_folder, policy_folder
):
    """R55: 112 tokens of a long prompt and 16 of an answer are all that GPT-2 has places for."""
    jobs.base_model = policy_folder("gpt2")
    long = [demonstration(20, "Why? " * 40, "ho", split="validation")]

    _, report, _ = run_with_reward(
        jobs, reward_folder, held_out=long, judge="gpt2", selection_max_tokens=128, epochs=1
    )

    assert len(report["validation"]["reward_by_epoch"]) == 1


@pytest.mark.parametrize("knob", ["selection_max_tokens", "sample_max_tokens"])
def test_a_judge_whose_context_is_too_short_is_refused_before_anything_is_trained(
    jobs, policy_folder, tmp_path, knob
):
    """R55: 50 tokens of a prompt and 16 of an answer, and places for 64."""
    make_tiny(tmp_path / "short", 7, "gpt2", width=48, num_layers=2, context=64)
    lively_reward_model(tmp_path / "judge", tmp_path / "short")
    jobs.base_model = policy_folder("gpt2")
    rows = [demonstration(20, "a" * 50, "ho", split="validation")]
    lengths = {"selection_max_tokens": 8, "sample_max_tokens": 8} | {knob: 100}

    with pytest.raises(BadInput, match=f"reads at most 64 tokens.* have 66: .*{knob}"):
        run_with_reward(jobs, lambda _: tmp_path / "judge", held_out=rows, **lengths)
    short = [demonstration(20, "a" * 48, "ho", split="validation")]
    run_with_reward(jobs, lambda _: tmp_path / "judge", held_out=short, epochs=1, **lengths)


def test_a_mix_is_chosen_by_both_losses_and_says_when_one_is_missing(jobs):
    """R57: demonstrations and pretraining text, both held out."""
    texts = [{"text": f"plain text {n}"} for n in range(10)]
    settings = QUICK | {"pretraining_share": 0.25}

    whole, history = jobs.run(
        jobs.make("sft", settings, demonstrations=ROWS[:3] + HELD_OUT, pretraining=texts)
    )
    half, _ = jobs.run(
        jobs.make("sft", settings, name="half", demonstrations=ROWS[:3], pretraining=texts)
    )

    sums = [
        step.metrics["validation_loss"] + step.metrics["pretraining_validation_loss"]
        for step in history
    ]
    assert whole["validation"]["mixed_loss_by_epoch"] == sums
    assert whole["selection"] == {"by": "both_losses", "epoch": sums.index(min(sums)) + 1}
    assert whole["warnings"] == []
    assert half["validation"]["mixed_loss_by_epoch"] == []
    assert "not judged by both" in half["warnings"][0]
