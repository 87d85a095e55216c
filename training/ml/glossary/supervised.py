"""The glossary of what supervised fine-tuning, reward modelling and sampling log step by step.

In formulas: x prompt, y answer, y_w the answer a labeler preferred to y_l, r reward.
"""

from training.ml.glossary.terms import Metric

SFT, REWARD_MODEL, GENERALISATION, SAMPLING = "sft", "reward_model", "generalisation", "sampling"
ON_RANKINGS = (REWARD_MODEL, GENERALISATION)

SFT_METRICS = (
    Metric(
        name="loss",
        stages=(SFT,),
        title="Loss",
        chart="Loss",
        unit="nats per token",
        meaning="How surprised the model is by a token of the demonstrations it learns from.",
        formula="-(sum of log p(y_t | x, y_<t)) / (number of the demonstrations' answer tokens in "
        "the step)",
        healthy="falls, then flattens; its height depends on tokenizer and texts",
        otherwise="Rising or jumping: lower the learning rate. Near 0: the demonstrations are "
        "known by heart, so look at what is held out.",
        source="Ouyang et al. 2022, C.1",
    ),
    Metric(
        name="pretraining_loss",
        stages=(SFT,),
        title="Pretraining loss",
        chart="Loss",
        unit="nats per token",
        meaning="How surprised the model is by a token of the pretraining text that joins the "
        "step where a share is mixed in. The step lowers the mean over the tokens of both.",
        formula="-(sum of log p(x_t | x_<t)) / (number of the texts' tokens in the step)",
        healthy="stays where it began, or falls",
        otherwise="Rising: the model forgets. Raise pretraining_share, lower the learning rate, "
        "or train fewer epochs.",
        source="Ouyang et al. 2022, C.3",
    ),
    Metric(
        name="validation_loss",
        stages=(SFT,),
        title="Validation loss",
        chart="Loss",
        unit="nats per token",
        meaning="The same loss on held-out demonstrations at the end of an epoch, dropout off.",
        formula="loss over the validation split",
        healthy="falls over the first epoch and may rise afterwards",
        otherwise="Rising is no fault by itself: in the paper it rises after one epoch while "
        "people still prefer later epochs. Let a reward model choose the epoch.",
        source="Ouyang et al. 2022, section 3.5 and C.1",
    ),
    Metric(
        name="pretraining_validation_loss",
        stages=(SFT,),
        title="Pretraining validation loss",
        chart="Loss",
        unit="nats per token",
        meaning="The loss on the beginning of every tenth pretraining text, which is held out "
        "when a share of pretraining text is mixed in.",
        formula="-(sum of log p(x_t | x_<t)) / (number of tokens) over the held-out texts",
        healthy="stays where it was before the run",
        otherwise="Rising: the model forgets. Raise pretraining_share, lower the learning rate, "
        "or train fewer epochs.",
        source="Ouyang et al. 2022, C.3 and E.8",
    ),
    Metric(
        name="validation_reward",
        stages=(SFT,),
        title="Validation reward",
        chart="Reward",
        unit="reward per answer",
        meaning="What a reward model thinks of one sampled answer to each held-out prompt, at the "
        "end of an epoch.",
        formula="mean of r(x, y), y drawn at temperature 1 with the same random streams each time",
        healthy="rises, then levels off; the best epoch is published",
        otherwise="Falling from the first epoch: the demonstrations teach something the reward "
        "model does not value, or the learning rate is too high.",
        source="Ouyang et al. 2022, C.1",
    ),
    Metric(
        name="tokens",
        stages=(SFT,),
        title="Tokens",
        unit="tokens",
        meaning="How many tokens the step learned from: of the answers and, in a mix, of the "
        "pretraining texts. All weigh the same.",
        formula="answer tokens and predicted pretraining tokens in the step",
        healthy="varies with the lengths of the demonstrations and texts",
    ),
)

RANKING_METRICS = (
    Metric(
        name="loss",
        stages=ON_RANKINGS,
        title="Loss",
        chart="Loss",
        unit="nats per pair",
        meaning="How surprised the reward model is by the labelers' orderings; every prompt weighs "
        "the same, however many pairs it gave.",
        formula="mean over prompts of (sum over strict pairs of -log sigmoid(r(x, y_w) - "
        "r(x, y_l))) / C(K, 2); over their number with normalise_by pairs_present",
        healthy="below 0.693 (ln 2, a coin), and not far below 0.4",
        high=0.6931,
        otherwise="A fresh head starts near 0.9 on features of deviation 1, higher on larger ones. "
        "Staying above ln 2: too few comparisons, or a learning rate too high or too low. "
        "Ties are pairs without a loss, so that a coin is below ln 2 by their share. "
        "Labelers who agree 73% of the time leave 0.37 to 0.44 nats that nobody can foretell: "
        "below that, pairs are known by heart.",
        source="Ouyang et al. 2022, equation 1; Stiennon et al. 2020 for the head; the entropy of "
        "labelers who agree 73% of the time for the floor",
    ),
    Metric(
        name="accuracy",
        stages=ON_RANKINGS,
        title="Accuracy",
        chart="Accuracy",
        unit="share of pairs",
        meaning="How often the preferred answer scores higher, on the pairs of this step before "
        "it learns from them; equal scores count half.",
        formula="mean of [r(x, y_w) > r(x, y_l)] + [equal] / 2",
        healthy="0.6 to 0.8; 0.5 is a coin, the labelers' agreement sets the ceiling",
        low=0.6,
        high=0.8,
        otherwise="Near 0.5: nothing is learned yet. Where labelers agree 73% of the time, even "
        "their true preference foretells one of them in 73 to 84% of pairs: above that, pairs "
        "are known by heart, as after the first epoch.",
        source="Ouyang et al. 2022, section 4.1 (0.724) and 3.4 (0.726 between labelers); "
        "Huang et al. 2024 (0.63 to 0.69 on TL;DR)",
    ),
    Metric(
        name="margin",
        stages=ON_RANKINGS,
        title="Margin",
        chart="Margin",
        unit="reward",
        meaning="By how much the preferred answer scores higher on average.",
        formula="mean of r(x, y_w) - r(x, y_l)",
        healthy="above 0, growing slowly",
        low=0.0,
        otherwise="Growing while accuracy stands still: the model becomes surer than it is right. "
        "See the calibration error of the report.",
        source="our experience",
    ),
    Metric(
        name="pairs",
        stages=ON_RANKINGS,
        title="Pairs",
        unit="pairs",
        meaning="How many strict comparisons the step held.",
        formula="sum over prompts of C(K, 2) less the ties",
        healthy="K = 4 to 9 gives 6 to 36 a ranking where nothing ties",
        source="Ouyang et al. 2022, section 3.5",
    ),
    Metric(
        name="forward_rows",
        stages=ON_RANKINGS,
        title="Completions read",
        unit="completions",
        meaning="How many completions went through the network in the step.",
        formula="sum of K over the step's prompts",
        healthy="equals the sum of K: each completion is read once, whatever its number of pairs",
        otherwise="More would be one forward pass per pair, which the paper found to overfit.",
        source="Ouyang et al. 2022, section 3.5",
    ),
    Metric(
        name="fill_ratio",
        stages=ON_RANKINGS,
        title="Fill ratio",
        unit="share of cells",
        meaning="How much of the step's micro-batches is text; the rest is padding, which is "
        "computed and thrown away.",
        formula="(tokens that are read) / (rows x columns of the micro-batches)",
        healthy="1 where prompts are shared, above 0.85 in rows",
        low=0.85,
        otherwise="Lower: prompts and completions of a step differ much in length. Prefer the "
        "encoding shared, or a larger batch, whose micro-batches find more of a kind.",
        source="our experience",
    ),
    Metric(
        name="in_group_accuracy",
        stages=(GENERALISATION,),
        title="Accuracy on the labelers learned from",
        chart="Accuracy",
        unit="share of pairs",
        meaning="At the end of one training, the accuracy on held-out prompts as judged by the "
        "labelers it learned from.",
        formula="mean of [r(x, y_w) > r(x, y_l)] over their held-out pairs",
        healthy="0.6 to 0.8; 0.724 in the paper",
        low=0.6,
        high=0.8,
        otherwise="Near 0.5: too few comparisons to say anything about new labelers.",
        source="Ouyang et al. 2022, section 4.1",
    ),
    Metric(
        name="held_out_accuracy",
        stages=(GENERALISATION,),
        title="Accuracy on the labelers left out",
        chart="Accuracy",
        unit="share of pairs",
        meaning="The same accuracy as judged by labelers whose rankings the training never saw.",
        formula="mean of [r(x, y_w) > r(x, y_l)] over the held-out pairs of the group left out",
        healthy="a few points below the other; 0.696 against 0.724 in the paper",
        low=0.6,
        high=0.8,
        otherwise="Far below: the reward model learned the taste of a few people. Ask more "
        "labelers, or let every labeler count alike.",
        source="Ouyang et al. 2022, section 4.1",
    ),
    Metric(
        name="fold",
        stages=(GENERALISATION,),
        title="Fold",
        meaning="Which group of labelers is left out in the present training.",
        formula="1 to num_groups",
        healthy="counts up once every seeds_per_group trainings",
    ),
)

SAMPLING_METRICS = (
    Metric(
        name="completions",
        stages=(SAMPLING,),
        title="Completions",
        unit="completions",
        meaning="How many completions the step wrote.",
        formula="prompts of the batch times completions of each",
        healthy="at most max_rows_per_forward",
    ),
    Metric(
        name="tokens_per_second",
        stages=(SAMPLING,),
        title="Speed",
        chart="Speed",
        unit="tokens per second",
        meaning="How fast completions were written.",
        formula="answer tokens of the batch / seconds until they were written, the check of a "
        "first batch left out",
        healthy="steady for one machine, falling a little towards the longest prompts, which "
        "come last",
        otherwise="A sudden fall: something else uses the machine. More rows per forward pass "
        "help until memory runs out.",
        source="our experience",
    ),
)
