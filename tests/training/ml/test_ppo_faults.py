"""Runs that must not go on: what they leave, and that they can be resumed (R74)."""

import itertools
from dataclasses import replace

import torch
from safetensors.torch import load_file, save_file

from tests.training.ml.ppo_jobs import weights
from tests.training.ml.tiny import lively_reward_model, progress_of, result_of
from training.ml import experience, ppo
from training.ml.job import EXIT_FAILED
from training.ml.rollouts import write_answers
from training.ml.tiny_models import make_tiny


def test_a_policy_beyond_the_ceiling_stops_the_run_which_can_be_resumed(ppo_jobs):
    """R74: at the ceiling the state before it is stored, whatever the checkpoint rhythm."""
    through, _ = ppo_jobs.run("through", episodes=20)
    kl = [row["metrics"]["kl"] for row in progress_of(through)]
    broken = next(i for i, nats in enumerate(kl) if nats > max(kl[0], 0.001))
    # A ceiling that iteration `broken` is the first to exceed.
    ceiling = (max(0.001, *kl[:broken]) + kl[broken]) / 2

    capped, code = ppo_jobs.run("capped", episodes=20, kl_ceiling=ceiling, checkpoint_every_steps=0)
    stopped = result_of(capped)
    _, resumed_code = ppo_jobs.run("capped", episodes=20, checkpoint_every_steps=0)

    assert (code, resumed_code) == (EXIT_FAILED, 0)
    assert (stopped["outcome"], stopped["reason"]) == ("failed", "kl_ceiling")
    assert "nats per answer" in stopped["detail"]
    assert stopped["steps"] == broken
    assert result_of(capped)["resumed_from_step"] == broken
    assert weights(capped, "raw_policy") == weights(through, "raw_policy")


def forgetful_of_temperature(policy, prompts, noise, rule):
    """A writer that draws from the raw logits, whatever temperature it is told."""
    return write_answers(policy, prompts, noise, replace(rule, temperature=1.0))


def test_a_writer_that_forgot_the_temperature_stops_the_run_which_can_be_resumed(
    ppo_jobs, monkeypatch
):
    """P20, P3: nothing is learned from such answers, and what was learned before is stored."""
    settings = {"episodes": 12, "temperature": 0.7}
    through, _ = ppo_jobs.run("through", **settings)
    calls = itertools.count()

    def breaks_in_the_second_iteration(*arguments):
        writer = forgetful_of_temperature if next(calls) == 1 else write_answers
        return writer(*arguments)

    monkeypatch.setattr(experience, "write_answers", breaks_in_the_second_iteration)
    broken, code = ppo_jobs.run("broken", **settings)
    stopped = result_of(broken)
    _, resumed_code = ppo_jobs.run("broken", **settings)

    assert (code, resumed_code) == (EXIT_FAILED, 0)
    assert (stopped["reason"], stopped["steps"]) == ("sampler_gap", 1)
    assert "limit is 0.01" in stopped["detail"]
    assert result_of(broken)["resumed_from_step"] == 1
    assert weights(broken, "raw_policy") == weights(through, "raw_policy")
    healthy = [row["metrics"]["sampler_probability_gap"] for row in progress_of(through)]
    assert max(healthy) < 1e-5


def test_at_limit_one_a_mismatch_is_only_logged(ppo_jobs, monkeypatch):
    """P20."""
    monkeypatch.setattr(experience, "write_answers", forgetful_of_temperature)

    work_dir, code = ppo_jobs.run("job", episodes=4, temperature=0.7, sampler_gap_limit=1.0)

    assert code == 0
    assert progress_of(work_dir)[0]["metrics"]["sampler_gap"] > 0.1


def test_a_score_that_is_not_a_number_stops_the_run(ppo_jobs, tmp_path, reward_folder):
    """R74: before anything is learned from it."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in reward_folder().iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    tensors = load_file(broken / "model.safetensors")
    tensors["score.weight"].fill_(float("nan"))
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})

    work_dir, code = ppo_jobs.run("job", inputs={"reward_model": broken})

    result = result_of(work_dir)
    assert code == EXIT_FAILED
    assert (result["outcome"], result["reason"], result["steps"]) == ("failed", "nan", 0)
    assert "score" in result["detail"]
    assert not (work_dir / "output" / "model").exists()


def test_a_reward_model_that_cannot_read_a_prompt_with_its_answer_is_refused(ppo_jobs, tmp_path):
    """The contract: 11 tokens of "Say a word." and 6 of an answer, and places for 16."""
    make_tiny(tmp_path / "short", 7, "gpt2", width=48, num_layers=2, context=16)
    lively_reward_model(tmp_path / "judge", tmp_path / "short")

    work_dir, code = ppo_jobs.run("job", inputs={"reward_model": tmp_path / "judge"})

    result = result_of(work_dir)
    assert (code, result["reason"], result["steps"]) == (EXIT_FAILED, "bad_input", 0)
    assert "reads at most 16 tokens, and a prompt with its answer may have 17" in result["detail"]
    assert "lower max_prompt_tokens or max_response_tokens" in result["detail"]


def test_figures_that_are_not_finite_leave_a_run_that_can_be_resumed(ppo_jobs, monkeypatch):
    """R74: two iterations on, with the same prompts in the same order and the same bits."""
    through, _ = ppo_jobs.run("through", episodes=20)
    scores = experience.answer_rewards
    calls = itertools.count()

    def broken_once(network, batch):
        return scores(network, batch) * (float("inf") if next(calls) == 2 else 1.0)

    monkeypatch.setattr(experience, "answer_rewards", broken_once)
    broken, code = ppo_jobs.run("broken", episodes=20, max_tokens_per_forward=4096)
    stopped = result_of(broken)
    _, resumed_code = ppo_jobs.run("broken", episodes=20, max_tokens_per_forward=4096)

    assert (code, resumed_code) == (EXIT_FAILED, 0)
    assert (stopped["reason"], stopped["steps"]) == ("nan", 2)
    assert result_of(broken)["resumed_from_step"] == 2
    assert weights(broken, "raw_policy") == weights(through, "raw_policy")


def test_weights_that_are_not_finite_are_never_stored(ppo_jobs, tmp_path, monkeypatch):
    """R74: the newest checkpoint is what a run resumes from; it must be the last good one."""

    def with_broken_weights(networks, *arguments, **named):
        rollouts = experience.collect(networks, *arguments, **named)
        if networks.policy.updates == 4:
            with torch.no_grad():
                next(iter(networks.policy.trained.values())).fill_(float("nan"))
            rollouts.score_B.fill_(float("nan"))
        return rollouts

    monkeypatch.setattr(ppo, "collect", with_broken_weights)
    work_dir, code = ppo_jobs.run("job", episodes=20, checkpoint_every_steps=1)

    assert (code, result_of(work_dir)["reason"]) == (EXIT_FAILED, "nan")
    newest = max((work_dir / "checkpoints").glob("step-*"))
    assert newest.name == "step-00000002"
    assert all(torch.isfinite(w).all() for w in load_file(newest / "policy.safetensors").values())


def test_answers_that_stop_ending_are_told_once_and_in_the_report(ppo_jobs, monkeypatch):
    """P8: also after a pause, which must neither forget that it was said nor say it again."""
    calls = itertools.count()

    def ending_in_the_first_iteration_alone(*arguments):
        ends = next(calls) == 0
        return [replace(answer, has_eos=ends) for answer in write_answers(*arguments)]

    def pausing(job):
        for step in ppo.train_ppo(job):
            yield step
            if step.step == 2:
                (job.work_dir / "stop").write_text("pause", encoding="utf-8")

    monkeypatch.setattr(experience, "write_answers", ending_in_the_first_iteration_alone)
    settings = {"episodes": 64, "batch_size": 16, "minibatch_size": 16}
    work_dir, _ = ppo_jobs.run("job", pausing, **settings)
    (work_dir / "stop").unlink()
    _, code = ppo_jobs.run("job", **settings)

    assert code == 0
    told = [row["step"] for row in progress_of(work_dir) if row.get("warnings")]
    assert told == [2]
    told = [
        text
        for text in result_of(work_dir)["report"]["warnings"]
        if text.startswith("Answers that end by themselves fell from 100% to 0% in iteration 2")
    ]
    assert len(told) == 1
