"""How a trainer's process ends, and what it leaves behind for whoever started it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.training.ml.jobs import ALONE
from tests.training.ml.tiny import progress_of, result_of, write_job, write_prompts
from training.ml.errors import BadInput, KlCeilingExceeded, NonFinite, SamplerMismatch
from training.ml.job import (
    EXIT_FAILED,
    EXIT_STOPPED,
    Job,
    StepMetrics,
    failure_reason,
    log_line,
    run_stage,
)
from training.ml.ppo import train_ppo
from training.ml.watchdog import EXIT_ORPHANED, birth_of

LONG = {"episodes": 40_000, "batch_size": 2, "minibatch_size": 2, "max_response_tokens": 2}
WATCHED = """
import time
from training.ml.watchdog import watch_parents
watch_parents()
print("watching", flush=True)
time.sleep(60)
"""

ENDING = """
import atexit
from training.ml.world import end_process
atexit.register(print, "finalised")
print("said")
end_process(7)
"""


@pytest.fixture
def make_ppo_job(tmp_path, policy_folder, reward_folder):
    def make(**changes):
        inputs = {
            "policy": policy_folder(),
            "reward_model": reward_folder(),
            "prompts": write_prompts(tmp_path / "prompts.jsonl", ["Hi", "Go on"]),
        }
        return write_job(tmp_path / "job", "ppo", inputs, LONG | changes)

    return make


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_stop_file_ends_the_job_at_the_next_step_with_a_checkpoint(make_ppo_job):
    """R74: the file's word is the reason."""
    path = make_ppo_job()
    (path.parent / "stop").write_text("cancel\n", encoding="utf-8")

    code = run_stage("ppo", train_ppo, [str(path)])

    result = result_of(path.parent)
    assert code == EXIT_STOPPED == 75
    assert (result["outcome"], result["reason"], result["steps"]) == ("stopped", "cancel", 1)
    checkpoints = path.parent / "checkpoints"
    assert (checkpoints / "step-00000001" / "manifest.json").exists()
    assert json.loads((checkpoints / "last-write.json").read_text())["step"] == 1
    assert not (path.parent / "output" / "model").exists()


def test_a_termination_signal_does_the_same(make_ppo_job):
    path = make_ppo_job(checkpoint_every_steps=0)
    command = [sys.executable, "-m", "training.ml.ppo", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    progress = path.parent / "progress.jsonl"

    try:
        wait_for(lambda: process.poll() is not None or progress.exists(), 90)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == EXIT_STOPPED, errors
    result = result_of(path.parent)
    assert (result["outcome"], result["reason"]) == ("stopped", "terminated")
    assert (path.parent / "checkpoints" / f"step-{result['steps']:08}").is_dir()
    assert len(progress_of(path.parent)) == result["steps"] < 20_000


def test_progress_has_one_line_a_step_with_finite_numbers(make_ppo_job):
    path = make_ppo_job(episodes=6)

    run_stage("ppo", train_ppo, [str(path)])

    lines = (path.parent / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert [(row["step"], row["total_steps"], row["phase"]) for row in rows] == [
        (step, 3, "ppo") for step in (1, 2, 3)
    ]
    elapsed = [row["elapsed_seconds"] for row in rows]
    assert elapsed == sorted(elapsed)
    expected = {"score", "reward", "kl", "entropy", "response_length", "approxkl", "clipfrac"}
    expected |= {"ratio", "policy_loss", "value_loss", "gradient_norm", "learning_rate"}
    assert all(expected <= row["metrics"].keys() for row in rows)


def test_a_small_figure_keeps_eight_digits(make_ppo_job):
    """R60, P1: the end of a cosine, and an approxkl of the first update near 1e-9."""
    path = make_ppo_job()
    metrics = {"learning_rate": 9.65e-6 / 30, "approxkl": 1.23456789e-9, "updates": 123456789.0}
    metrics |= {"kl": -0.0123456789, "clipfrac": 0.0}
    job = Job(path, "ppo", ALONE)

    with closing(job.event_files):
        job.record(StepMetrics(1, 2, "ppo", metrics))

    [line] = (path.parent / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["metrics"] == {
        "learning_rate": 3.2166667e-07,
        "approxkl": 1.2345679e-09,
        "updates": 123456789.0,
        "kl": -0.012345679,
        "clipfrac": 0.0,
    }


def test_a_record_that_cannot_be_used_is_named_with_its_line(make_ppo_job):
    path = make_ppo_job()
    prompts = path.parent.parent / "prompts.jsonl"
    prompts.write_text('{"prompt_id":1,"prompt":"Hi","split":"train"}\n{"prompt_id":2}\n')

    code = run_stage("ppo", train_ppo, [str(path)])

    result = result_of(path.parent)
    assert code == EXIT_FAILED
    assert (result["outcome"], result["reason"]) == ("failed", "bad_input")
    assert "prompts.jsonl line 2" in result["detail"]


def test_a_hyperparameter_that_is_refused_is_named_beside_the_job(make_ppo_job):
    """R69: before any model is loaded."""
    path = make_ppo_job(minibatch_size=3, batch_size=4)

    code = run_stage("ppo", train_ppo, [str(path)])

    result = result_of(path.parent)
    assert code == EXIT_FAILED
    assert result["reason"] == "bad_input"
    assert "minibatch_size" in result["detail"]


def test_a_job_of_another_stage_is_refused(make_ppo_job):
    path = make_ppo_job()

    code = run_stage("sft", train_ppo, [str(path)])

    assert code == EXIT_FAILED
    assert "job for ppo" in result_of(path.parent)["detail"]


@pytest.mark.parametrize(
    ("part", "value"), [("inputs", 5), ("hyperparameters", []), ("weights", 3), ("seed", "one")]
)
def test_a_part_of_the_wrong_type_is_named(make_ppo_job, part, value):
    path = make_ppo_job()
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))

    code = run_stage("ppo", train_ppo, [str(path)])

    assert code == EXIT_FAILED
    assert f"{part} of job.json is of the wrong type" in result_of(path.parent)["detail"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (BadInput("x"), "bad_input"),
        (NonFinite("x"), "nan"),
        (KlCeilingExceeded("x"), "kl_ceiling"),
        (SamplerMismatch("x"), "sampler_gap"),
        (MemoryError(), "out_of_memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out_of_memory"),
        (OSError(28, "No space left on device"), "disk_full"),
        (KeyError("x"), "error"),
    ],
)
def test_a_failure_is_named_in_one_word(fault, reason):
    assert failure_reason(fault) == reason


def test_a_process_whose_wrapper_is_gone_ends_itself():
    wrapper = subprocess.Popen(["sleep", "60"])
    environment = os.environ | {"CONCORD_PARENT_PID": str(wrapper.pid)}
    command = [sys.executable, "-c", WATCHED]
    trainer = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    try:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == "watching\n"
        time.sleep(0.7)
        assert trainer.poll() is None
        wrapper.kill()
        wrapper.wait()
        code = trainer.wait(timeout=20)
    finally:
        trainer.kill()
        wrapper.kill()
        trainer.communicate()

    assert code == EXIT_ORPHANED


@pytest.mark.parametrize(("several", "said"), [(False, "said\nfinalised\n"), (True, "said\n")])
def test_one_process_of_several_ends_without_taking_its_interpreter_down(several, said):
    """gloo's threads let go of tensors late, and abort an interpreter that is being taken down."""
    alone = {name: value for name, value in os.environ.items() if name != "WORLD_SIZE"}

    ended = subprocess.run(
        [sys.executable, "-c", ENDING],
        env=alone | ({"WORLD_SIZE": "2"} if several else {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (7, said), ended.stderr


def test_a_process_is_told_from_a_later_one_of_the_same_number():
    """A zombie counts as gone: nobody is left behind it."""
    child = subprocess.Popen(["true"])
    wait_for(lambda: birth_of(child.pid) is None, 20)
    child.wait()

    assert birth_of(child.pid) is None
    assert birth_of(os.getpid()) == birth_of(os.getpid()) is not None


def test_the_log_says_each_step_in_words():
    step = StepMetrics(3, 15, "train", {"loss": 0.69314718, "gradient_norm": 12345.678})

    assert log_line(step) == "train step 3 of 15: loss 0.6931, gradient norm 1.235e+04"
