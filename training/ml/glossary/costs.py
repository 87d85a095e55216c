"""The glossary of what an iteration of PPO costs: measured, so two equal runs differ in it."""

from training.ml.glossary.terms import Metric

PPO = ("ppo",)

COST_METRICS = (
    Metric(
        name="seconds_rollout",
        stages=PPO,
        title="Writing",
        chart="Seconds of an iteration",
        unit="seconds",
        meaning="How long the policy took to write its answers.",
        formula="wall time of the main process until all answers are written",
        healthy="grows with the length of the answers more than with their number",
        otherwise="Most of the iteration: few answers are written side by side; raise "
        "max_tokens_per_forward where there is memory.",
        source="our experience",
    ),
    Metric(
        name="seconds_score",
        stages=PPO,
        title="Judging",
        chart="Seconds of an iteration",
        unit="seconds",
        meaning="How long the networks took to judge the answers, before anything was learned.",
        formula="wall time of the main process from the last answer to the advantages",
        healthy="less than one inner epoch of updates",
        source="our experience",
    ),
    Metric(
        name="seconds_update",
        stages=PPO,
        title="Learning",
        chart="Seconds of an iteration",
        unit="seconds",
        meaning="How long the optimiser steps of both networks took.",
        formula="wall time of the main process from the advantages to the last step",
        healthy="grows with inner_epochs, and with the pretraining text of PPO-ptx",
        source="our experience",
    ),
    Metric(
        name="fill_ratio",
        stages=PPO,
        title="Fill ratio",
        unit="share of cells",
        meaning="How much of the micro-batches that judge and learn is text; the rest is padding, "
        "which is computed and thrown away.",
        formula="(tokens that are read) / (rows x columns of the micro-batches)",
        healthy="1 where answers are read side by side, as every architecture that packs does",
        low=0.9,
        otherwise="Lower: the policy or the reward model has to be padded, and prompts or answers "
        "differ much in length.",
        source="our experience",
    ),
    Metric(
        name="peak_memory_gb",
        stages=PPO,
        title="Peak memory",
        chart="Peak memory",
        unit="10^9 bytes",
        meaning="The most memory the main process has held since it began: of the accelerator, "
        "or of the machine where there is none.",
        formula="largest allocation so far on the accelerator; largest resident set on a CPU",
        healthy="level after the first iterations",
        otherwise="Close to what there is: lower max_tokens_per_forward, which changes no result.",
        source="our experience",
    ),
)
