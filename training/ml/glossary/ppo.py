"""The glossary of what PPO and PPO-ptx log, one step being one iteration.

In formulas: x prompt, y answer of T tokens, r the reward model, pi the policy, pi_ref the policy
as it was at the start, pi_old the policy that wrote the answer, A advantage, V value, R return.
"""

from training.ml.glossary.terms import Metric

PPO = ("ppo",)

ROLLOUT_METRICS = (
    Metric(
        name="score",
        stages=PPO,
        title="Score",
        chart="Reward",
        unit="reward per answer",
        meaning="What the reward model thinks of the answers, before divergence is paid for.",
        formula="mean of r(x, y); 0 is an average demonstration",
        healthy="rises and levels off; how far depends on the reward model",
        otherwise="Flat: the learning rate is too low or kl_coef too high. Rising without end "
        "while kl runs away: the policy has found what fools the reward model; read the samples, "
        "and stop where the true preference would peak.",
        source="Stiennon et al. 2020, figure 5, for over-optimisation",
    ),
    Metric(
        name="reward",
        stages=PPO,
        title="Reward",
        chart="Reward",
        unit="reward per answer",
        meaning="What PPO maximises: the score less the price of divergence.",
        formula="mean of r(x, y) - kl_coef * (log pi(y|x) - log pi_ref(y|x)), summed over tokens",
        healthy="rises; it lies below the score by kl_coef * kl",
        otherwise="Falling while the score rises: divergence costs more than it brings.",
        source="Ouyang et al. 2022, equation 2",
    ),
    Metric(
        name="kl",
        stages=PPO,
        title="KL to the reference",
        chart="KL to the reference",
        unit="nats per answer",
        meaning="How far the policy has moved from where it started, on its own answers.",
        formula="mean of (sum over tokens of log pi(y_t) - log pi_ref(y_t)); never clamped",
        healthy="0 in the first iteration, then a slow rise to some nats; below 20",
        low=-0.5,
        high=20.0,
        otherwise="Clearly below 0 for several iterations: answers are not drawn from the policy "
        "that is trained (see sampler_gap). Rising past 20: raise kl_coef or lower the learning "
        "rate. The run stops at kl_ceiling.",
        source="Ziegler et al. 2019 steer to 6; the collapsed runs of Huang et al. 2024 stood at "
        "50 to 85",
    ),
    Metric(
        name="kl_k3",
        stages=PPO,
        title="KL to the reference, k3",
        chart="KL to the reference",
        unit="nats per answer",
        meaning="The same divergence by another estimator, which is below 0 on no token and varies "
        "less. It is for reading alone: the reward is paid with kl.",
        formula="mean of (sum over tokens of q - 1 - log q), q = pi_ref(y_t) / pi(y_t)",
        healthy="0 in the first iteration, then near kl",
        high=20.0,
        otherwise="Far above kl: some tokens have become nearly impossible that the reference "
        "likes, or answers are not drawn from the policy that is trained (see sampler_gap).",
        source="Schulman 2020, on approximating KL divergence; the range is that of kl",
    ),
    Metric(
        name="kl_coef",
        stages=PPO,
        title="Price of divergence",
        chart="Price of divergence",
        unit="reward per nat",
        meaning="What a nat of divergence costs in this iteration.",
        formula="kl_coef; with a kl_target, times 1 + clip(kl / kl_target - 1, -0.2, 0.2) * "
        "batch_size / kl_horizon after every iteration",
        healthy="constant, unless kl_target is set; the paper found 0.01 to 0.02 best",
        otherwise="Climbing without end: the target cannot be held at this learning rate.",
        source="Ouyang et al. 2022, C.4 and E.7; Ziegler et al. 2019, section 2.2",
    ),
    Metric(
        name="entropy",
        stages=PPO,
        title="Entropy",
        chart="Entropy",
        unit="nats per token",
        meaning="How undecided the policy is about the next token while it writes.",
        formula="mean over answer tokens of -(sum over the vocabulary of p log p)",
        healthy="falls slowly from where the reference stands",
        otherwise="Falling to 0: collapse, every answer becomes the same; lower the learning rate "
        "or raise kl_coef. Rising steadily: the policy drifts into noise.",
        source="our experience",
    ),
    Metric(
        name="response_length",
        stages=PPO,
        title="Response length",
        chart="Response length",
        unit="tokens per answer",
        meaning="How long the answers are, their end of text included.",
        formula="mean of T",
        healthy="stays near that of the reference",
        otherwise="Drifting to the limit, or to almost nothing: the reward model values length "
        "itself. Compare it with the baseline of longer texts in its report.",
        source="Stiennon et al. 2020, appendix F, on length",
    ),
    Metric(
        name="eos_share",
        stages=PPO,
        title="Answers that ended by themselves",
        chart="Answers that ended by themselves",
        unit="share",
        meaning="How many answers reached an end of text within max_response_tokens.",
        formula="answers with an end of text / answers",
        healthy="near 1, or no lower than the reference had it",
        otherwise="Falling: answers are cut and scored unfinished. Raise max_response_tokens, or "
        "charge for it with missing_eos. The run warns once it has fallen by a tenth and by more "
        "than chance makes of a batch.",
        source="Ziegler et al. 2019, code",
    ),
    Metric(
        name="sampler_gap",
        stages=PPO,
        title="Gap between writer and trainer",
        chart="Gap between writer and trainer",
        unit="nats per token",
        meaning="How far the probabilities that the writer drew from are from the trainer's own.",
        formula="mean over answer tokens of |log pi_trainer(y_t) - log pi_writer(y_t)|",
        healthy="near 1e-6 in fp32; some hundredths where bf16 writes",
        low=0.0,
        high=0.05,
        otherwise="One of the two is wrong: temperature, filters, positions or precision. "
        "The run stops at ten times sampler_gap_limit, 0.1.",
        source="our measurements",
    ),
    Metric(
        name="sampler_probability_gap",
        stages=PPO,
        title="Gap between writer and trainer, in probability",
        chart="Gap between writer and trainer, in probability",
        unit="probability",
        meaning="The same gap in probabilities, where rare tokens count for little.",
        formula="mean over answer tokens of |pi_trainer(y_t) - pi_writer(y_t)|",
        healthy="below 0.005; near 1e-7 in fp32",
        low=0.0,
        high=0.005,
        otherwise="Above 0.01 nothing learned from such answers can be trusted, and the run stops "
        "at sampler_gap_limit. A policy that finds every token unlikely hides a fault here and "
        "shows it in sampler_gap.",
        source="the faults reported of verl, whose alarm stands at 0.01",
    ),
    Metric(
        name="explained_variance",
        stages=PPO,
        title="Explained variance",
        chart="Explained variance",
        unit="share",
        meaning="How well the value network foretells what the answers will earn.",
        formula="1 - mean of (R - V)^2 / variance of R, over answer tokens",
        healthy="rises from around 0 towards 1",
        low=0.0,
        high=1.0,
        otherwise="Below 0 it knows less than the mean: in the first iterations that is usual; "
        "later, raise value_learning_rate or give it value_warmup_iterations.",
        source="Huang et al. 2022, the details of PPO",
    ),
)

UPDATE_METRICS = (
    Metric(
        name="policy_loss",
        stages=PPO,
        title="Policy loss",
        chart="Policy loss",
        meaning="The clipped objective that the policy steps down; its sign matters, not its size.",
        formula="mean over tokens of max(-A * ratio, -A * clip(ratio, 1 - clip_range, "
        "1 + clip_range))",
        healthy="around 0 with whitened advantages; below it from the second inner epoch on",
        otherwise="Large and positive: steps are too large for the answers they learn from.",
        source="Schulman et al. 2017, equation 7",
    ),
    Metric(
        name="value_loss",
        stages=PPO,
        title="Value error",
        chart="Value error",
        unit="reward squared",
        meaning="How far the value network is from what the answers earned.",
        formula="mean over tokens of max((V - R)^2, (V' - R)^2) / 2, V' being V clipped to "
        "V_old +- value_clip_range",
        healthy="falls over the first iterations, then follows the spread of rewards",
        otherwise="Rising: the value network lags behind the policy; raise value_learning_rate.",
        source="Ziegler et al. 2019, code",
    ),
    Metric(
        name="ptx_loss",
        stages=PPO,
        title="Pretraining loss",
        chart="Pretraining loss",
        unit="nats times ptx_coef",
        meaning="The loss on pretraining text that joins every update of PPO-ptx, as it is "
        "weighted.",
        formula="ptx_coef * (mean of -log pi(x_t | x_<t) per token, or their sum per sequence)",
        healthy="flat or falling",
        otherwise="Rising: the policy forgets what it read; raise ptx_coef (20 and more repaired "
        "it in the paper) or ptx_examples_per_episode.",
        source="Ouyang et al. 2022, equation 2, E.6 and E.11",
    ),
    Metric(
        name="clipfrac",
        stages=PPO,
        title="Clip fraction",
        chart="Clip fraction",
        unit="share of tokens",
        meaning="How many tokens had moved so far that their gradient was cut off.",
        formula="share of tokens whose clipped loss is the larger one",
        healthy="0.01 to 0.3; 0 in the first update on an answer",
        low=0.01,
        high=0.3,
        otherwise="Above: the learning rate or the number of inner epochs is too high. 0 for long: "
        "the policy hardly moves. At once near 0.8: dropout or another temperature came between "
        "writing and learning.",
        source="Huang et al. 2024 log .025 to .073 over four epochs; our experience",
    ),
    Metric(
        name="approxkl",
        stages=PPO,
        title="KL of the update",
        chart="KL of the update",
        unit="nats per token",
        meaning="How far the policy moves away, within the iteration, from the one that wrote the "
        "answers.",
        formula="mean over tokens of ratio - 1 - log ratio",
        healthy="below 0.02",
        low=0.0,
        high=0.02,
        otherwise="Above: old answers no longer say what the new policy would write; lower the "
        "learning rate or inner_epochs.",
        source="Huang et al. 2024 log .003 to .008 in later epochs, below 1e-6 in the first",
    ),
    Metric(
        name="ratio",
        stages=PPO,
        title="Policy ratio",
        chart="Policy ratio",
        meaning="How much likelier the policy makes a written token than when it was written.",
        formula="mean over tokens of pi(y_t) / pi_old(y_t), over all updates of the iteration",
        healthy="0.9 to 1.1",
        low=0.9,
        high=1.1,
        otherwise="Beyond: as for the clip fraction. An update whose mean ratio passes 10 is "
        "skipped.",
        source="our experience",
    ),
    Metric(
        name="first_ratio",
        stages=PPO,
        title="Policy ratio of the first update",
        chart="Policy ratio",
        meaning="The same ratio before anything was learned from the answers: writer and trainer "
        "must agree.",
        formula="mean over tokens of pi(y_t) / pi_old(y_t) in the first update",
        healthy="1, within 1e-4 in fp32 and about 0.01 in bf16",
        low=0.99,
        high=1.01,
        otherwise="Anything else is a fault, not a setting: dropout left on, a temperature "
        "forgotten, a mask or a position wrong.",
        source="Huang et al. 2024 log 0.99999; our tests hold it to 1e-4",
    ),
    Metric(
        name="skipped_updates",
        stages=PPO,
        title="Skipped updates",
        chart="Skipped updates",
        unit="updates",
        meaning="Updates not made because their batch no longer resembled the policy.",
        formula="updates of the iteration whose mean ratio passed 10",
        healthy="0",
        low=0.0,
        high=0.0,
        otherwise="Any: the learning rate is far too high.",
        source="our experience",
    ),
)

STEP_SIZE_METRICS = (
    Metric(
        name="ppo_gradient_norm",
        stages=PPO,
        title="Gradient norm of PPO",
        chart="Gradient norm",
        meaning="The size of the gradient that PPO alone gives, before clipping.",
        formula="mean over updates of |grad of policy_loss|",
        healthy="steady",
        otherwise="Compare it with ptx_gradient_norm: where that is many times larger, PPO is "
        "only a whisper, and ptx_coef or ptx_reduction asks for another value.",
        source="our experience",
    ),
    Metric(
        name="ptx_gradient_norm",
        stages=PPO,
        title="Gradient norm of pretraining",
        chart="Gradient norm",
        meaning="The size of the gradient that pretraining text adds in the same update, before "
        "clipping.",
        formula="mean over updates of |grad of ptx_loss|",
        healthy="of the same order as ppo_gradient_norm",
        otherwise="The paper prints ptx_coef 27.8 but not what it multiplies; token mean and "
        "sequence sum differ by the length of a text, and these two norms tell which is meant.",
        source="Ouyang et al. 2022, C.4; our experience",
    ),
    Metric(
        name="value_gradient_norm",
        stages=PPO,
        title="Gradient norm of the value network",
        chart="Gradient norm of the value network",
        meaning="The size of the value network's gradient, before clipping.",
        formula="mean over updates of |grad of value_loss|",
        healthy="falls with the value error; above max_gradient_norm the step is scaled down",
        otherwise="Rising: rewards have become larger or wilder; whiten_rewards scales them.",
        source="our experience",
    ),
    Metric(
        name="value_learning_rate",
        stages=PPO,
        title="Value learning rate",
        chart="Learning rate",
        meaning="The value network's learning rate in the last update of the iteration.",
        formula="its schedule: a warm-up from a tenth, then constant unless chosen otherwise",
        healthy="follows its schedule",
        source="Ouyang et al. 2022, C.4",
    ),
    Metric(
        name="updates",
        stages=PPO,
        title="Updates",
        unit="updates",
        meaning="How many optimiser steps the policy has taken since the run began.",
        formula="inner_epochs * batch_size / minibatch_size more every iteration",
        healthy="counts up; 4,000 in the paper",
        source="Ouyang et al. 2022, C.4",
    ),
    Metric(
        name="episodes",
        stages=PPO,
        title="Episodes",
        unit="answers",
        meaning="How many answers have been written and learned from since the run began.",
        formula="batch_size more every iteration",
        healthy="counts up; 256,000 in the paper",
        source="Ouyang et al. 2022, C.4",
    ),
)
