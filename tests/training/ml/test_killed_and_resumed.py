"""Killed with SIGKILL and started again, a run ends with the bits of one that was left alone (P21).

Every run is a process of its own. Nothing is cleaned up for the killed: what they leave lies about.
"""

import os
import random
import signal
import time

import pytest

from tests.training.ml import ppo_jobs
from tests.training.ml.jobs import demonstration, ranked
from tests.training.ml.processes import STAGES, finish, run_until_killed_at, run_whole, start
from tests.training.ml.tiny import (
    computed,
    progress_of,
    result_of,
    write_job,
    write_jsonl,
    write_prompts,
)
from training.ml import checkpointing, job
from training.ml.engine import Engine
from training.ml.job import Job, run_stage

KILLED_STAGES = ("sft", "reward_model", "ppo")
TEXTS = ["axxx", "aaxx", "aaax", "aaaa"]
# Five texts and seven prompts are passed more than once: an order begun anew would show.
DOCUMENTS = [{"text": f"Plain text number {n}, which goes on." * 2} for n in range(5)]
DEMONSTRATIONS = [demonstration(n, f"Count to {n}.", "one two three"[: 3 + n]) for n in range(4)]
HELD_OUT = [demonstration(10 + n, f"Say {n}.", "ho", split="validation") for n in range(2)]
RANKINGS = [ranked(n, f"Prompt {n}.", TEXTS, ("amina", [1, 2, 3, 3])) for n in range(5)]
JUDGED = [ranked(9, "Unseen.", TEXTS, ("otto", [1, 2, 4, 3]), split="validation")]
# Ten steps each. Dropout, a pretraining mix and a reward model that judges every epoch; a
# moving average, a price of divergence that moves, and a pretraining text for every answer.
SETTINGS = {
    "sft": {
        "epochs": 5,
        "batch_size": 4,
        "pretraining_share": 0.5,
        "residual_dropout": 0.2,
        "learning_rate": 5e-3,
        "selection_max_tokens": 6,
    },
    "reward_model": {"epochs": 5, "batch_size": 3, "learning_rate": 3e-3},
    "ppo": {**ppo_jobs.SETTINGS, "kl_target": 0.5, "kl_horizon": 40},
}


def run_until_killed_storing(stage, path, last_step):
    """SIGKILL between the first and the second file of this step's checkpoint."""
    save = checkpointing._save

    def save_and_die(tensors, file):
        save(tensors, file)
        if file.parent.name.endswith(f"{last_step:08d}"):
            os.kill(os.getpid(), signal.SIGKILL)

    checkpointing._save = save_and_die
    run_stage(stage, STAGES[stage], [path])


def run_forgetfully(stage, path):
    """Resume without one part of the state: each stage without another."""
    if stage == "sft":
        job.restore_random_states = lambda states: None
    elif stage == "reward_model":
        Engine._restore_moments = lambda self, name, parameter, stored: None
    resume = Job.resume

    def resume_at_first_price(self, engines):
        return {name: value for name, value in resume(self, engines).items() if name != "kl_coef"}

    if stage == "ppo":
        Job.resume = resume_at_first_price
    run_whole(stage, path)


@pytest.fixture(scope="module")
def make_job(tmp_path_factory, policy_folder, reward_folder):
    tmp_path = tmp_path_factory.mktemp("killed")
    policy, reward = policy_folder("gpt2"), reward_folder("gpt2")
    texts = write_jsonl(tmp_path / "pretraining.jsonl", DOCUMENTS)
    demonstrations = write_jsonl(tmp_path / "demonstrations.jsonl", DEMONSTRATIONS + HELD_OUT)
    rankings = write_jsonl(tmp_path / "rankings.jsonl", RANKINGS + JUDGED)
    prompts = write_prompts(tmp_path / "prompts.jsonl", ppo_jobs.PROMPTS)
    inputs = {
        "sft": {"base_model": policy, "demonstrations": demonstrations, "reward_model": reward},
        "reward_model": {"base_model": policy, "rankings": rankings},
        "ppo": {"policy": policy, "reward_model": reward, "prompts": prompts},
    }
    inputs["sft"]["pretraining"] = inputs["ppo"]["pretraining"] = texts
    inputs["reward_model"]["demonstrations"] = demonstrations

    def make(stage, name, **changes):
        settings = SETTINGS[stage] | changes
        return write_job(tmp_path / f"{stage}-{name}", stage, inputs[stage], settings)

    return make


@pytest.fixture(scope="module")
def whole(make_job):
    """A run of each stage that nobody disturbs, made once."""
    made = {}

    def run(stage):
        if stage not in made:
            made[stage] = make_job(stage, "whole")
            assert finish(start(run_whole, stage, str(made[stage]))) == 0
        return made[stage]

    return run


def published(path):
    """Every file of the output folder, with its bytes."""
    output = path.parent / "output"
    files = [file for file in output.rglob("*") if file.is_file()]
    return {str(file.relative_to(output)): file.read_bytes() for file in files}


def assert_same_end(path, reference):
    files, expected = published(path), published(reference)
    assert files.keys() == expected.keys()
    assert not [name for name, content in files.items() if content != expected[name]]
    metrics = [
        [computed(row["metrics"]) for row in progress_of(run.parent)] for run in (path, reference)
    ]
    assert len(metrics[1]) == 10
    assert metrics[0] == metrics[1]
    assert result_of(path.parent)["report"] == result_of(reference.parent)["report"]


@pytest.mark.parametrize("stage", KILLED_STAGES)
def test_five_steps_a_kill_and_five_are_ten(make_job, whole, stage):
    """P21, R74: killed in step 7, killed again while storing step 10, the third goes through.

    Steps 6 to 10 report the same figures, and every published file has the same bytes: weights,
    averages, value network, epochs.
    """
    killed = make_job(stage, "killed", checkpoint_every_steps=5)
    checkpoints = killed.parent / "checkpoints"

    first = finish(start(run_until_killed_at, stage, str(killed), 7))
    after_first = sorted(folder.name for folder in checkpoints.glob("*step-*"))
    second = finish(start(run_until_killed_storing, stage, str(killed), 10))
    after_second = sorted(folder.name for folder in checkpoints.glob("*step-*"))
    third = finish(start(run_whole, stage, str(killed)))

    assert (first, second, third) == (-signal.SIGKILL, -signal.SIGKILL, 0)
    assert after_first == ["step-00000005"]
    assert after_second == [".partial-step-00000010", "step-00000005"]
    assert result_of(killed.parent)["resumed_from_step"] == 5
    assert_same_end(killed, whole(stage))
    # The half-written folder is gone.
    assert sorted(folder.name for folder in checkpoints.glob("*step-*")) == [
        "step-00000005",
        "step-00000010",
    ]


@pytest.mark.parametrize("stage", KILLED_STAGES)
def test_a_state_that_was_forgotten_would_be_noticed(make_job, whole, stage):
    """P21, the control: without the random streams, the moments or the price nothing is equal."""
    forgetful = make_job(stage, "forgetful", checkpoint_every_steps=5)
    finish(start(run_until_killed_at, stage, str(forgetful), 7))

    assert finish(start(run_forgetfully, stage, str(forgetful))) == 0

    assert result_of(forgetful.parent)["resumed_from_step"] == 5
    with pytest.raises(AssertionError):
        assert_same_end(forgetful, whole(stage))


def test_weights_that_a_killed_attempt_had_half_written_are_not_published(make_job, whole):
    """P21: the writer of weights begins under a name of its own, which nobody would read."""
    killed = make_job("reward_model", "publishing")
    folder = killed.parent / "output" / "model"
    folder.mkdir(parents=True)
    (folder / ".tmpcCZxdD").write_bytes(b"half of the weights")

    assert finish(start(run_whole, "reward_model", str(killed))) == 0

    assert_same_end(killed, whole("reward_model"))


def wait_for_another_step(process, progress):
    """Until the process has made one, or has nothing left to do."""
    before = progress.stat().st_size if progress.exists() else 0
    while process.is_alive() and (not progress.exists() or progress.stat().st_size <= before):
        time.sleep(0.01)


@pytest.mark.parametrize("stage", KILLED_STAGES)
def test_kills_at_any_moment_change_nothing(make_job, whole, stage):
    """P21: four kills from outside at random moments, in a step, a checkpoint or the publishing."""
    killed = make_job(stage, "often", checkpoint_every_steps=1)

    reached = []
    for _ in range(4):
        process = start(run_whole, stage, str(killed))
        wait_for_another_step(process, killed.parent / "progress.jsonl")
        process.join(timeout=random.uniform(0.0, 0.05))
        process.kill()
        process.join()
        reached.append(process.exitcode == -signal.SIGKILL)

    # Not all before the first step, while the model was being read.
    assert any(reached)
    assert finish(start(run_whole, stage, str(killed))) == 0
    assert_same_end(killed, whole(stage))
