"""What goes into one optimiser step of PPO, and what must not change it."""

import math
from dataclasses import replace
from itertools import chain

import pytest
import torch
from torch.nn import functional as F

from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from training.ml.experience import rollout_metrics, targets
from training.ml.language_modelling import Example
from training.ml.ppo_update import PpoUpdate, UpdateTally, minibatches

# Of different lengths, so that a mean over documents differs from a mean over tokens.
DOCUMENTS = [Example([84], [104, 101, 32, 101, 110, 100]), Example([79, 110], [99, 101])]
EVERYTHING = range(len(PROMPTS))
ROWS_BY_KIND = (
    "logprob_BR",
    "reference_logprob_BR",
    "sampler_logprob_BR",
    "entropy_BR",
    "value_BR",
)


@pytest.fixture
def make_setup(tmp_path, policy_folder, reward_folder, world):
    numbers = iter(range(100))

    def make(architecture="llama", **changes):
        return ppo_setup(
            tmp_path / str(next(numbers)),
            policy_folder(architecture),
            reward_folder(architecture),
            world,
            **changes,
        )

    return make


def step(setup, rollouts, documents=()):
    aims = targets(rollouts, setup.settings, setup.world)
    tally = UpdateTally()
    update = PpoUpdate(setup.networks, setup.settings, rollouts, aims)
    update.policy_step(EVERYTHING, documents, tally)
    update.value_step(EVERYTHING, tally)
    return tally


def gradient_of(setup):
    parameters = setup.networks.policy_model.parameters()
    return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])


def plain_language_gradient(setup, reduction):
    """The gradient of the pretraining loss by one plain, unpadded pass for each document."""
    model = setup.networks.policy_model
    model.zero_grad()
    sums = []
    for document in DOCUMENTS:
        ids = torch.tensor([document.context + document.answer])
        count = len(document.answer)
        logit_TV = model(ids).logits[0, -count - 1 : -1]
        sums.append(F.cross_entropy(logit_TV, torch.tensor(document.answer), reduction="sum"))
    divisor = {"token_mean": 6 + 2, "sequence_sum": 2}[reduction]
    loss = sum(sums) / divisor
    loss.backward()
    return gradient_of(setup), float(loss.detach())


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
@pytest.mark.parametrize("reduction", ["token_mean", "sequence_sum"])
def test_one_step_holds_the_gradients_of_ppo_and_of_pretraining(
    make_setup, architecture, reduction
):
    """P17, R70, R71: combined == PPO + 27.8 * language modelling, in one optimiser step."""
    still = {"learning_rate": 0.0, "ptx_reduction": reduction}
    setup = make_setup(architecture, ptx_coef=27.8, **still)
    rollouts = setup.rollouts()
    step(setup, rollouts)
    ppo = gradient_of(setup)
    language, language_loss = plain_language_gradient(setup, reduction)
    updates_before = setup.networks.policy.updates

    tally = step(setup, rollouts, DOCUMENTS)

    combined = gradient_of(setup)
    torch.testing.assert_close(
        combined, ppo + 27.8 * language, rtol=1e-5, atol=1e-5 * float(combined.abs().max())
    )
    assert setup.networks.policy.updates == updates_before + 1
    report = tally.policy[0]
    assert report.losses["ptx"] == pytest.approx(27.8 * language_loss, rel=1e-5)
    assert report.gradient_norms["ppo"] == pytest.approx(float(ppo.norm()), rel=1e-4)
    assert report.gradient_norms["ptx"] == pytest.approx(27.8 * float(language.norm()), rel=1e-4)


def test_the_optimiser_steps_once_for_both_losses(make_setup):
    """P17: on a step of its own Adam would make the coefficient nearly meaningless."""
    setup = make_setup(ptx_coef=27.8)

    step(setup, setup.rollouts(), DOCUMENTS)

    counts = {float(state["step"]) for state in setup.networks.policy.optimiser.state.values()}
    assert counts == {1.0}


def padded_by(rollouts, extra, filler):
    """The same rollouts with more padding behind every answer, and garbage in it."""

    def pad(rows, value):
        return F.pad(rows, (0, extra), value=value)

    dirty = {name: pad(getattr(rollouts, name), filler) for name in ROWS_BY_KIND}
    return replace(rollouts, mask_BR=pad(rollouts.mask_BR, False), **dirty)


def test_both_estimates_of_the_divergence_are_logged(make_setup):
    """P6: summed over real tokens, per answer; k3 is not the difference that the reward pays."""
    setup = make_setup()
    rollouts = setup.rollouts()
    stream = torch.Generator().manual_seed(4)
    apart = 0.3 * torch.randn(rollouts.mask_BR.shape, generator=stream)
    rollouts = replace(rollouts, reference_logprob_BR=rollouts.logprob_BR - apart)

    aims = targets(rollouts, setup.settings, setup.world)
    metrics = rollout_metrics(rollouts, aims, setup.world)

    k1, k3 = 0.0, 0.0
    for ratio in apart[rollouts.mask_BR].tolist():
        k1 += ratio / len(PROMPTS)
        k3 += (math.exp(-ratio) - 1 + ratio) / len(PROMPTS)
    assert metrics["kl"] == pytest.approx(k1, abs=1e-4)
    assert metrics["kl_k3"] == pytest.approx(k3, abs=1e-4)
    assert metrics["kl_k3"] > 0
    paid = metrics["score"] - metrics["reward"]
    assert paid == pytest.approx(setup.settings.kl_coef * k1, abs=1e-4)


def test_more_padding_changes_neither_metrics_nor_the_step(make_setup):
    """P9, P18."""
    outcomes = []
    for extra in (0, 7):
        setup = make_setup(missing_eos="subtract")
        rollouts = padded_by(setup.rollouts(), extra, 55.0)
        aims = targets(rollouts, setup.settings, setup.world)
        metrics = rollout_metrics(rollouts, aims, setup.world)
        outcomes.append(metrics | step(setup, rollouts).metrics())

    assert outcomes[0] == pytest.approx(outcomes[1], rel=1e-6, abs=1e-9)


def test_the_size_of_micro_batches_changes_memory_alone(make_setup):
    """P18: answers padded to other lengths, one by one or together."""
    gradients, metrics = [], []
    for max_tokens in (16, 4096):
        setup = make_setup(max_tokens_per_forward=max_tokens)
        tally = step(setup, setup.rollouts())
        gradients.append(gradient_of(setup))
        metrics.append(tally.metrics())

    scale = float(gradients[0].abs().max())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-3, atol=1e-4 * scale)
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-3, abs=1e-5)


def test_a_batch_that_no_longer_resembles_the_policy_is_skipped_and_counted(make_setup):
    """P19: mean ratio e^5 = 148 > 10; no infinite loss, no change of the weights."""
    setup = make_setup()
    rollouts = setup.rollouts()
    weights = [p.clone() for p in setup.networks.policy_model.parameters()]

    tally = step(setup, replace(rollouts, logprob_BR=rollouts.logprob_BR - 5.0))

    assert tally.metrics()["skipped_updates"] == 1
    assert tally.ratios[0] == pytest.approx(148.41, rel=1e-2)
    assert all(map(torch.equal, setup.networks.policy_model.parameters(), weights))


def test_an_inner_epoch_passes_over_every_answer_once_in_an_order_of_its_own(make_setup):
    """R68, R69."""
    settings = make_setup(minibatch_size=2, inner_epochs=2).settings

    steps = minibatches(settings, seed=1, iteration=0)

    epochs = [list(chain(*steps[:3])), list(chain(*steps[3:]))]
    assert [len(places) for places in steps] == [2] * 6
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(EVERYTHING)
    assert epochs[0] != epochs[1]
    assert minibatches(settings, seed=1, iteration=1) != steps


def test_updates_on_the_same_answers_make_good_ones_likelier(make_setup):
    """The direction of the gradient: advantage and log-probability move together."""
    setup = make_setup(learning_rate=1e-4)
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)
    update = PpoUpdate(setup.networks, setup.settings, rollouts, aims)
    tally = UpdateTally()

    for _ in range(4):
        update.policy_step(EVERYTHING, [], tally)
    losses = [report.losses["ppo"] for report in tally.policy]

    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] - 1e-3
