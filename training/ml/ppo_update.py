"""PPO's optimiser steps over one iteration's rollouts.

Legend: B answers of this process, R answer tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from torch import Tensor

from training.ml.engine import MicroLoss, UpdateReport
from training.ml.errors import LearnedFrom
from training.ml.experience import Rollouts, Targets, micro_batches
from training.ml.hyperparameters import PpoHyperparameters
from training.ml.language_modelling import (
    AnswerBatch,
    Example,
    answer_batches,
    answer_loss,
    answer_scores,
    answer_values,
    num_answer_tokens,
)
from training.ml.losses import policy_loss, value_loss
from training.ml.networks import autocast
from training.ml.ppo_networks import Networks
from training.ml.seeding import permutation
from training.ml.world import World

# A batch whose mean ratio is beyond this no longer resembles what was sampled.
MAX_MEAN_RATIO = 10.0


@dataclass
class _Sums:
    """Sums over real tokens of one minibatch on this process."""

    num_tokens: float = 0.0
    approx_kl: float = 0.0
    num_clipped: float = 0.0
    ratio: float = 0.0


@dataclass
class UpdateTally:
    """What the optimiser steps of one iteration came to."""

    policy: list[UpdateReport] = field(default_factory=list)
    value: list[UpdateReport] = field(default_factory=list)
    approx_kls: list[float] = field(default_factory=list)
    clip_fractions: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def metrics(self) -> dict[str, float]:
        """Means over the iteration's steps; first_ratio is the first step's, 1 on policy."""
        metrics = _means(
            {
                "value_loss": [report.losses["value"] for report in self.value],
                "value_gradient_norm": [report.gradient_norm for report in self.value],
            }
        )
        metrics["value_learning_rate"] = self.value[-1].learning_rate
        return metrics | self._policy_metrics() if self.policy else metrics

    def _policy_metrics(self) -> dict[str, float]:
        last = self.policy[-1]
        averaged = {
            "approxkl": self.approx_kls,
            "clipfrac": self.clip_fractions,
            "ratio": self.ratios,
            "policy_loss": [report.losses["ppo"] for report in self.policy],
            "gradient_norm": [report.gradient_norm for report in self.policy],
            "ppo_gradient_norm": [report.gradient_norms["ppo"] for report in self.policy],
        }
        if "ptx" in last.losses:
            averaged["ptx_loss"] = [report.losses["ptx"] for report in self.policy]
            norms = [report.gradient_norms["ptx"] for report in self.policy]
            averaged["ptx_gradient_norm"] = norms
        metrics = _means(averaged)
        metrics["first_ratio"] = self.ratios[0]
        metrics["learning_rate"] = last.learning_rate
        metrics["skipped_updates"] = sum(report.was_skipped for report in self.policy)
        return metrics


def _means(values_of: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: sum(values) / len(values) for name, values in values_of.items()}


class PpoUpdate:
    """The optimiser steps over one iteration's rollouts, minibatch by minibatch.

    ``prompt_ids`` names the prompts of the whole batch, for whoever looks into a step that broke.
    """

    def __init__(
        self,
        networks: Networks,
        settings: PpoHyperparameters,
        rollouts: Rollouts,
        aims: Targets,
        *,
        prompt_ids: Sequence[str] = (),
    ) -> None:
        self.networks = networks
        self.prompt_ids = prompt_ids
        self.settings = settings
        self.rollouts = rollouts
        self.aims = aims

    @property
    def world(self) -> World:
        return self.networks.policy.world

    def value_step(self, minibatch: Sequence[int], tally: UpdateTally) -> None:
        """One step of the value network on these answers of the batch."""
        own, num_tokens = self._own_rows(minibatch)
        values = self._value_losses(own, num_tokens)
        behind = {"value": self._answers_of(minibatch)}
        tally.value.append(self.networks.value.update({"value": values}, behind=behind))

    def policy_step(
        self, minibatch: Sequence[int], documents: Sequence[Example], tally: UpdateTally
    ) -> None:
        """One step of the policy on these answers of the batch.

        The pretraining documents' gradients join the policy's in the same buffer (R70).
        """
        world = self.world
        own, num_tokens = self._own_rows(minibatch)
        sums = _Sums()
        parts = {"ppo": self._policy_losses(own, num_tokens, sums)}
        if documents:
            parts["ptx"] = self._pretraining_losses(documents)
        ratios: list[float] = []

        def is_acceptable() -> bool:
            ratios.append(world.total_number(sums.ratio) / num_tokens)
            return ratios[0] <= MAX_MEAN_RATIO

        behind = {
            "ppo": self._answers_of(minibatch),
            "ptx": LearnedFrom(num_pretraining_texts=len(documents)),
        }
        tally.policy.append(
            self.networks.policy.update(parts, is_acceptable=is_acceptable, behind=behind)
        )
        tally.ratios += ratios
        tally.approx_kls.append(world.total_number(sums.approx_kl) / num_tokens)
        tally.clip_fractions.append(world.total_number(sums.num_clipped) / num_tokens)

    def _answers_of(self, minibatch: Sequence[int]) -> LearnedFrom:
        named = self.prompt_ids
        return LearnedFrom.prompts(named[place] for place in minibatch if named)

    def _own_rows(self, minibatch: Sequence[int]) -> tuple[list[int], float]:
        """This process's answers of the minibatch, and all processes' number of their tokens."""
        world = self.world
        # Answer i of the batch lives on process i mod size, as its row i div size.
        own = [place // world.size for place in minibatch if place % world.size == world.rank]
        return own, world.total_number(float(self.rollouts.mask_BR[own].sum()))

    def _policy_losses(self, own: list[int], num_tokens: float, sums: _Sums) -> list[MicroLoss]:
        def loss_of(rows: list[int], batch: AnswerBatch) -> Tensor:
            # A graph can be walked once: the next step makes its own.
            logprob_BR = self.rollouts.policy_passes.pop(rows[0], None)
            if logprob_BR is None:
                logprob_BR = self._logprobs(batch)
            width = logprob_BR.shape[1]
            lost = policy_loss(
                logprob_BR,
                self.rollouts.logprob_BR[rows, :width],
                self.aims.advantage_BR[rows, :width],
                batch.mask_BR,
                clip_range=self.settings.clip_range,
            )
            if not own:
                return 0.0 * lost.loss
            sums.approx_kl += float(lost.approx_kl)
            sums.num_clipped += float(lost.num_clipped)
            sums.ratio += float(lost.ratio)
            return lost.loss / num_tokens

        return [partial(loss_of, rows, batch) for rows, batch in self._batches(own)]

    def _value_losses(self, own: list[int], num_tokens: float) -> list[MicroLoss]:
        def loss_of(rows: list[int], batch: AnswerBatch) -> Tensor:
            value_BR = self.rollouts.value_passes.pop(rows[0], None)
            if value_BR is None:
                value_BR = self._values(batch)
            width = value_BR.shape[1]
            lost = value_loss(
                value_BR,
                self.rollouts.value_BR[rows, :width],
                self.aims.return_BR[rows, :width],
                batch.mask_BR,
                clip_range=self.settings.value_clip_range,
            )
            return lost / num_tokens if own else 0.0 * lost

        return [partial(loss_of, rows, batch) for rows, batch in self._batches(own)]

    def _pretraining_losses(self, documents: Sequence[Example]) -> list[MicroLoss]:
        """gamma times the mean loss of a token, or of a sequence, over these documents.

        Source: Ouyang et al. 2022, equation 2.
        """
        world, settings = self.world, self.settings
        by_token = settings.ptx_reduction == "token_mean"
        divisor = num_answer_tokens(documents) if by_token else len(documents)
        own = [documents[index] for index in world.share(len(documents))]
        weight = settings.ptx_coef / divisor if own else 0.0

        def loss_of(batch: AnswerBatch) -> Tensor:
            on_device = batch.to(world.device)
            lost = answer_loss(self.networks.policy.forward, on_device, settings.precision)
            return weight * lost

        batches = answer_batches(
            own or documents[:1],
            max_tokens=settings.max_tokens_per_forward,
            packing=True,
            config=self.networks.policy_model.config,
        )
        return [partial(loss_of, batch) for batch in batches]

    def _logprobs(self, batch: AnswerBatch) -> Tensor:
        policy, settings = self.networks.policy.forward, self.settings
        said = answer_scores(policy, batch, settings.precision, temperature=settings.temperature)
        return said.logprob_BR

    def _values(self, batch: AnswerBatch) -> Tensor:
        with autocast(self.world.device, self.settings.precision):
            return answer_values(self.networks.value.forward, batch)

    def _batches(self, own: list[int]) -> list[tuple[list[int], AnswerBatch]]:
        # A process without an answer in the minibatch still takes part in the exchange. In the
        # order of their numbers, answers share micro-batches as they did when they were judged.
        rows = sorted(own) or [0]
        examples = self.rollouts.examples
        return list(micro_batches(self.networks, examples, rows, self.settings))


def minibatches(settings: PpoHyperparameters, seed: int, iteration: int) -> list[list[int]]:
    """All optimiser steps of one iteration: a fresh order of the batch for every inner epoch."""
    size = settings.minibatch_size
    orders = [
        permutation(settings.batch_size, seed, "minibatches", iteration, epoch)
        for epoch in range(settings.inner_epochs)
    ]
    return [order[first : first + size] for order in orders for first in range(0, len(order), size)]
