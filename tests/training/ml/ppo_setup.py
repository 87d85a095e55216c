"""PPO's four tiny networks and one batch of rollouts, for tests that look inside an iteration."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.training.ml.tiny import write_job
from training.ml.experience import Rollouts, collect
from training.ml.hyperparameters import PpoHyperparameters, parse
from training.ml.job import Job
from training.ml.model_folders import load_tokenizer
from training.ml.ppo_networks import Networks, load_networks
from training.ml.rollouts import SamplingRule
from training.ml.seeding import generator
from training.ml.world import World

EOS_ID = 257
# Of different lengths, so that batches hold padding on the left.
PROMPTS = [
    [72, 101, 108, 108, 111],
    [83, 97, 121],
    [65, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107],
    [90],
    [49, 50, 51, 52, 53, 54, 55],
    [87, 104, 121],
]
SETTINGS: Mapping[str, Any] = {
    "episodes": 6,
    "batch_size": 6,
    "minibatch_size": 6,
    "temperature": 0.7,
    "max_response_tokens": 12,
    "learning_rate": 1e-3,
    "value_learning_rate": 1e-3,
    "warmup_iterations": 0,
    "max_gradient_norm": 1e6,
}


@dataclass(frozen=True)
class Setup:
    networks: Networks
    settings: PpoHyperparameters
    world: World

    def rollouts(self, *, prompts: list[list[int]] = PROMPTS, eos_id: int = EOS_ID) -> Rollouts:
        settings = self.settings
        rule = SamplingRule(settings.temperature, 1.0, settings.max_response_tokens, eos_id)
        noise = [generator(3, place) for place in range(len(prompts))]
        return collect(self.networks, prompts, noise, rule, settings)


def ppo_setup(
    tmp_path: Path, policy: Path, reward: Path, world: World, **changes: float | str
) -> Setup:
    """The networks as a PPO job makes them before its first iteration."""
    given = {**SETTINGS, **changes}
    path = write_job(tmp_path, "ppo", {"policy": policy, "reward_model": reward}, given)
    job = Job(path, "ppo", world)
    settings = parse("ppo", given)
    return Setup(load_networks(job, settings, load_tokenizer(policy)), settings, world)
