"""The glossary of scoring runs: what they log step by step, and the report they end with.

In formulas: x prompt, y its completions, r reward.
"""

from training.ml.glossary.terms import Metric

SCORING = ("scoring",)

SCORING_METRICS = (
    Metric(
        name="completions",
        stages=SCORING,
        title="Completions",
        unit="completions",
        meaning="How many completions the step scored.",
        formula="completions of all prompts in the forward pass",
        healthy="as many as max_tokens_per_forward has room for",
    ),
    Metric(
        name="mean_reward",
        stages=SCORING,
        title="Mean reward",
        chart="Reward",
        unit="reward",
        meaning="The mean reward of the step's completions.",
        formula="mean of r(x, y)",
        healthy="follows no trend: completions of like length share a step, so a slope says that "
        "the reward goes with length",
        otherwise="A clear slope: compare the reward with the length of the text, and look at the "
        "longer_text baseline in the report of the reward model.",
        source="our experience",
    ),
    Metric(
        name="tokens_per_second",
        stages=SCORING,
        title="Speed",
        chart="Speed",
        unit="tokens per second",
        meaning="How fast texts were read, a prompt that is shared counted once.",
        formula="tokens of the forward pass, padding left out / seconds it took",
        healthy="steady for one machine",
        otherwise="A sudden fall: something else uses the machine.",
        source="our experience",
    ),
)

SCORING_FIGURES = (
    Metric(
        name="num_completions",
        stages=SCORING,
        title="Completions",
        meaning="How many completions were scored, an earlier attempt's included.",
        formula="a count",
        healthy="as many as the input holds",
    ),
    Metric(
        name="num_prompts",
        stages=SCORING,
        title="Prompts",
        meaning="How many prompts they answer.",
        formula="a count",
        healthy="as many as the input holds",
    ),
    Metric(
        name="mean_reward",
        stages=SCORING,
        title="Mean reward",
        unit="reward",
        meaning="The mean over all completions.",
        formula="mean of r(x, y)",
        healthy="0 for answers as good as the demonstrations that the reward model was centred on",
        source="Ouyang et al. 2022, section 3.5",
    ),
    Metric(
        name="reward_deviation",
        stages=SCORING,
        title="Deviation of rewards",
        unit="reward",
        meaning="How far apart rewards are, over all completions.",
        formula="standard deviation of r(x, y)",
        healthy="above the deviation within prompts",
    ),
    Metric(
        name="deviation_within_prompts",
        stages=SCORING,
        title="Deviation within a prompt",
        unit="reward",
        meaning="How far apart the rewards of one prompt's completions are: what choosing the best "
        "of them, or learning from them, has to work with.",
        formula="square root of the mean squared distance to the mean of the same prompt",
        healthy="well above 0 where prompts have several completions",
        otherwise="Near 0: the completions are nearly the same; sample at a higher temperature or "
        "from several policies.",
        source="our experience",
    ),
    Metric(
        name="best_of_prompt",
        stages=SCORING,
        title="Best of a prompt",
        unit="reward",
        meaning="The mean over prompts of the highest reward among the prompt's completions.",
        formula="mean over x of max over y of r(x, y)",
        healthy="above the mean reward, more so the more completions a prompt has",
        source="Stiennon et al. 2020, best of N",
    ),
    Metric(
        name="encoding",
        stages=SCORING,
        title="How prompts were read",
        meaning="shared and packed: once for all completions; rows: once for each.",
        formula="a word",
        healthy="shared, packed where it is cheaper, rows for short prompts",
    ),
    Metric(
        name="share_of_tokens_read",
        stages=SCORING,
        title="Tokens read",
        unit="share",
        meaning="The tokens that were read, out of those that one row per completion would hold.",
        formula="sum over prompts of (P + sum R) / sum over completions of (P + R), P and R the "
        "tokens of prompt and completion",
        healthy="(P + K R) / (K (P + R)): 0.29 for nine completions of 64 tokens to a prompt of "
        "256; 1 where prompts are repeated",
        source="arithmetic",
    ),
)
