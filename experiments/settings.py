"""How large each experiment is: for figures that are printed, and for a smoke test."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BaseSize:
    """The language model that everything starts from, and how long it learns."""

    width: int = 96
    num_layers: int = 3
    vocabulary: int = 1024
    document_characters: int = 256
    num_documents: int = 4096
    num_stories: int = 2048
    epochs: int = 4
    batch_size: int = 32
    learning_rate: float = 3e-3


@dataclass(frozen=True)
class RewardSize:
    """Rankings to learn from and to judge by."""

    num_prompts: tuple[int, ...] = (128, 512, 2048)
    num_seeds: int = 5
    num_validation: int = 384
    # Several labelers per held-out prompt tell a calibration error from luck.
    validation_labelers: int = 4
    batch_size: int = 16
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class PpoSize:
    """Reinforcement learning, and how closely it is watched."""

    num_seeds: int = 8
    num_control_seeds: int = 4
    # Rankings behind the reward model of each seed.
    num_ranked: int = 1024
    num_prompts: int = 1024
    iterations: int = 40
    batch_size: int = 64
    minibatch_size: int = 32
    learning_rate: float = 5e-4
    value_learning_rate: float = 1e-3
    kl_coef: float = 0.1
    # The score of an answer that is cut off before its end.
    unfinished_score: float = -2.0
    look_every: int = 10
    look_prompts: int = 192
    look_documents: int = 192


@dataclass(frozen=True)
class PtxSize:
    """The pretraining mix against plain PPO."""

    num_seeds: int = 4
    coefficient: float = 4.0
    examples_per_episode: int = 1


@dataclass(frozen=True)
class PressureSize:
    """Over-optimisation: a long run against a reward model that knows little."""

    num_ranked: int = 256
    num_seeds: int = 2
    iterations: int = 60
    look_every: int = 4
    kl_coefs: tuple[float, ...] = (0.0, 0.05, 0.2, 2.0)
    learning_rate: float = 3e-4
    best_of: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    best_of_prompts: int = 64
    best_of_seeds: int = 5


@dataclass(frozen=True)
class Sizes:
    noise: float = 1.0
    max_tokens: int = 40
    base: BaseSize = field(default_factory=BaseSize)
    reward: RewardSize = field(default_factory=RewardSize)
    ppo: PpoSize = field(default_factory=PpoSize)
    ptx: PtxSize = field(default_factory=PtxSize)
    pressure: PressureSize = field(default_factory=PressureSize)


FULL = Sizes()
QUICK = Sizes(
    max_tokens=12,
    base=BaseSize(
        width=32,
        num_layers=1,
        vocabulary=320,
        document_characters=64,
        num_documents=32,
        num_stories=16,
        epochs=1,
        batch_size=8,
    ),
    reward=RewardSize(
        num_prompts=(4, 8), num_seeds=2, num_validation=8, validation_labelers=2, batch_size=4
    ),
    ppo=PpoSize(
        num_seeds=2,
        num_control_seeds=1,
        num_ranked=8,
        num_prompts=8,
        iterations=2,
        batch_size=4,
        minibatch_size=4,
        look_every=1,
        look_prompts=4,
        look_documents=4,
    ),
    ptx=PtxSize(num_seeds=2),
    pressure=PressureSize(
        num_ranked=4,
        num_seeds=1,
        iterations=2,
        look_every=1,
        kl_coefs=(0.0, 0.1),
        best_of=(1, 2, 4),
        best_of_prompts=2,
        best_of_seeds=2,
    ),
)
