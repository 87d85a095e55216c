"""Two processes under torchrun learn what one process learns."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.ml.tiny import progress_of, result_of, write_job, write_jsonl, write_prompts
from training.ml.job import run_stage
from training.ml.ppo import train_ppo
from training.ml.reward_model import train_reward_model

# K differs, so the processes do not have equally many completions or pairs.
RANKINGS = [
    {
        "prompt_id": number,
        "prompt": f"Prompt {number}",
        "completions": [{"id": place, "text": "word " * place + str(number)} for place in range(k)],
        "rankings": [{"labeler": "a", "ranks": [(place * 2) % k + 1 for place in range(k)]}],
        "split": "train",
    }
    for number, k in enumerate((3, 5, 2, 4, 3))
]
# How many times rounding may differ: the sums run in another order.
CLOSE = {"rel": 2e-4, "abs": 1e-5}


def reward_job(work_dir: Path, policy: Path) -> Path:
    inputs = {"base_model": policy, "rankings": write_jsonl(work_dir / "rankings.jsonl", RANKINGS)}
    return write_job(work_dir, "reward_model", inputs, {"batch_size": 5, "max_steps": 1})


def ppo_job(work_dir: Path, policy: Path, reward: Path) -> Path:
    inputs = {
        "policy": policy,
        "reward_model": reward,
        "prompts": write_prompts(work_dir / "prompts.jsonl", ["Hi", "Say a word.", "Why?"]),
    }
    settings = {
        "episodes": 6,
        "batch_size": 6,
        "minibatch_size": 3,
        "max_response_tokens": 8,
        "learning_rate": 1e-4,
        "warmup_iterations": 0,
    }
    return write_job(work_dir, "ppo", inputs, settings)


def start_two(stage: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", f"training.ml.{stage}", str(path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_take_the_same_first_step_as_one(tmp_path, policy_folder, reward_folder):
    """P10, P18: reward model and PPO; loss, gradient norm, whitening and metrics are global."""
    makers = {
        "reward_model": lambda folder: reward_job(folder, policy_folder()),
        "ppo": lambda folder: ppo_job(folder, policy_folder(), reward_folder()),
    }
    stages = {"reward_model": train_reward_model, "ppo": train_ppo}
    paths = {}
    for stage in stages:
        for size in ("one", "two"):
            folder = tmp_path / stage / size
            folder.mkdir(parents=True)
            paths[stage, size] = makers[stage](folder)

    together = {stage: start_two(stage, paths[stage, "two"]) for stage in stages}
    try:
        for stage, train in stages.items():
            assert run_stage(stage, train, [str(paths[stage, "one"])]) == 0
        errors = {stage: process.communicate(timeout=300)[1] for stage, process in together.items()}
    finally:
        for process in together.values():
            process.kill()

    for stage, process in together.items():
        assert process.returncode == 0, errors[stage]
        alone, shared = (progress_of(paths[stage, size].parent) for size in ("one", "two"))
        assert len(alone) == len(shared) == 1
        assert shared[0]["metrics"] == pytest.approx(alone[0]["metrics"], **CLOSE)
        assert result_of(paths[stage, "two"].parent)["outcome"] == "succeeded"
    assert alone[0]["metrics"]["gradient_norm"] > 0.01
