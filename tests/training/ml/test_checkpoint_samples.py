"""Answers to fixed held-out prompts at every checkpoint, which leave the run as it is (R47)."""

import json

import pytest

from tests.training.ml.jobs import demonstration
from tests.training.ml.tiny import (
    computed,
    progress_of,
    result_of,
    write_job,
    write_jsonl,
)
from training.ml.job import run_stage
from training.ml.ppo import train_ppo
from training.ml.rollouts import write_answers
from training.ml.sft import train_sft

TRAIN = [demonstration(n, f"Count to {n}.", "one two three"[: 3 + n]) for n in range(4)]
HELD_OUT = [demonstration(10 + n, f"Say {n}.", "ho", split="validation") for n in range(5)]
STAGES = {"sft": train_sft, "ppo": train_ppo}
# Six steps each, with a checkpoint after every second one. Dropout draws from the global stream.
SETTINGS = {
    "sft": {
        "epochs": 3,
        "batch_size": 2,
        "residual_dropout": 0.2,
        "learning_rate": 5e-3,
        "selection_max_tokens": 6,
    },
    "ppo": {
        "episodes": 24,
        "batch_size": 4,
        "minibatch_size": 2,
        "max_response_tokens": 6,
        "learning_rate": 1e-3,
        "value_learning_rate": 1e-3,
        "kl_ceiling": 1e6,
        "ema_decay": 0.9,
    },
}
SAMPLED = {"checkpoint_every_steps": 2, "sample_prompts": 3, "sample_max_tokens": 8}


@pytest.fixture
def make_job(tmp_path, policy_folder, reward_folder):
    policy, reward = policy_folder("gpt2"), reward_folder("gpt2")
    demonstrations = write_jsonl(tmp_path / "demonstrations.jsonl", TRAIN + HELD_OUT)
    prompts = write_jsonl(
        tmp_path / "prompts.jsonl",
        [
            {name: row[name] for name in ("prompt_id", "prompt", "split")}
            for row in TRAIN + HELD_OUT
        ],
    )
    inputs = {
        "sft": {"base_model": policy, "demonstrations": demonstrations},
        "ppo": {"policy": policy, "reward_model": reward, "prompts": prompts},
    }

    def make(stage, name, *, more_inputs=None, **changes):
        named = inputs[stage] | (more_inputs or {})
        return write_job(tmp_path / name, stage, named, SETTINGS[stage] | SAMPLED | changes)

    return make


def run(stage, job_file, train=None):
    assert run_stage(stage, train or STAGES[stage], [str(job_file)]) in (0, 75)
    return job_file.parent


def rows_of(work_dir):
    path = work_dir / "samples.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line]


def samples_of(work_dir):
    return [row for row in rows_of(work_dir) if "step" in row]


def published(work_dir):
    output = work_dir / "output"
    files = [file for file in output.rglob("*") if file.is_file()]
    return {str(file.relative_to(output)): file.read_bytes() for file in files}


def stopping_after(stage, step):
    def train(job):
        steps = STAGES[stage](job)
        while True:
            try:
                metrics = next(steps)
            except StopIteration as ended:
                return ended.value
            if metrics.step == step:
                (job.work_dir / "stop").write_text("pause", encoding="utf-8")
            yield metrics

    return train


@pytest.mark.parametrize("stage", STAGES)
def test_the_same_prompts_are_answered_at_the_start_every_checkpoint_and_the_end(make_job, stage):
    work_dir = run(stage, make_job(stage, "job"))

    asked = {row["place"]: row["prompt"] for row in rows_of(work_dir) if "prompt" in row}
    samples = samples_of(work_dir)
    assert [(row["step"], row["place"]) for row in samples] == [
        (step, place) for step in (0, 2, 4, 6) for place in range(3)
    ]
    assert len(asked) == 3
    assert set(asked.values()) < {row["prompt"] for row in HELD_OUT}
    assert all(row["token_count"] <= 8 for row in samples)
    assert len({row["text"] for row in samples if row["place"] == 0}) > 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_ends_with_the_same_bits_with_and_without_samples(make_job, stage):
    """R47, P21: the figures of every step, the report and all published files."""
    with_samples = run(stage, make_job(stage, "with"))
    without = run(stage, make_job(stage, "without", sample_prompts=0))

    metrics = [
        [computed(row["metrics"]) for row in progress_of(one)] for one in (with_samples, without)
    ]
    assert len(metrics[0]) == 6
    assert metrics[0] == metrics[1]
    assert result_of(with_samples)["report"] == result_of(without)["report"]
    assert published(with_samples) == published(without)
    assert not rows_of(without)


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_that_was_paused_has_the_samples_of_one_that_was_not_once_each(make_job, stage):
    """R74: paused after a checkpoint's step and before its samples, which the next attempt adds."""
    whole = run(stage, make_job(stage, "whole"))
    halved = make_job(stage, "halved")
    run(stage, halved, stopping_after(stage, 4))
    before = {row["step"] for row in samples_of(halved.parent)}
    (halved.parent / "stop").unlink()

    run(stage, halved)

    assert before == {0, 2}
    assert samples_of(halved.parent) == samples_of(whole)
    assert published(halved.parent) == published(whole)


def test_half_a_line_of_a_killed_attempt_goes(make_job):
    whole = samples_of(run("sft", make_job("sft", "whole")))
    cut = make_job("sft", "cut")
    (cut.parent / "samples.jsonl").write_text('{"step": 0, "place": 0, "te', encoding="utf-8")

    run("sft", cut)

    assert samples_of(cut.parent) == whole


def test_more_prompts_keep_those_of_fewer_at_their_places(make_job):
    few = samples_of(run("sft", make_job("sft", "few")))
    many = samples_of(run("sft", make_job("sft", "many", sample_prompts=64)))

    assert {row["place"] for row in many} == set(range(5))
    assert [row for row in many if row["place"] < 3] == few


def test_supervised_answers_have_a_reward_only_where_a_reward_model_judges(make_job, reward_folder):
    judged = make_job("sft", "judged", more_inputs={"reward_model": reward_folder("gpt2")})
    unjudged = make_job("sft", "unjudged")

    rewards = [row["reward"] for row in samples_of(run("sft", judged))]
    none = [(row["reward"], row["kl_nats"]) for row in samples_of(run("sft", unjudged))]

    assert all(isinstance(reward, float) for reward in rewards)
    assert none == [(None, None)] * 12


def test_the_policy_begins_without_divergence_and_moves_away(make_job):
    """Units: nats, summed over the answer."""
    samples = samples_of(run("ppo", make_job("ppo", "job", learning_rate=1e-2)))

    assert [row["kl_nats"] for row in samples if row["step"] == 0] == pytest.approx(
        [0.0] * 3, abs=1e-4
    )
    assert all(abs(row["kl_nats"]) > 1e-3 for row in samples if row["step"] == 6)
    assert all(isinstance(row["reward"], float) for row in samples)


def test_without_held_out_prompts_no_file_is_written(make_job, tmp_path):
    only_train = write_jsonl(tmp_path / "only-train.jsonl", TRAIN)
    job = make_job("sft", "job", more_inputs={"demonstrations": only_train})

    assert not rows_of(run("sft", job))


def test_samples_that_fail_are_given_up_with_a_warning_and_the_run_goes_on(make_job, monkeypatch):
    calls = []

    def failing(*arguments, **named):
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("out of luck")
        return write_answers(*arguments, **named)

    monkeypatch.setattr("training.ml.sft.write_answers", failing)
    work_dir = run("sft", make_job("sft", "job"))

    assert result_of(work_dir)["outcome"] == "succeeded"
    assert {row["step"] for row in samples_of(work_dir)} == {0}
    said = [warning for row in progress_of(work_dir) for warning in row.get("warnings", [])]
    assert said == ["No more samples from step 2 on: out of luck"]
