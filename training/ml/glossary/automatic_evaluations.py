"""The automatic evaluations that a run can be asked for, and the glossary of their figures (R75).

In formulas: x a held-out prompt, y the published model's answer, b the baseline's, r a reward.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from training.ml.glossary.terms import Metric

STAGES = ("sft", "ppo")
REWARD_MODEL, PRETRAINING = "reward_model", "pretraining"
# Read by evaluations alone. Lineage tells them by how they begin: nothing was learned from them.
SECOND_REWARD_MODEL, BASELINE = "evaluation_reward_model", "evaluation_baseline"
PLACE = "evaluations."
PRETRAINING_LOSS = "pretraining_loss"
# One pretraining text of so many is held out.
HELD_OUT_EVERY = 10


@dataclass(frozen=True)
class AutomaticEvaluation:
    """`needs` are roles of inputs; `is_higher_better` None where neither end is."""

    name: str
    needs: tuple[str, ...]
    is_higher_better: bool | None
    meaning: Metric


ANSWERS = (
    "One answer to each held-out prompt, of the model that is published, drawn as the run's own "
    "answers are, with random streams that depend on the seed and the prompt alone"
)

AUTOMATIC_FIGURES = (
    Metric(
        name=PLACE + PRETRAINING_LOSS,
        stages=STAGES,
        title="Loss on held-out pretraining text",
        unit="nats per token",
        meaning="How surprised the published model is by every tenth text of the pretraining "
        "snapshot. A run that is asked for it never learns from those texts. The interval "
        "draws texts.",
        formula="-(sum of log p(x_t | x_<t)) / (number of tokens) over the held-out texts, "
        "of each its beginning, as long as the run's pretraining sequences",
        healthy="near that of the model the run began with",
        otherwise="Higher: general skill is lost. Raise ptx_coef or pretraining_share, or "
        "lower the learning rate.",
        source="Ouyang et al. 2022, E.6 and E.11",
    ),
    Metric(
        name=PLACE + "second_reward",
        stages=STAGES,
        title="Reward of a second reward model",
        unit="reward per answer",
        meaning=f"{ANSWERS}, judged by a reward model that the run does not learn from. The "
        "interval draws prompts.",
        formula="mean of r2(x, y)",
        healthy="rises with the reward of the run's own reward model",
        otherwise="Falling while the run's own reward rises: the policy exploits its reward model.",
        source="Gao et al. 2022, where a second reward model is the gold standard",
    ),
    Metric(
        name=PLACE + "answer_length",
        stages=STAGES,
        title="Length of answers",
        unit="tokens",
        meaning=f"{ANSWERS}; how long they are, ends of text not counted. The interval draws "
        "prompts.",
        formula="mean number of tokens of y",
        healthy="near that of demonstrations, and well below the longest allowed",
        otherwise="Growing with the reward: the reward model may like length itself.",
        source="Stiennon et al. 2020, appendix F",
    ),
    Metric(
        name=PLACE + "cut_share",
        stages=STAGES,
        title="Answers without an end",
        unit="share of answers",
        meaning=f"{ANSWERS}; how many were cut at the longest length allowed before an end of "
        "text came. The interval is Wilson's.",
        formula="answers without an end of text / answers",
        healthy="near 0",
        otherwise="High: rewards are those of fragments. Raise the length allowed.",
        source="Wilson 1927 for the interval",
    ),
    Metric(
        name=PLACE + "win_share",
        stages=STAGES,
        title="Wins over the baseline, by the run's reward model",
        unit="share of prompts",
        meaning=f"{ANSWERS}, against the baseline's answer drawn with the same stream: how "
        "often the run's own reward model gives the higher reward; equal answers and equal "
        "rewards count half. The interval is Wilson's, too wide where there are ties.",
        formula="mean of [r(x, y) > r(x, b)] + [equal] / 2",
        healthy="above 0.5; the policy learned to please this judge, so more is expected than "
        "from the second",
        otherwise="Below 0.5: the run made its own judge like the answers less.",
        source="Wilson 1927 for the interval; Ouyang et al. 2022, section 4.1, where people judge",
    ),
    Metric(
        name=PLACE + "second_win_share",
        stages=STAGES,
        title="Wins over the baseline, by a second reward model",
        unit="share of prompts",
        meaning="The same with the second reward model as the judge, which the run does not "
        "learn from.",
        formula="mean of [r2(x, y) > r2(x, b)] + [equal] / 2",
        healthy="above 0.5",
        otherwise="Below 0.5 while the run's own reward model says above: the policy exploits "
        "its reward model.",
        source="Wilson 1927 for the interval; Gao et al. 2022",
    ),
)

# What each needs, and whether more of it is better.
DEMANDS: Mapping[str, tuple[tuple[str, ...], bool | None]] = {
    PRETRAINING_LOSS: ((PRETRAINING,), False),
    "second_reward": ((SECOND_REWARD_MODEL,), True),
    "answer_length": ((), None),
    "cut_share": ((), False),
    "win_share": ((BASELINE, REWARD_MODEL), True),
    "second_win_share": ((BASELINE, SECOND_REWARD_MODEL), True),
}
AUTOMATIC_EVALUATIONS: Mapping[str, AutomaticEvaluation] = {
    name: AutomaticEvaluation(name, *DEMANDS[name], figure)
    for figure in AUTOMATIC_FIGURES
    for name in (figure.name.removeprefix(PLACE),)
}
EVALUATION_ROLES = (SECOND_REWARD_MODEL, BASELINE)


def evaluations_of(stage: str) -> list[AutomaticEvaluation]:
    """What a run of the stage can be asked for; only policies are evaluated."""
    return list(AUTOMATIC_EVALUATIONS.values()) if stage in STAGES else []
