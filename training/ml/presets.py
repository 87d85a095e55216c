"""Named sets of hyperparameters that the paper trains a stage with, and what it sweeps for each.

Torch-free: the API serves them to the form in which a run is requested. A preset fills the form;
a run stores the values alone, so nothing behind the form knows of presets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.ml.hyperparameter_fields import Value
from training.ml.shared_knobs import C1, C3, C4

STEPS_TO_A_DECADE = 4


@dataclass(frozen=True)
class Preset:
    """`values` differ from the stage's defaults; `sweeps` gives the values to try of a number."""

    name: str
    label: str
    help: str
    source: str
    values: Mapping[str, Value] = field(default_factory=dict)
    sweeps: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def geometric_round(middle: float, num_values: int) -> tuple[float, ...]:
    """Values in equal ratios round a middle one, to four digits.

    The paper searches learning rates in equal ratios and does not print the range.
    """
    half = (num_values - 1) / 2
    ratio = 10 ** (1 / STEPS_TO_A_DECADE)
    return tuple(float(f"{middle * ratio ** (place - half):.4g}") for place in range(num_values))


SFT_RATE, INITIAL_POLICY_RATE = 9.65e-6, 5e-6
# Ouyang et al. 2022, E.7, E.9 and E.11: both ends of beta, the policy's rates, texts per answer.
PPO_SWEEPS = {
    "learning_rate": (2.55e-6, 4.535e-6, 8.064e-6, 1.434e-5, 2.55e-5),
    "kl_coef": (0.0, 0.002, 0.02, 0.2, 2.0),
}
PTX_SWEEPS = {"ptx_examples_per_episode": (4, 8, 16, 32), "ptx_coef": geometric_round(27.8, 5)}

PRESETS: Mapping[str, tuple[Preset, ...]] = {
    "sft": (
        Preset(
            name="baseline",
            label="Supervised baseline",
            help="16 epochs on demonstrations alone; the reward model chooses the epoch.",
            source=C1,
            sweeps={"learning_rate": geometric_round(SFT_RATE, 7)},
        ),
        Preset(
            name="ppo_init",
            label="Initial policy for PPO",
            help="2 epochs with a tenth of pretraining text; both held-out losses choose. "
            "Needs a pretraining snapshot.",
            source=C3,
            values={
                "epochs": 2,
                "pretraining_share": 0.1,
                "learning_rate": INITIAL_POLICY_RATE,
            },
            sweeps={"learning_rate": geometric_round(INITIAL_POLICY_RATE, 5)},
        ),
    ),
    "ppo": (
        Preset(
            name="ppo",
            label="PPO",
            help="Reward and the price of divergence alone.",
            source=C4,
            sweeps=PPO_SWEEPS,
        ),
        Preset(
            name="ppo_ptx",
            label="PPO-ptx",
            help="Pretraining text in every update, weighed 27.8. Needs a pretraining snapshot.",
            source=C4,
            values={"ptx_coef": 27.8},
            sweeps={**PPO_SWEEPS, **PTX_SWEEPS},
        ),
    ),
}


def presets_of(stage: str) -> tuple[Preset, ...]:
    """None where the paper trains a stage in one way only."""
    return PRESETS.get(stage, ())
