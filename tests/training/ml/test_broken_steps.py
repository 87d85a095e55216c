"""Where a figure became no number, the result says what the step had read (R74)."""

import itertools

import pytest

from tests.training.ml.jobs import demonstration, ranked, write_records
from tests.training.ml.tiny import result_of
from training.ml import experience, ppo, ppo_update, reward_scoring, sft
from training.ml.errors import MOST_PROMPTS_NAMED, LearnedFrom
from training.ml.job import run_stage
from training.ml.reward_model import train_reward_model
from training.ml.seeding import endless_order, permutation

TEXTS = ["one two", "one", "two"]
SHORT = {"max_prompt_tokens": 32, "max_completion_tokens": 32, "batch_size": 2}


def broken_step_of(work_dir):
    result = result_of(work_dir)
    assert (result["outcome"], result["reason"]) == ("failed", "nan"), result
    return result["report"]["broken_step"]


def is_nothing(function):
    """The function, whose loss is no number any more."""
    return lambda *arguments, **named: function(*arguments, **named) * float("nan")


def test_sft_names_the_demonstrations_of_the_step(jobs, monkeypatch):
    """R54: those of the second step, whose batch the seed decides."""
    rows = [demonstration(100 + number, f"Say {number}", "hi") for number in range(5)]
    loss, calls = sft.answer_loss, itertools.count()

    def breaks_in_the_second_step(*arguments):
        return loss(*arguments) * (float("nan") if next(calls) == 1 else 1.0)

    monkeypatch.setattr(sft, "answer_loss", breaks_in_the_second_step)
    job_file = jobs.make("sft", SHORT | {"epochs": 1}, seed=3, demonstrations=rows)
    run_stage("sft", sft.train_sft, [str(job_file)])

    order = permutation(5, 3, "demonstrations", 0)
    assert broken_step_of(job_file.parent) == {
        "prompt_ids": [str(100 + place) for place in order[2:4]],
        "num_prompts": 2,
        "num_pretraining_texts": 0,
    }


def test_sft_tells_a_pretraining_text_from_a_demonstration(jobs, monkeypatch):
    """R57: a text has no page, so that it is only counted; the losses say which of them broke."""
    rows = [demonstration(100 + number, f"Say {number}", "hi") for number in range(3)]
    loss, calls = sft.answer_loss, itertools.count()

    def breaks_on_the_text(*arguments):
        # The three demonstrations are one micro-batch, and the first.
        return loss(*arguments) * (float("nan") if next(calls) == 1 else 1.0)

    monkeypatch.setattr(sft, "answer_loss", breaks_on_the_text)
    settings = SHORT | {"batch_size": 4, "pretraining_share": 0.25, "epochs": 1}
    texts = [{"text": "plain text"}]
    job_file = jobs.make("sft", settings, demonstrations=rows, pretraining=texts)
    run_stage("sft", sft.train_sft, [str(job_file)])

    told = {"prompt_ids": [], "num_prompts": 0, "num_pretraining_texts": 1}
    assert broken_step_of(job_file.parent) == told


def test_a_reward_model_names_the_ranked_prompts_that_were_read(jobs, monkeypatch):
    """RM4, RM8: one of nothing but ties is not read."""
    rows = [ranked(number, f"Rank {number}", TEXTS, ("amina", [1, 2, 3])) for number in (7, 8)]
    rows.append(ranked(9, "Tied", TEXTS, ("amina", [1, 1, 1])))
    monkeypatch.setattr(reward_scoring, "ranking_loss", is_nothing(reward_scoring.ranking_loss))
    job_file = jobs.make("reward_model", SHORT | {"batch_size": 3}, rankings=rows)
    run_stage("reward_model", train_reward_model, [str(job_file)])

    told = broken_step_of(job_file.parent)
    assert (sorted(told["prompt_ids"]), told["num_prompts"]) == (["7", "8"], 2)


def batch(size=4, seed=5, num_prompts=7):
    """The ids of the first batch of a PPO job, in its order."""
    return [f"p{place}" for place in endless_order(num_prompts, 0, size, seed, "prompts")]


def test_ppo_names_the_one_prompt_whose_answer_got_no_number(ppo_jobs, monkeypatch):
    """R74: before anything is learned from it, whichever process had it."""

    def with_a_broken_score(*arguments, **named):
        rollouts = experience.collect(*arguments, **named)
        rollouts.score_B[2] = float("inf")
        return rollouts

    monkeypatch.setattr(ppo, "collect", with_a_broken_score)
    work_dir, _ = ppo_jobs.run("job")

    told = broken_step_of(work_dir)
    assert told == {"prompt_ids": [batch()[2]], "num_prompts": 1, "num_pretraining_texts": 0}


@pytest.mark.parametrize("loss", ["policy_loss", "value_loss"])
def test_ppo_names_the_prompts_of_the_minibatch(ppo_jobs, monkeypatch, loss):
    """R69: two of the four answers, by either network's loss."""

    def broken(*arguments, **named):
        lost = whole(*arguments, **named)
        if loss == "value_loss":
            return lost * float("nan")
        return type(lost)(lost.loss * float("nan"), lost.approx_kl, lost.num_clipped, lost.ratio)

    whole = getattr(ppo_update, loss)
    monkeypatch.setattr(ppo_update, loss, broken)
    work_dir, _ = ppo_jobs.run("job")

    order = permutation(4, 5, "minibatches", 0, 0)
    assert broken_step_of(work_dir)["prompt_ids"] == [batch()[place] for place in order[:2]]


def test_ppo_says_that_it_was_a_pretraining_text(ppo_jobs, monkeypatch):
    """R70: its gradient joins that of the answers, which are not to blame."""
    monkeypatch.setattr(ppo_update, "answer_loss", is_nothing(ppo_update.answer_loss))
    work_dir, _ = ppo_jobs.run("job")

    told = broken_step_of(work_dir)
    assert told == {"prompt_ids": [], "num_prompts": 0, "num_pretraining_texts": 2}


def test_of_many_prompts_the_first_are_named_and_all_are_counted():
    """R74: the reason is read by a person, and stays small in the database."""
    read = LearnedFrom.prompts(str(number) for number in range(150)) + LearnedFrom(["3", "x"], 4)

    told = read.described()
    assert told["prompt_ids"] == [str(number) for number in range(MOST_PROMPTS_NAMED)]
    assert (told["num_prompts"], told["num_pretraining_texts"]) == (151, 4)


def test_another_failure_says_nothing_of_a_step(jobs):
    """R74."""
    job_file = jobs.make("sft", SHORT, demonstrations=[demonstration(1, "Say", "hi")])
    write_records(job_file.parent / "demonstrations.jsonl", [{"prompt_id": 1}])
    run_stage("sft", sft.train_sft, [str(job_file)])

    assert result_of(job_file.parent)["reason"] == "bad_input"
    assert result_of(job_file.parent)["report"] == {}
