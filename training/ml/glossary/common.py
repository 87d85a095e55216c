"""The glossary of what every stage with an optimiser logs."""

from training.ml.glossary.terms import Metric

COMMON_METRICS = (
    Metric(
        name="learning_rate",
        stages=("sft", "reward_model", "ppo"),
        title="Learning rate",
        chart="Learning rate",
        meaning="The learning rate of the step; of PPO's last policy update in the iteration.",
        formula="its schedule: a warm-up, then constant, linear or cosine to "
        "final_learning_rate_fraction",
        healthy="follows its schedule",
        source="Ouyang et al. 2022, appendix C",
    ),
    Metric(
        name="gradient_norm",
        stages=("sft", "reward_model", "ppo"),
        title="Gradient norm",
        chart="Gradient norm",
        meaning="The size of the whole gradient before it is clipped; of PPO, the mean over the "
        "iteration's policy updates, pretraining included.",
        formula="square root of the sum of squares over all trained weights",
        healthy="steady or falling; above max_gradient_norm the step is scaled down to it",
        otherwise="Single peaks come from odd batches. Growing over many steps: lower the "
        "learning rate before it diverges.",
        source="our experience",
    ),
)
