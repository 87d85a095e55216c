"""The hyperparameters of every stage: the paper's defaults, with bounds, help and source.

Torch-free: the API and the browser show exactly what `describe` returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.ml.hyperparameter_fields import (
    HyperparameterError,
    HyperparameterField,
    build,
    check_fields,
    describe_fields,
    knob,
)
from training.ml.ppo_hyperparameters import PpoHyperparameters, ppo_warnings
from training.ml.shared_knobs import (
    C1,
    C2,
    C3,
    C4,
    OURS,
    beta1_knob,
    beta2_knob,
    checkpoint_every_knob,
    encoding_knob,
    epsilon_knob,
    final_fraction_knob,
    learning_rate_knob,
    lora_alpha_knob,
    lora_rank_knob,
    max_completion_tokens_knob,
    max_gradient_norm_knob,
    max_prompt_tokens_knob,
    max_steps_knob,
    max_tokens_per_forward_knob,
    precision_knob,
    sample_max_tokens_knob,
    sample_prompts_knob,
    schedule_knob,
    sharding_knob,
    weight_decay_knob,
)

__all__ = [
    "STAGES",
    "GeneralisationHyperparameters",
    "HyperparameterError",
    "HyperparameterField",
    "PpoHyperparameters",
    "RankingHyperparameters",
    "RewardModelHyperparameters",
    "SamplingHyperparameters",
    "ScoringHyperparameters",
    "SftHyperparameters",
    "describe",
    "parse",
    "warnings",
]


@dataclass(frozen=True, kw_only=True)
class SftHyperparameters:
    """Supervised fine-tuning on demonstrations (paper: step 1)."""

    epochs: int = knob(16, "Passes over the demonstrations.", between=(1, 1000), source=C1)
    batch_size: int = knob(
        32,
        "Sequences in one optimiser step.",
        between=(1, 65_536),
        unit="sequences",
        source=C1,
    )
    learning_rate: float = learning_rate_knob(9.65e-6, C1)
    learning_rate_schedule: str = schedule_knob("cosine", C1)
    final_learning_rate_fraction: float = final_fraction_knob(0.1, C1)
    warmup_steps: int = knob(
        0, "Steps of linear warm-up from zero.", between=(0, 1_000_000), unit="steps", source=C1
    )
    residual_dropout: float = knob(
        0.2,
        "Dropout on the output of every attention and MLP block.",
        between=(0.0, 0.9),
        source=C1,
    )
    pretraining_share: float = knob(
        0.0,
        "Share of each step's sequences drawn from the pretraining input (0.1 makes the "
        "paper's initial policy for PPO, with 2 epochs). It counts sequences, not tokens: every "
        "token weighs the same, so long texts weigh more than short demonstrations.",
        between=(0.0, 0.9),
        source=C3,
    )
    selection_prompts: int = knob(
        64,
        "Held-out prompts whose answers the reward model judges after every epoch.",
        between=(1, 65_536),
        unit="prompts",
        source=OURS,
    )
    selection_max_tokens: int = knob(
        128,
        "Length of those answers.",
        between=(1, 131_072),
        unit="tokens",
        source=OURS,
    )
    keep_epochs: str = knob(
        "all",
        "Keep the weights of every epoch beside the selected ones, or the selected alone.",
        choices=("all", "selected"),
        source=C1,
    )
    packing: bool = knob(
        True, "Lay several sequences in one row, each blind to the others.", source=OURS
    )
    max_prompt_tokens: int = max_prompt_tokens_knob()
    max_completion_tokens: int = max_completion_tokens_knob()
    max_tokens_per_forward: int = max_tokens_per_forward_knob()
    precision: str = precision_knob()
    sharding: str = sharding_knob()
    lora_rank: int = lora_rank_knob()
    lora_alpha: int = lora_alpha_knob()
    max_gradient_norm: float = max_gradient_norm_knob()
    weight_decay: float = weight_decay_knob()
    adam_beta1: float = beta1_knob()
    adam_beta2: float = beta2_knob()
    adam_epsilon: float = epsilon_knob(1e-8)
    max_steps: int = max_steps_knob()
    checkpoint_every_steps: int = checkpoint_every_knob()
    sample_prompts: int = sample_prompts_knob()
    sample_max_tokens: int = sample_max_tokens_knob()

    def __post_init__(self) -> None:
        check_fields(self)
        if self.pretraining_share and not 0 < self.documents_per_step < self.batch_size:
            raise HyperparameterError("pretraining_share", self._why_no_mix())

    @property
    def documents_per_step(self) -> int:
        """How many of a step's sequences are pretraining text."""
        return round(self.batch_size * self.pretraining_share)

    def _why_no_mix(self) -> str:
        size, share = self.batch_size, self.pretraining_share
        if size == 1:
            return "needs a batch_size of at least 2 to mix anything in; set that, or this to 0"
        if self.documents_per_step == 0:
            return (
                f"{share:g} of {size} sequences is less than one pretraining text in a step: set "
                f"it to {1 / size:.3g} or more, raise batch_size, or set it to 0 to mix none in"
            )
        return (
            f"{share:g} of {size} sequences leaves no demonstration in a step: set it to "
            f"{1 - 1 / size:.3g} or less, or raise batch_size"
        )


@dataclass(frozen=True, kw_only=True)
class RankingHyperparameters:
    """Learning from rankings, whatever becomes of the model."""

    epochs: int = knob(
        1, "Passes over the rankings; more than one overfits.", between=(1, 100), source=C2
    )
    batch_size: int = knob(
        64,
        "Prompts in one optimiser step; all completions and pairs of a prompt stay together.",
        between=(1, 65_536),
        unit="prompts",
        source=C2,
    )
    learning_rate: float = learning_rate_knob(9e-6, C2)
    learning_rate_schedule: str = schedule_knob("cosine", C2)
    final_learning_rate_fraction: float = final_fraction_knob(0.1, C2)
    warmup_steps: int = knob(
        0, "Steps of linear warm-up from zero.", between=(0, 1_000_000), unit="steps", source=OURS
    )
    label_smoothing: float = knob(
        0.0,
        "How often a label is thought to be the wrong way round; 0 believes every label.",
        between=(0.0, 0.49),
        unit="share",
        source="not in the paper; off",
    )
    weigh_by: str = knob(
        "ranking",
        "ranking lets every prompt count alike, whoever ranked it; labeler lets every labeler add "
        "as much to the loss as any other, however many rankings they gave and of however many "
        "completions.",
        choices=("ranking", "labeler"),
        source=OURS,
    )
    normalise_by: str = knob(
        "choose_2",
        "What a prompt's summed pair losses are divided by: all judged pairs with the tied ones, "
        "K(K-1)/2 for every complete ranking, or its strict pairs alone. With choose_2 a tie "
        "makes a prompt weigh less, and one of nothing but ties counts as a loss of 0; with "
        "pairs_present that one is left out.",
        choices=("choose_2", "pairs_present"),
        source="Ouyang et al. 2022, equation 1 (choose_2); equal without ties",
    )
    encoding: str = encoding_knob()
    max_prompt_tokens: int = max_prompt_tokens_knob()
    max_completion_tokens: int = max_completion_tokens_knob()
    max_tokens_per_forward: int = max_tokens_per_forward_knob()
    precision: str = precision_knob()
    sharding: str = sharding_knob()
    lora_rank: int = lora_rank_knob()
    lora_alpha: int = lora_alpha_knob()
    max_gradient_norm: float = max_gradient_norm_knob()
    weight_decay: float = weight_decay_knob()
    adam_beta1: float = beta1_knob()
    adam_beta2: float = beta2_knob()
    adam_epsilon: float = epsilon_knob(1e-5)
    max_steps: int = max_steps_knob()
    checkpoint_every_steps: int = checkpoint_every_knob()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, kw_only=True)
class RewardModelHyperparameters(RankingHyperparameters):
    """Reward modelling on rankings (paper: step 2)."""

    num_seeds: int = knob(
        1,
        "Train so many times from different seeds and keep the best on held-out pairs: once, or 3 "
        "to 10 times.",
        between=(1, 10),
        unit="seeds",
        source="Stiennon et al. 2020, C.1; optional",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_seeds == 2:
            raise HyperparameterError(
                "num_seeds", "two trainings hardly differ enough to choose from: set 1, or 3 to 10"
            )


@dataclass(frozen=True, kw_only=True)
class GeneralisationHyperparameters(RankingHyperparameters):
    """Reward models that leave one group of labelers out (paper: section 4.1)."""

    num_groups: int = knob(
        5,
        "Groups of labelers, of about equally many comparisons; each is left out in turn.",
        between=(2, 20),
        unit="groups",
        source="Ouyang et al. 2022, section 4.1",
    )
    seeds_per_group: int = knob(
        3,
        "Trainings from different seeds for each group left out.",
        between=(1, 10),
        unit="seeds",
        source="Ouyang et al. 2022, section 4.1",
    )


@dataclass(frozen=True, kw_only=True)
class SamplingHyperparameters:
    """Writing completions for prompts with a policy."""

    completions_per_prompt: int = knob(
        1, "Completions drawn for each prompt.", between=(1, 256), unit="completions", source=OURS
    )
    temperature: float = knob(
        1.0, "0 always takes the likeliest token.", between=(0.0, 10.0), source=C4
    )
    top_p: float = knob(
        1.0,
        "Draw from the likeliest tokens that hold this much probability; 1 is pure sampling.",
        between=(0.01, 1.0),
        source=OURS,
    )
    max_tokens: int = knob(
        256, "Completions are cut off here.", between=(1, 131_072), unit="tokens", source=OURS
    )
    max_prompt_tokens: int = max_prompt_tokens_knob()
    max_rows_per_forward: int = knob(
        32,
        "Completions written side by side; fewer take less memory.",
        between=(1, 65_536),
        unit="completions",
        source=OURS,
        may_change_in_retry=True,
    )
    sampler: str = knob(
        "own",
        "Who writes: our own loop, in which every completion has a random stream of its own; "
        "transformers' continuous batching; or vllm, where it is installed.",
        choices=("own", "continuous", "vllm"),
        source=OURS,
    )
    cuda_graphs: bool = knob(
        False,
        "Our own loop replays each step on a GPU as one graph, which has not been tried on a GPU "
        "yet; without one, or with another sampler, it changes nothing.",
        source=OURS,
    )
    precision: str = precision_knob()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, kw_only=True)
class ScoringHyperparameters:
    """Rewarding stored completions with a reward model."""

    encoding: str = encoding_knob()
    max_prompt_tokens: int = max_prompt_tokens_knob()
    max_completion_tokens: int = max_completion_tokens_knob()
    max_tokens_per_forward: int = max_tokens_per_forward_knob()
    precision: str = precision_knob()

    def __post_init__(self) -> None:
        check_fields(self)


STAGES: Mapping[str, type] = {
    "sft": SftHyperparameters,
    "reward_model": RewardModelHyperparameters,
    "ppo": PpoHyperparameters,
    "generalisation": GeneralisationHyperparameters,
    "sampling": SamplingHyperparameters,
    "scoring": ScoringHyperparameters,
}


def parse(stage: str, given: Mapping[str, object]) -> Any:
    """The stage's hyperparameters, with its defaults wherever nothing is given.

    Raises: HyperparameterError naming the field; KeyError for an unknown stage.
    """
    return build(STAGES[stage], given)


def describe(stage: str) -> list[HyperparameterField]:
    return describe_fields(STAGES[stage])


def warnings(stage: str, hyperparameters: Any) -> list[str]:
    """What a person should hear before starting a run with these values."""
    if stage in {"reward_model", "generalisation"}:
        return _reward_model_warnings(hyperparameters)
    if stage == "ppo":
        return ppo_warnings(hyperparameters)
    return []


def _reward_model_warnings(hyperparameters: RankingHyperparameters) -> list[str]:
    if hyperparameters.epochs == 1:
        return []
    asked = hyperparameters.epochs
    return [f"A reward model overfits after one epoch (Ouyang et al. 2022, C.2), not {asked}."]
