"""Hyperparameters that several stages declare with the same words and bounds."""

from typing import Any

from training.ml.hyperparameter_fields import knob

C1 = "Ouyang et al. 2022, C.1"
C2 = "Ouyang et al. 2022, C.2"
C3 = "Ouyang et al. 2022, C.3"
C4 = "Ouyang et al. 2022, C.4"
APPENDIX_C = "Ouyang et al. 2022, appendix C"
OURS = "not in the paper; our default"


def learning_rate_knob(default: float, source: str) -> Any:
    return knob(default, "Peak learning rate of AdamW.", between=(0.0, 1.0), source=source)


def schedule_knob(default: str, source: str) -> Any:
    return knob(
        default,
        "Shape of the learning rate after the warm-up.",
        choices=("cosine", "linear", "constant"),
        source=source,
    )


def final_fraction_knob(default: float, source: str) -> Any:
    return knob(
        default,
        "Where cosine and linear schedules end, as a fraction of the peak.",
        between=(0.0, 1.0),
        source=source,
    )


def beta2_knob() -> Any:
    return knob(0.95, "Decay of AdamW's second moment.", between=(0.0, 0.99999), source=APPENDIX_C)


def beta1_knob() -> Any:
    return knob(0.9, "Decay of AdamW's first moment.", between=(0.0, 0.99999), source=APPENDIX_C)


def epsilon_knob(default: float) -> Any:
    return knob(default, "Added to AdamW's denominator.", between=(1e-12, 1e-2), source=OURS)


def weight_decay_knob() -> Any:
    return knob(0.0, "AdamW's decoupled weight decay.", between=(0.0, 1.0), source=OURS)


def max_gradient_norm_knob() -> Any:
    return knob(1.0, "Gradients are scaled down to this norm.", between=(1e-6, 1e6), source=OURS)


def precision_knob() -> Any:
    return knob(
        "fp32",
        "bf16 computes the trunk in bfloat16 and keeps fp32 weights, heads and losses.",
        choices=("fp32", "bf16"),
        source="the paper trains in fp16 with fp32 masters; bf16 needs no loss scale",
    )


def max_tokens_per_forward_knob() -> Any:
    return knob(
        2048,
        "Size of a micro-batch, padding included. Changes memory and speed, not the result.",
        between=(16, 4_194_304),
        unit="tokens",
        source=OURS,
        may_change_in_retry=True,
    )


def encoding_knob() -> Any:
    return knob(
        "auto",
        "shared and packed read a prompt once for all its completions, packed behind a mask over "
        "the whole row; rows repeats it; auto picks the cheapest that the architecture allows.",
        choices=("auto", "shared", "packed", "rows"),
        source=OURS,
    )


def max_prompt_tokens_knob() -> Any:
    return knob(
        1024,
        "Longer prompts lose their beginning, never their end.",
        between=(1, 131_072),
        unit="tokens",
        source=APPENDIX_C,
    )


def max_completion_tokens_knob() -> Any:
    return knob(
        1024,
        "Longer completions are cut; the end-of-text token is kept.",
        between=(2, 131_072),
        unit="tokens",
        source=APPENDIX_C,
    )


def checkpoint_every_knob() -> Any:
    return knob(
        50,
        "Steps between checkpoints; 0 writes one only when the run is stopped.",
        between=(0, 1_000_000),
        unit="steps",
        source=OURS,
        may_change_in_retry=True,
    )


def sample_prompts_knob() -> Any:
    return knob(
        8,
        "Held-out prompts that are answered at every checkpoint, for people to read; 0 answers "
        "none. Changes nothing of what is learned.",
        between=(0, 64),
        unit="prompts",
        source=OURS,
        may_change_in_retry=True,
    )


def sample_max_tokens_knob() -> Any:
    return knob(
        64,
        "Those answers are cut off here.",
        between=(1, 4096),
        unit="tokens",
        source=OURS,
        may_change_in_retry=True,
    )


def max_steps_knob() -> Any:
    return knob(
        0,
        "Ends the run after this many steps; 0 runs all epochs. The schedule follows.",
        between=(0, 10_000_000),
        unit="steps",
        source=OURS,
    )


def sharding_knob() -> Any:
    return knob(
        "none",
        "full divides weights, gradients and moments among the processes of a run, for models "
        "that do not fit on one accelerator; none gives every process a copy.",
        choices=("none", "full"),
        source="Rajbhandari et al. 2020 (ZeRO); not in the paper",
    )


def lora_rank_knob() -> Any:
    return knob(
        0,
        "Train adapters of this rank beside the frozen weights; 0 trains the weights themselves.",
        between=(0, 1024),
        source="Hu et al. 2021; the paper trains all weights",
    )


def lora_alpha_knob() -> Any:
    return knob(
        16,
        "Adapters count alpha / rank.",
        between=(1, 10_000),
        source="Hu et al. 2021",
    )
