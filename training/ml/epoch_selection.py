"""Which epoch of a supervised run is published: the one whose answers a reward model likes best.

The loss on held-out demonstrations rises after the first epoch while people still prefer the
later ones, so the paper chooses by reward; where there is no reward model yet, the loss decides.
The initial policy of PPO, which mixes pretraining text in, has to be good at both kinds of text.
Source: Ouyang et al. 2022, C.1, C.3 and section 3.5.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from training.ml.batches import TextEncoder
from training.ml.errors import BadInput
from training.ml.hyperparameters import SftHyperparameters
from training.ml.job import Job
from training.ml.language_modelling import Example
from training.ml.lora import has_adapters, save_adapters
from training.ml.model_folders import load_tokenizer, save_folder
from training.ml.networks import freeze
from training.ml.reward_folders import load_reward_model
from training.ml.reward_judge import RewardJudge, check_context
from training.ml.rollouts import SamplingRule

EpochFigures = dict[str, float]
ADAPTER = "adapter"


def reward_judge(
    job: Job, encoder: TextEncoder, validation: Sequence[Example]
) -> RewardJudge | None:
    """A judge over the first held-out prompts; None without a reward model or without prompts.

    Raises: BadInput when the reward model reads other tokens than the policy writes, or fewer.
    """
    settings: SftHyperparameters = job.hyperparameters
    folder = job.optional_input("reward_model")
    if folder is None or not validation:
        return None
    if load_tokenizer(folder).get_vocab() != encoder.tokenizer.get_vocab():
        raise BadInput(
            "inputs.reward_model: it has another tokenizer than the base model; choose one of the "
            "same base, or none, and the held-out loss chooses the epoch"
        )
    reward = load_reward_model(folder)
    rule, prompts = selection_rule(settings, encoder), held_out_prompts(validation)
    # Samples at checkpoints are judged too, and are of the same prompts.
    longest, knob = max(
        (rule.max_tokens, "selection_max_tokens"),
        (sampled_tokens(settings, encoder), "sample_max_tokens"),
    )
    check_context(reward, prompts, longest, knob=knob)
    freeze(reward, job.world.device)
    chosen = prompts[: settings.selection_prompts]
    return RewardJudge(reward, chosen, rule, settings, seed=job.seed, world=job.world)


def selection_rule(settings: SftHyperparameters, encoder: TextEncoder) -> SamplingRule:
    """How the answers are written that a reward model judges: within the model's own context."""
    longest = min(settings.selection_max_tokens, encoder.limits.completion)
    return SamplingRule(1.0, 1.0, longest, encoder.eos_id)


def sampled_tokens(settings: SftHyperparameters, encoder: TextEncoder) -> int:
    """How long the answers at checkpoints may be; 0 where there are none."""
    longest = min(settings.sample_max_tokens, encoder.limits.completion)
    return longest if settings.sample_prompts else 0


def held_out_prompts(validation: Sequence[Example]) -> list[list[int]]:
    """Each prompt once, in the order of its first demonstration."""
    return list({tuple(example.context): example.context for example in validation}.values())


class EpochShelf:
    """The weights after every epoch, as model folders of the job's own.

    They lie outside the output folder, which an attempt that goes on finds empty.
    """

    def __init__(self, job: Job) -> None:
        self.kept = job.work_dir / "epochs"
        self.output_dir = job.output_dir
        self.keeps_all = job.hyperparameters.keep_epochs == "all"

    def put(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        figures: Sequence[EpochFigures],
        *,
        parent: Path,
    ) -> None:
        """Keep the epoch that `figures` ends with, and drop those that can no longer be chosen."""
        folder = self._folder(len(figures))
        # Published files may share their bytes with an older folder of this name: never into it.
        shutil.rmtree(folder, ignore_errors=True)
        save_folder(model, tokenizer, folder, parent=parent)
        if has_adapters(model):
            save_adapters(model, folder / ADAPTER)
        if not self.keeps_all:
            best = self._folder(choose_epoch(figures)["epoch"])
            for other in self.kept.iterdir():
                if other != best:
                    shutil.rmtree(other)

    def publish(self, epoch: int) -> None:
        """Lay the selected epoch out as `model`, its adapters and every kept epoch beside it."""
        self._lay_out(self._folder(epoch), "model")
        if (self._folder(epoch) / ADAPTER).exists():
            self._lay_out(self._folder(epoch) / ADAPTER, ADAPTER)
        if self.keeps_all:
            for folder in sorted(self.kept.iterdir()):
                self._lay_out(folder, folder.name)

    def _folder(self, epoch: int) -> Path:
        return self.kept / f"epoch-{epoch:03}"

    def _lay_out(self, folder: Path, name: str) -> None:
        target = self.output_dir / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(
            folder, target, copy_function=os.link, ignore=shutil.ignore_patterns(ADAPTER)
        )


def choose_epoch(figures: Sequence[EpochFigures]) -> dict[str, Any]:
    """The epoch to publish, counted from 1, and what decided.

    A run with a pretraining mix is judged by both of its held-out losses, as the paper's initial
    policy is (C.3); any other by reward, else by loss; where nothing was held out the last epoch
    is taken. Of epochs that are equally good the earliest is.
    """
    if losses := mixed_losses(figures):
        return {"by": "both_losses", "epoch": losses.index(min(losses)) + 1}
    if figures and all("validation_reward" in epoch for epoch in figures):
        rewards = [epoch["validation_reward"] for epoch in figures]
        return {"by": "reward", "epoch": rewards.index(max(rewards)) + 1}
    if figures and all("validation_loss" in epoch for epoch in figures):
        losses = [epoch["validation_loss"] for epoch in figures]
        return {"by": "loss", "epoch": losses.index(min(losses)) + 1}
    return {"by": "last", "epoch": len(figures)}


def mixed_losses(figures: Sequence[EpochFigures]) -> list[float]:
    """Per epoch the loss on demonstrations plus that on pretraining text; empty without both."""
    both = ("validation_loss", "pretraining_validation_loss")
    if not all(name in epoch for epoch in figures for name in both):
        return []
    return [sum(epoch[name] for name in both) for epoch in figures]
