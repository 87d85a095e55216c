"""Concord's side of benchmarks.ppo: the PPO stage itself, one iteration at a time.

python -m benchmarks.ppo_ours TASK_FOLDER HYPERPARAMETERS [whole-logits]
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.ppo_task import KL_COEF, LEARNING_RATE, Conversation, Task
from training.ml import language_modelling
from training.ml.engine import Engine
from training.ml.job import Job
from training.ml.ppo import train_ppo
from training.ml.world import join_world

PHASES = ("rollout", "score", "update")


class TalkingJob(Job):
    """A job that says when its models are loaded."""

    conversation: Conversation

    def resume(self, engines: Mapping[str, Engine]) -> dict[str, Any]:
        state = super().resume(engines)
        self.conversation.ready()
        self.conversation.await_turn()
        return state


def main(folder: Path, extra: Mapping[str, Any]) -> None:
    task = Task.read(folder)
    torch.set_num_threads(task.threads)
    work_dir = folder / "ours"
    work_dir.mkdir(exist_ok=True)
    settings = {
        "episodes": task.batch_size * 1000,
        "batch_size": task.batch_size,
        "minibatch_size": task.batch_size,
        "inner_epochs": task.epochs,
        "learning_rate": LEARNING_RATE,
        "value_learning_rate": LEARNING_RATE,
        "warmup_iterations": 0,
        "kl_coef": KL_COEF,
        "max_response_tokens": task.response_tokens,
        "validation_prompts": 0,
        "sample_prompts": 0,
        "checkpoint_every_steps": 0,
        "precision": task.precision,
        **extra,
    }
    described = {
        "stage": "ppo",
        "seed": 1,
        "hyperparameters": settings,
        "work_dir": str(work_dir),
        "inputs": {
            "policy": str(folder / "policy"),
            "reward_model": str(folder / "reward_model"),
            "prompts": str(folder / "prompts.jsonl"),
        },
    }
    path = work_dir / "job.json"
    path.write_text(json.dumps(described))
    job = TalkingJob(path, "ppo", join_world())
    job.conversation = Conversation()
    for step in train_ppo(job):
        seconds = {phase: step.metrics[f"seconds_{phase}"] for phase in PHASES}
        job.conversation.report(**seconds, tokens=step.metrics["response_length"])
        job.conversation.await_turn()


if __name__ == "__main__":
    if sys.argv[3:] == ["whole-logits"]:
        # As for an architecture whose head is not known: nothing is made in pieces.
        language_modelling.PLAIN_HEADS = ()
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
