"""Whole PPO jobs on tiny models, run inside the test's own process."""

from pathlib import Path

from tests.training.ml.tiny import write_job, write_jsonl, write_prompts
from training.ml.job import run_stage
from training.ml.ppo import train_ppo

# Seven prompts in batches of four: an order that was restarted would show at once.
PROMPTS = ["Hi", "Say a word.", "A tale", "Why?", "Sum it up", "Rank these", "Go on"]
DOCUMENTS = [{"text": text} for text in ("The end is near.", "Once upon", "Water is wet, they say")]
SETTINGS = {
    "episodes": 40,
    "batch_size": 4,
    "minibatch_size": 2,
    "max_response_tokens": 6,
    "learning_rate": 1e-3,
    "value_learning_rate": 1e-3,
    "ptx_coef": 2.0,
    "ptx_examples_per_episode": 1,
    "ema_every": "step",
    "ema_decay": 0.9,
    "kl_ceiling": 1e6,
    "checkpoint_every_steps": 0,
}


class PpoJobs:
    """Jobs that share their models, prompts and texts, each in a work folder of its own."""

    def __init__(self, root: Path, policy: Path, reward: Path) -> None:
        self.root = root
        self.inputs = {
            "policy": policy,
            "reward_model": reward,
            "prompts": write_prompts(root / "prompts.jsonl", PROMPTS),
            "pretraining": write_jsonl(root / "pretraining.jsonl", DOCUMENTS),
        }

    def run(self, name, stage=train_ppo, *, without=(), inputs=None, evaluations=(), **changes):
        """Run the job to its end in this process; its work folder and exit code."""
        named = {key: path for key, path in self.inputs.items() if key not in without}
        named |= inputs or {}
        described = {"evaluations": list(evaluations)}
        path = write_job(self.root / name, "ppo", named, SETTINGS | changes, **described)
        return path.parent, run_stage("ppo", stage, [str(path)])


def weights(work_dir, model):
    return (work_dir / "output" / model / "model.safetensors").read_bytes()
