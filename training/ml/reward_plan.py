"""Which prompts each step of reward modelling sees, over one training or over several seeds."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.ml.engine import Engine
from training.ml.hyperparameters import RankingHyperparameters
from training.ml.lora import add_adapters, has_adapters, is_adapter
from training.ml.networks import RewardModel
from training.ml.schedules import Schedule
from training.ml.seeding import derive_seed, permutation
from training.ml.world import World


class TrainingPlan:
    """Steps count through all seeds: the second training begins where the first one ends."""

    def __init__(
        self, settings: RankingHyperparameters, num_train: int, seed: int, *, num_seeds: int = 1
    ) -> None:
        self.settings = settings
        self.num_train = num_train
        self.seed = seed
        self.steps_per_epoch = math.ceil(num_train / settings.batch_size)
        self.steps_per_seed = settings.epochs * self.steps_per_epoch
        if settings.max_steps:
            self.steps_per_seed = min(self.steps_per_seed, settings.max_steps)
        self.total_steps = num_seeds * self.steps_per_seed

    def seed_of(self, step: int) -> int:
        """The job's own seed for the first training, one made from it for every other."""
        member = step // self.steps_per_seed
        return derive_seed(self.seed, "member", member) if member else self.seed

    def begins_anew(self, step: int) -> bool:
        return step > 0 and step % self.steps_per_seed == 0

    def ends_seed(self, step: int) -> bool:
        return (step + 1) % self.steps_per_seed == 0

    def groups_of(self, step: int) -> list[int]:
        epoch, place = divmod(step % self.steps_per_seed, self.steps_per_epoch)
        order = permutation(self.num_train, self.seed_of(step), "rankings", epoch)
        first = place * self.settings.batch_size
        return order[first : first + self.settings.batch_size]

    def schedule(self) -> Schedule:
        """How the learning rate moves over one training."""
        return Schedule(
            self.settings.learning_rate_schedule,
            self.settings.learning_rate,
            self.steps_per_seed,
            warmup_steps=self.settings.warmup_steps,
            final_fraction=self.settings.final_learning_rate_fraction,
        )

    def add_adapters(self, model: RewardModel, step: int = 0) -> None:
        """Those that the settings ask for, as the training that ``step`` lies in begins."""
        add_adapters(model.model, self.settings, derive_seed(self.seed_of(step), "adapters"))
        model.head.requires_grad_(True)

    def engine(self, model: RewardModel, world: World, step: int = 0) -> Engine:
        """The engine of a fresh model, to which the settings may add adapters."""
        settings = self.settings
        if not has_adapters(model):
            self.add_adapters(model, step)
        return Engine(
            model,
            world=world,
            settings=settings,
            schedule=self.schedule(),
            sharding=settings.sharding,
            precision=settings.precision,
        )


def seed_figures(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """What trainings from different seeds are compared by."""
    return {"accuracy": evaluation["accuracy"]["value"], "log_loss": evaluation["log_loss"]}


def best_of(seeds: Sequence[Mapping[str, Any]]) -> int:
    """The place of the seed with the best held-out accuracy, then log loss; the first without any.

    Source: R65; Stiennon et al. 2020, C.1.
    """
    if any(seed["accuracy"] is None for seed in seeds):
        return 0
    return max(
        range(len(seeds)), key=lambda place: (seeds[place]["accuracy"], -seeds[place]["log_loss"])
    )


class SeedShelf:
    """The trained weights of the best training so far, outside the output folder."""

    def __init__(self, work_dir: Path) -> None:
        self.folder = work_dir / "best-seed"
        self.weights = self.folder / "weights.safetensors"

    def put(self, world: World, seeds: Sequence[Mapping[str, Any]], model: RewardModel) -> None:
        """Keep the training that `seeds` ends with if it is the best. Every process calls this."""
        if world.is_main and best_of(seeds) == len(seeds) - 1:
            self.folder.mkdir(exist_ok=True)
            written = self.weights.with_suffix(".tmp")
            save_file({name: own.contiguous() for name, own in _trained(model).items()}, written)
            written.rename(self.weights)
        world.wait()

    def take(self, model: RewardModel) -> None:
        """Put the kept weights into a model that is made like the one they came from."""
        stored = load_file(self.weights)
        with torch.no_grad():
            for name, own in _trained(model).items():
                own.copy_(stored[name])


def _trained(model: RewardModel) -> dict[str, Tensor]:
    """All weights, or the adapters and the head where the trunk has adapters."""
    weights = {name: own.detach() for name, own in model.named_parameters()}
    if not has_adapters(model):
        return weights
    head = {id(own) for own in model.head.parameters()}
    return {
        name: weights[name]
        for name, own in model.named_parameters()
        if is_adapter(name) or id(own) in head
    }
