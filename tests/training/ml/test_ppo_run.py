"""Whole PPO runs on tiny models: resuming, exporting, and a reward that rises."""

import itertools
import json

import pytest
import torch
from safetensors.torch import load_file

from tests.training.ml.ppo_jobs import weights
from tests.training.ml.tiny import (
    computed,
    progress_of,
    result_of,
    write_jsonl,
)
from training.ml.job import EXIT_FAILED, EXIT_STOPPED
from training.ml.ppo import train_ppo


def stopping_after(step):
    """PPO, and a person who presses pause while it takes this step."""

    def stage(job):
        steps = train_ppo(job)
        while True:
            try:
                metrics = next(steps)
            except StopIteration as ended:
                return ended.value
            if metrics.step == step:
                (job.work_dir / "stop").write_text("pause", encoding="utf-8")
            yield metrics

    return stage


def test_ten_iterations_equal_five_a_pause_and_five(ppo_jobs):
    """P21, R74: policy, average, value network, prompts and pretraining texts, bit for bit."""
    through, code = ppo_jobs.run("through")
    assert code == 0
    halved, paused_code = ppo_jobs.run("halved", stopping_after(5))
    paused = result_of(halved)
    (halved / "stop").unlink()
    torch.manual_seed(987)

    _, resumed_code = ppo_jobs.run("halved")

    assert (paused_code, resumed_code) == (EXIT_STOPPED, 0)
    assert (paused["outcome"], paused["reason"], paused["steps"]) == ("stopped", "pause", 5)
    assert result_of(halved)["resumed_from_step"] == 5
    for model in ("model", "raw_policy", "value_model"):
        assert weights(halved, model) == weights(through, model)
    metrics = [[computed(row["metrics"]) for row in progress_of(run)] for run in (through, halved)]
    assert len(metrics[0]) == 10
    assert metrics[0] == metrics[1]
    assert result_of(halved)["report"] == result_of(through)["report"]


def test_the_run_reports_its_iterations_updates_and_warm_up(ppo_jobs):
    """R68, R69, R71, P5: 40 episodes are 10 iterations of 2 updates."""
    work_dir, _ = ppo_jobs.run("job", warmup_iterations=8)

    report, progress = result_of(work_dir)["report"], progress_of(work_dir)
    assert (report["iterations"], report["updates"], report["episodes"]) == (10, 20, 40)
    assert report["ptx_reduction"] == "token_mean"
    assert [row["metrics"]["updates"] for row in progress] == list(range(2, 21, 2))
    assert progress[0]["metrics"]["kl"] == 0.0
    assert progress[0]["metrics"]["first_ratio"] == pytest.approx(1.0, abs=1e-4)
    # The second update of iteration i is step 2i + 1 of a warm-up of 16 from a tenth.
    rates = [row["metrics"]["learning_rate"] for row in progress]
    expected = [1e-3 * (0.1 + 0.9 * min(1, (2 * i + 1) / 16)) for i in range(10)]
    assert rates == pytest.approx(expected, abs=1e-8)


def test_while_the_value_network_warms_up_the_policy_stands_still(ppo_jobs, policy_folder):
    """P22: after two of two warm-up iterations only the critic has moved."""
    settings = {"episodes": 12, "value_warmup_iterations": 2, "checkpoint_every_steps": 1}
    work_dir, _ = ppo_jobs.run("job", **settings)

    progress = [row["metrics"] for row in progress_of(work_dir)]
    assert [row["updates"] for row in progress] == [0, 0, 2]
    assert ["policy_loss" in row for row in progress] == [False, False, True]
    assert progress[1]["value_loss"] != progress[0]["value_loss"]
    start = load_file(policy_folder() / "model.safetensors")
    warm, learnt = (
        load_file(work_dir / f"checkpoints/step-0000000{step}/policy.safetensors")
        for step in (2, 3)
    )
    assert all(torch.equal(warm["weight." + name], weight) for name, weight in start.items())
    assert not all(torch.equal(learnt["weight." + name], weight) for name, weight in start.items())


def test_a_warm_up_that_leaves_nothing_for_the_policy_is_refused(ppo_jobs):
    """P22."""
    work_dir, code = ppo_jobs.run("job", value_warmup_iterations=10)

    assert code == EXIT_FAILED
    assert "value_warmup_iterations" in result_of(work_dir)["detail"]


def test_the_price_of_divergence_stays_while_the_value_network_warms_up(ppo_jobs):
    """P15, P22: a policy that stands still diverges by nothing, which is no reason to lower it."""
    settings = {"kl_target": 1e-6, "kl_horizon": 40, "episodes": 16, "value_warmup_iterations": 2}
    work_dir, _ = ppo_jobs.run("job", **settings)

    steps = [row["metrics"] for row in progress_of(work_dir)]
    prices = [step["kl_coef"] for step in steps]
    assert [step["kl"] for step in steps[:3]] == [0.0, 0.0, 0.0]
    # The third batch is the first that the policy learns from, and was written before it did.
    assert prices[:3] == [prices[0]] * 3
    assert prices[3] == pytest.approx(0.98 * prices[0])


def test_the_price_of_divergence_moves_towards_its_target_and_survives_a_pause(ppo_jobs):
    """P15, P21: every batch is far from the target, so each moves the price by the most it may."""
    settings = {"kl_target": 1e-6, "kl_horizon": 40, "episodes": 16}
    through, _ = ppo_jobs.run("through", **settings)
    halved, _ = ppo_jobs.run("halved", stopping_after(2), **settings)
    (halved / "stop").unlink()
    ppo_jobs.run("halved", **settings)

    steps = [row["metrics"] for row in progress_of(through)]
    prices = [step["kl_coef"] for step in steps]
    factors = [after / before for before, after in itertools.pairwise(prices)]
    # A fifth of 4 / 40 up or down. The first batch diverges by nothing, which is too little.
    expected = [1.02 if step["kl"] > 1e-6 else 0.98 for step in steps[:-1]]
    assert expected[:2] == [0.98, 1.02]
    assert factors == pytest.approx(expected, rel=1e-5)
    assert [row["metrics"]["kl_coef"] for row in progress_of(halved)] == prices


@pytest.mark.parametrize("ema_every", ["iteration", "step"])
def test_the_exported_policy_is_the_average_and_the_raw_one_is_kept(ppo_jobs, ema_every):
    """R73, P16."""
    settings = {"episodes": 12, "checkpoint_every_steps": 1, "ema_every": ema_every}
    work_dir, _ = ppo_jobs.run("job", **settings)

    stored = load_file(work_dir / "checkpoints" / "step-00000003" / "policy.safetensors")
    for folder, kind in (("model", "average."), ("raw_policy", "weight.")):
        exported = load_file(work_dir / "output" / folder / "model.safetensors")
        assert exported
        assert all(torch.equal(exported[name], stored[kind + name]) for name in exported)
    assert weights(work_dir, "model") != weights(work_dir, "raw_policy")


def test_one_averaging_step_moves_the_export_by_its_share(ppo_jobs, policy_folder):
    """P16: after one iteration 0.9 of the start and 0.1 of the raw weights."""
    work_dir, _ = ppo_jobs.run("job", episodes=4, ema_every="iteration")

    start = load_file(policy_folder() / "model.safetensors")
    folders = ("model", "raw_policy")
    averaged, raw = (load_file(work_dir / f"output/{name}/model.safetensors") for name in folders)
    for name, weight in averaged.items():
        torch.testing.assert_close(weight, 0.9 * start[name] + 0.1 * raw[name])


def test_at_coefficient_zero_the_run_is_plain_ppo(ppo_jobs):
    """R70, P17: bit for bit; and the run says that its pretraining text was not used."""
    short = {"episodes": 12, "ptx_coef": 0.0}
    with_text, _ = ppo_jobs.run("with", **short)
    plain, _ = ppo_jobs.run("plain", without=("pretraining",), **short)
    mixed, _ = ppo_jobs.run("mixed", episodes=12)

    for model in ("model", "raw_policy", "value_model"):
        assert weights(with_text, model) == weights(plain, model)
    assert weights(mixed, "raw_policy") != weights(plain, "raw_policy")
    assert any("not used" in warning for warning in result_of(with_text)["report"]["warnings"])


def test_a_coefficient_without_pretraining_text_is_bad_input(ppo_jobs):
    work_dir, code = ppo_jobs.run("job", without=("pretraining",))

    assert code == EXIT_FAILED
    assert result_of(work_dir)["reason"] == "bad_input"
    assert "pretraining" in result_of(work_dir)["detail"]


def test_networks_that_read_other_tokens_are_bad_input(ppo_jobs, tmp_path, policy_folder):
    """Answers travel as token ids: a reward model with another vocabulary would judge noise."""
    other = tmp_path / "other"
    other.mkdir()
    for file in ppo_jobs.inputs["reward_model"].iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    tokenizer = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary["a"], vocabulary["b"] = vocabulary["b"], vocabulary["a"]
    (other / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")

    work_dir, code = ppo_jobs.run("job", inputs={"reward_model": other})

    assert code == EXIT_FAILED
    assert result_of(work_dir)["reason"] == "bad_input"
    assert "inputs.reward_model: it has another tokenizer" in result_of(work_dir)["detail"]


def test_ppo_raises_the_reward_of_a_toy_task(ppo_jobs):
    """Two tokens an answer against a random reward model: a bandit that must be learned."""
    work_dir, _ = ppo_jobs.run(
        "job",
        without=("pretraining",),
        episodes=64 * 20,
        batch_size=64,
        minibatch_size=32,
        inner_epochs=2,
        max_response_tokens=2,
        learning_rate=3e-3,
        warmup_iterations=0,
        ptx_coef=0.0,
        kl_coef=0.0,
    )

    scores = [row["metrics"]["score"] for row in progress_of(work_dir)]
    assert sum(scores[-3:]) / 3 > sum(scores[:3]) / 3 + 0.5


def test_the_exported_policy_is_scored_on_held_out_prompts_beside_the_reference(
    tmp_path, ppo_jobs, policy_folder
):
    """R75: both answer the two validation prompts with the same random streams."""
    rows = [
        {"prompt_id": f"p{n}", "prompt": text, "split": split}
        for n, (text, split) in enumerate(
            [("Hi", "train"), ("Why?", "train"), ("Say so.", "validation"), ("Go", "validation")]
        )
    ]
    prompts = write_jsonl(tmp_path / "with-validation.jsonl", rows)

    still, _ = ppo_jobs.run("still", inputs={"prompts": prompts}, episodes=4, learning_rate=0.0)
    moved, _ = ppo_jobs.run("moved", inputs={"prompts": prompts}, episodes=40, ema_decay=0.0)

    still_found, moved_found = (result_of(run)["report"]["validation"] for run in (still, moved))
    assert still_found["score_before"] == pytest.approx(still_found["score_after"], abs=1e-6)
    assert moved_found["score_before"] == pytest.approx(still_found["score_before"], abs=1e-6)
    assert moved_found["score_after"] != pytest.approx(moved_found["score_before"], abs=1e-4)
    assert moved_found["num_prompts"] == 2


def test_without_held_out_prompts_there_is_no_validation_score(ppo_jobs):
    """R75: nothing is made up."""
    work_dir, _ = ppo_jobs.run("job", episodes=4)

    assert result_of(work_dir)["report"]["validation"] is None
