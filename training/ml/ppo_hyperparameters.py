"""The hyperparameters of reinforcement learning: the paper's step 3, and what it leaves open."""

from dataclasses import dataclass

from training.ml.hyperparameter_fields import HyperparameterError, check_fields, knob
from training.ml.shared_knobs import (
    APPENDIX_C,
    C4,
    OURS,
    beta1_knob,
    beta2_knob,
    checkpoint_every_knob,
    epsilon_knob,
    final_fraction_knob,
    learning_rate_knob,
    lora_alpha_knob,
    lora_rank_knob,
    max_gradient_norm_knob,
    max_prompt_tokens_knob,
    max_tokens_per_forward_knob,
    precision_knob,
    sample_max_tokens_knob,
    sample_prompts_knob,
    schedule_knob,
    sharding_knob,
    weight_decay_knob,
)

# Above this the paper's sweep without a pretraining mix diverged (E.9).
SAFE_LEARNING_RATE_WITHOUT_PTX = 8.05e-6


@dataclass(frozen=True, kw_only=True)
class PpoHyperparameters:
    """Reinforcement learning against a reward model (paper: step 3)."""

    episodes: int = knob(
        256_000, "Responses sampled in all.", between=(1, 100_000_000), unit="episodes", source=C4
    )
    batch_size: int = knob(
        512, "Responses sampled per iteration.", between=(1, 65_536), unit="episodes", source=C4
    )
    minibatch_size: int = knob(
        64, "Responses per optimiser step.", between=(1, 65_536), unit="episodes", source=C4
    )
    inner_epochs: int = knob(
        1, "Passes over each iteration's responses.", between=(1, 100), source=C4
    )
    learning_rate: float = learning_rate_knob(
        5e-6, "not printed in the paper; inside its sweep (E.9) and below 8.05e-6"
    )
    value_network: str = knob(
        "reward_model",
        "reward_model starts the value network as a copy of the reward model, as the paper does; "
        "policy_trunk puts it on the policy's own frozen trunk as a second set of adapters and a "
        "head of zeros, for memory: it needs lora_rank.",
        choices=("reward_model", "policy_trunk"),
        source=C4,
    )
    value_learning_rate: float = knob(
        9e-6, "Peak learning rate of the value network.", between=(0.0, 1.0), source=C4
    )
    learning_rate_schedule: str = schedule_knob("constant", C4)
    final_learning_rate_fraction: float = final_fraction_knob(0.1, OURS)
    warmup_iterations: int = knob(
        10,
        "Iterations of linear warm-up from a tenth of the peak.",
        between=(0, 1_000_000),
        unit="iterations",
        source=C4,
    )
    value_warmup_iterations: int = knob(
        0,
        "First iterations in which only the value network learns.",
        between=(0, 1_000_000),
        unit="iterations",
        source=OURS,
    )
    kl_coef: float = knob(
        0.02,
        "Price of one nat of divergence from the reference policy (beta).",
        between=(0.0, 100.0),
        unit="reward per nat",
        source=C4,
    )
    kl_target: float = knob(
        0.0,
        "Steer kl_coef towards this mean divergence per response; 0 keeps kl_coef fixed.",
        between=(0.0, 1e6),
        unit="nats",
        source="Ziegler et al. 2019, section 2.2; not used in the paper",
    )
    kl_horizon: int = knob(
        10_000,
        "How slowly kl_coef follows: a fifth of a batch's share of these episodes, at most.",
        between=(1, 100_000_000),
        unit="episodes",
        source="Ziegler et al. 2019, code",
    )
    kl_ceiling: float = knob(
        100.0,
        "The run stops when a batch's mean divergence per response exceeds this.",
        between=(0.001, 1e9),
        unit="nats",
        source=OURS,
        may_change_in_retry=True,
    )
    sampler_gap_limit: float = knob(
        0.01,
        "The run stops when a token's probability as it was drawn is, on the mean, this far from "
        "the trainer's own, or its logarithm ten times this; 1 never stops it.",
        between=(1e-6, 1.0),
        unit="probability",
        source="below 0.005 in healthy runs of verl, above 0.01 a fault; not in the paper",
        may_change_in_retry=True,
    )
    clip_range: float = knob(
        0.2, "How far the policy ratio may leave 1.", between=(0.001, 10.0), source=C4
    )
    value_clip_range: float = knob(
        0.2,
        "How far a new value may leave the old one.",
        between=(0.001, 1e6),
        unit="reward",
        source="Ziegler et al. 2019, code",
    )
    discount: float = knob(
        1.0,
        "Discount of later rewards; never the pretraining weight.",
        between=(0.0, 1.0),
        source=C4,
    )
    gae_lambda: float = knob(
        0.95,
        "Decay of generalised advantage estimation.",
        between=(0.0, 1.0),
        source="Stiennon et al. 2020",
    )
    whiten_advantages: bool = knob(
        True,
        "Shift and scale advantages to mean 0, deviation 1 over the whole batch.",
        source="Ziegler et al. 2019, code",
    )
    whiten_rewards: bool = knob(
        False, "Scale per-token rewards to deviation 1, keeping their mean.", source=OURS
    )
    ema_decay: float = knob(
        0.992,
        "Decay of the averaged weights that are exported; 0 exports the raw weights.",
        between=(0.0, 0.999999),
        source=C4,
    )
    ema_every: str = knob(
        "iteration",
        "When the average moves: after each iteration or after each optimiser step.",
        choices=("iteration", "step"),
        source=OURS,
    )
    ptx_coef: float = knob(
        0.0,
        "Weight of the pretraining loss (27.8 in the paper's PPO-ptx); needs pretraining text.",
        between=(0.0, 10_000.0),
        source=C4,
    )
    ptx_reduction: str = knob(
        "token_mean",
        "Pretraining loss per token, or summed over a sequence and averaged over sequences.",
        choices=("token_mean", "sequence_sum"),
        source=OURS,
    )
    ptx_examples_per_episode: int = knob(
        8, "Pretraining sequences for each response.", between=(1, 1024), source=C4
    )
    ptx_max_tokens: int = knob(
        512,
        "Length of a pretraining sequence; a longer text is cut into several.",
        between=(2, 131_072),
        unit="tokens",
        source=OURS,
    )
    temperature: float = knob(
        1.0,
        "Sampling temperature, applied to every log-probability.",
        between=(0.01, 10.0),
        source=C4,
    )
    max_prompt_tokens: int = max_prompt_tokens_knob()
    max_response_tokens: int = knob(
        1024, "Responses are cut off here.", between=(1, 131_072), unit="tokens", source=APPENDIX_C
    )
    missing_eos: str = knob(
        "keep",
        "What becomes of the score of a response cut off before its end-of-text token.",
        choices=("keep", "replace", "subtract"),
        source=OURS,
    )
    missing_eos_penalty: float = knob(
        1.0,
        "replace scores such a response at minus this; subtract takes this off its score.",
        between=(0.0, 1000.0),
        unit="reward",
        source="Ziegler et al. 2019, code",
    )
    validation_prompts: int = knob(
        64,
        "Held-out prompts whose answers are scored at the end, before and after training.",
        between=(0, 65_536),
        unit="prompts",
        source=OURS,
    )
    max_tokens_per_forward: int = max_tokens_per_forward_knob()
    max_tokens_kept: int = knob(
        0,
        "Tokens whose judging passes are kept for the first update instead of being repeated, "
        "value network first; for one minibatch per iteration on one process. Changes memory and "
        "speed, not the result.",
        between=(0, 4_194_304),
        unit="tokens",
        source=OURS,
        may_change_in_retry=True,
    )
    precision: str = precision_knob()
    sharding: str = sharding_knob()
    lora_rank: int = lora_rank_knob()
    lora_alpha: int = lora_alpha_knob()
    max_gradient_norm: float = max_gradient_norm_knob()
    weight_decay: float = weight_decay_knob()
    adam_beta1: float = beta1_knob()
    adam_beta2: float = beta2_knob()
    adam_epsilon: float = epsilon_knob(1e-5)
    checkpoint_every_steps: int = checkpoint_every_knob()
    sample_prompts: int = sample_prompts_knob()
    sample_max_tokens: int = sample_max_tokens_knob()

    def __post_init__(self) -> None:
        check_fields(self)
        if self.batch_size % self.minibatch_size:
            raise HyperparameterError("minibatch_size", "must divide batch_size")
        if self.episodes % self.batch_size:
            raise HyperparameterError("episodes", "must be a multiple of batch_size")
        if self.value_network == "policy_trunk" and self.lora_rank == 0:
            raise HyperparameterError(
                "value_network", "policy_trunk needs adapters: set lora_rank above 0"
            )
        if self.value_network == "policy_trunk" and self.sharding == "full":
            raise HyperparameterError(
                "sharding",
                "full divides networks that stand apart: set value_network to reward_model, or "
                "keep one copy of the trunk per process with none",
            )
        if self.value_warmup_iterations >= self.iterations:
            raise HyperparameterError(
                "value_warmup_iterations",
                f"must be below the number of iterations, {self.iterations} (episodes by "
                "batch_size), so that the policy has one to learn in",
            )

    @property
    def is_one_step_a_pass(self) -> bool:
        """Whether nothing is learned between judging an answer and first learning from it."""
        return self.minibatch_size == self.batch_size

    @property
    def iterations(self) -> int:
        return self.episodes // self.batch_size

    @property
    def updates(self) -> int:
        """Optimiser steps over the whole run; the policy sits out those of the value warm-up."""
        return self.iterations * self.updates_per_iteration

    @property
    def updates_per_iteration(self) -> int:
        return self.inner_epochs * (self.batch_size // self.minibatch_size)


def ppo_warnings(hyperparameters: PpoHyperparameters) -> list[str]:
    found = []
    is_fast = hyperparameters.learning_rate > SAFE_LEARNING_RATE_WITHOUT_PTX
    if is_fast and hyperparameters.ptx_coef == 0:
        found.append(
            "Without a pretraining mix every learning rate above 8.05e-6 diverged in the "
            "paper's sweep (Ouyang et al. 2022, E.9)."
        )
    per_iteration = hyperparameters.ema_every == "iteration"
    averages = hyperparameters.iterations if per_iteration else hyperparameters.updates
    remaining = hyperparameters.ema_decay**averages
    if remaining > 0.5:
        found.append(
            f"After {averages} averaging steps at decay {hyperparameters.ema_decay:g} the exported "
            f"policy still holds {remaining:.0%} of the starting weights: lower ema_decay for a "
            "short run."
        )
    return found
