"""The networks of PPO: what moves, what judges, and what they share.

The paper keeps four of them apart. With adapters the policy is its own reference, and the value
network may live on the policy's trunk too.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import HyperparameterError, PpoHyperparameters
from training.ml.job import Job
from training.ml.lora import adapters_named, adapters_off, add_adapters, train_every_set
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.networks import RewardModel, freeze, read_side_by_side
from training.ml.reward_folders import load_reward_model
from training.ml.schedules import Schedule
from training.ml.seeding import derive_seed
from training.ml.sharding import Sliced
from training.ml.span_attention import reads_spans
from training.ml.trunk_value import VALUE_ADAPTERS, TrunkValue


@dataclass(frozen=True)
class Networks:
    """The four networks of PPO: two that move, two that judge.

    Without a reference of its own the policy is one when its adapters are switched off.
    """

    policy: Engine
    value: Engine
    reference: PreTrainedModel | None
    reward: RewardModel
    sliced_reference: Sliced | None = None

    @contextmanager
    def reference_policy(self) -> Iterator[PreTrainedModel]:
        """The policy as it was at the start."""
        if self.reference is not None:
            yield self.reference
            return
        with adapters_off(self.policy_model):
            yield self.policy_model

    @contextmanager
    def whole_reference(self) -> Iterator[PreTrainedModel]:
        """The same in one piece, to write with. Every process calls this."""
        if self.sliced_reference is not None:
            whole = self.sliced_reference.whole_copy()
            assert isinstance(whole, PreTrainedModel)  # noqa: S101 - a copy of one
            yield whole
            return
        with self.policy.in_one_piece(), self.reference_policy() as reference:
            yield reference

    @property
    def read_spans(self) -> bool:
        """Whether all of them read answers side by side in one row."""
        judged = (self.policy_model, self.value_model.model, self.reward.model)
        return all(reads_spans(model.config) for model in judged)

    @property
    def policy_model(self) -> PreTrainedModel:
        model = self.policy.module
        assert isinstance(model, PreTrainedModel)  # noqa: S101 - PPO made the engine
        return model

    @property
    def value_model(self) -> RewardModel | TrunkValue:
        model = self.value.module
        assert isinstance(model, RewardModel | TrunkValue)  # noqa: S101 - PPO made the engine
        return model


def load_networks(
    job: Job, settings: PpoHyperparameters, tokenizer: PreTrainedTokenizerBase
) -> Networks:
    """Raises: BadInput where policy and reward model read different tokens, HyperparameterError
    where a process would have no answer to write.
    """
    if settings.batch_size < job.world.size:
        raise HyperparameterError(
            "batch_size", f"must be at least the number of processes, {job.world.size}"
        )
    policy_folder, reward_folder = job.input("policy"), job.input("reward_model")
    if load_tokenizer(reward_folder).get_vocab() != tokenizer.get_vocab():
        # Answers go from network to network as token ids; through text they would change.
        raise BadInput(
            "inputs.reward_model: it has another tokenizer than the policy; choose one that was "
            "trained from this policy's base"
        )
    policy, reward = load_policy(policy_folder), load_reward_model(reward_folder)
    read_side_by_side(policy)
    reference = sliced_reference = None
    if settings.lora_rank == 0:
        reference = copy.deepcopy(policy)
        sliced_reference = _only_judging(job, settings, reference)
    add_adapters(policy, settings, derive_seed(job.seed, "policy adapters"))
    # An engine trains what is not frozen when it is made: the policy's comes before a second set.
    policy_engine = _policy_engine(job, settings, policy)
    value: RewardModel | TrunkValue
    if settings.value_network == "policy_trunk":
        add_adapters(policy, settings, derive_seed(job.seed, "value adapters"), name=VALUE_ADAPTERS)
        value = TrunkValue(policy)
        with adapters_named(policy, VALUE_ADAPTERS):
            value_engine = _value_engine(job, settings, value)
        train_every_set(policy)
    else:
        value = copy.deepcopy(reward)
        add_adapters(value.model, settings, derive_seed(job.seed, "value adapters"))
        value.head.requires_grad_(True)
        value_engine = _value_engine(job, settings, value)
    _only_judging(job, settings, reward)
    return Networks(policy_engine, value_engine, reference, reward, sliced_reference)


def _only_judging(job: Job, settings: PpoHyperparameters, network: nn.Module) -> Sliced | None:
    """Freeze a network; what a whole copy comes from where it is sliced like those that move."""
    if settings.sharding == "none" or job.world.size == 1:
        freeze(network, job.world.device)
        return None
    network.eval().requires_grad_(False)
    return Sliced(network, job.world, settings.precision)


def _policy_engine(job: Job, settings: PpoHyperparameters, policy: PreTrainedModel) -> Engine:
    num_iterations = settings.iterations - settings.value_warmup_iterations
    return Engine(
        policy,
        world=job.world,
        settings=settings,
        schedule=_schedule(settings, settings.learning_rate, num_iterations),
        ema_decay=settings.ema_decay,
        sharding=settings.sharding,
        precision=settings.precision,
    )


def _value_engine(
    job: Job, settings: PpoHyperparameters, value: RewardModel | TrunkValue
) -> Engine:
    return Engine(
        value,
        world=job.world,
        settings=settings,
        schedule=_schedule(settings, settings.value_learning_rate, settings.iterations),
        sharding=settings.sharding,
        precision=settings.precision,
    )


def _schedule(settings: PpoHyperparameters, peak: float, num_iterations: int) -> Schedule:
    """A warm-up from a tenth of the peak, counted in iterations.

    Source: Ouyang et al. 2022, C.4.
    """
    return Schedule(
        settings.learning_rate_schedule,
        peak,
        num_iterations * settings.updates_per_iteration,
        warmup_steps=settings.warmup_iterations * settings.updates_per_iteration,
        warmup_start=0.1,
        final_fraction=settings.final_learning_rate_fraction,
    )
