"""The engine's first PPO update against one written naively in float64, and bugs that it notices.

The engine computes in fp32, as it always does. Rewards agree to 1e-5, losses and gradient norms to
1e-5 of their size, and every weight of both networks to a hundredth of the step it may take.
"""

import pytest
import torch

from tests.training.ml.ppo_reference import first_update
from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from tests.training.ml.ppo_setup import SETTINGS as USUAL
from training.ml import experience, ppo_update
from training.ml.advantages import token_rewards, whiten
from training.ml.experience import targets
from training.ml.language_modelling import answer_scores
from training.ml.ppo_update import PpoUpdate, UpdateTally

# Every rule that the defaults leave out, and a gradient that has to be scaled down.
SETTINGS = {
    "kl_coef": 0.3,
    "missing_eos": "subtract",
    "missing_eos_penalty": 0.7,
    "gae_lambda": 0.9,
    "discount": 0.97,
    "max_gradient_norm": 1.0,
}
STEP = USUAL["learning_rate"]


@pytest.fixture
def make_setup(tmp_path, policy_folder, reward_folder, world):
    def make(architecture, **changes):
        folders = policy_folder(architecture), reward_folder(architecture)
        setup = ppo_setup(tmp_path, *folders, world, **SETTINGS | changes)
        networks = setup.networks
        with torch.no_grad():
            # As after some iterations: the policy has left its reference, the critic its judge.
            for network, factor in ((networks.reference, 1.05), (networks.value_model, 0.95)):
                for parameter in network.parameters():
                    parameter.mul_(factor)
        return setup

    return make


def written_by(setup):
    """Answers of unlike lengths: what came third in the first answer is the end of text."""
    rollouts = setup.rollouts(eos_id=setup.rollouts().examples[0].answer[2])
    assert 0 < rollouts.has_eos_B.sum() < len(PROMPTS)
    assert len(set(rollouts.mask_BR.sum(1).tolist())) > 1
    return rollouts


def assert_updates_as_expected(setup, rollouts, expected):
    aims, tally = targets(rollouts, setup.settings, setup.world), UpdateTally()
    update = PpoUpdate(setup.networks, setup.settings, rollouts, aims)
    update.policy_step(range(len(PROMPTS)), [], tally)
    update.value_step(range(len(PROMPTS)), tally)

    for number, row in enumerate(expected.rewards):
        reward_R = aims.reward_BR[number][rollouts.mask_BR[number]]
        assert reward_R.tolist() == pytest.approx(row, abs=1e-5)
    policy, value = tally.policy[0], tally.value[0]
    assert policy.losses["ppo"] == pytest.approx(expected.policy_loss, abs=1e-6)
    assert value.losses["value"] == pytest.approx(expected.value_loss, rel=1e-5)
    assert policy.gradient_norm == pytest.approx(expected.policy_norm, rel=1e-5)
    assert value.gradient_norm == pytest.approx(expected.value_norm, rel=1e-5)
    for network, weights in (
        (setup.networks.policy_model, expected.policy),
        (setup.networks.value_model, expected.value),
    ):
        for name, weight in network.named_parameters():
            torch.testing.assert_close(weight.double(), weights[name], rtol=0, atol=STEP / 100)


@pytest.mark.parametrize("architecture", ["gpt2", "llama"])
def test_the_first_update_is_the_one_that_the_formulas_give(make_setup, architecture):
    """P1, P3, P6, P7, P9, P10, P13, P14, R67: from log-probabilities to Adam's first step."""
    setup = make_setup(architecture)
    rollouts = written_by(setup)
    expected = first_update(setup.networks, rollouts, setup.settings)

    # The clipping of gradients and the divergence are at work, not idle.
    assert expected.policy_norm > 2
    divergence_BR = rollouts.logprob_BR - rollouts.reference_logprob_BR
    assert divergence_BR[rollouts.mask_BR].abs().mean() > 0.1
    assert_updates_as_expected(setup, rollouts, expected)


def score_one_slot_late(score_B, logprob_BR, reference_logprob_BR, mask_BR, *, kl_coef):
    """Where TRL and others add it: at the first padding behind the answer."""
    rewards = torch.zeros_like(score_B), logprob_BR, reference_logprob_BR, mask_BR
    reward_BR = token_rewards(*rewards, kl_coef=kl_coef)
    slot_B = mask_BR.sum(1).clamp(max=mask_BR.shape[1] - 1)
    reward_BR[torch.arange(len(score_B)), slot_B] += score_B
    return reward_BR


def whitening_that_adds_the_mean_back(value_BR, mask_BR, world, *, keep_mean=False):
    return whiten(value_BR, mask_BR, world, keep_mean=True)


def scores_without_temperature(network, batch, precision, *, temperature=1.0):
    return answer_scores(network, batch, precision)


@pytest.mark.parametrize(
    ("module", "name", "bug"),
    [
        (experience, "token_rewards", score_one_slot_late),
        (experience, "whiten", whitening_that_adds_the_mean_back),
        (ppo_update, "answer_scores", scores_without_temperature),
    ],
)
def test_a_bug_put_in_would_be_noticed(make_setup, monkeypatch, module, name, bug):
    """P7, P10, P3: the score one slot late, the mean added back, the temperature forgotten."""
    setup = make_setup("gpt2")
    rollouts = written_by(setup)
    expected = first_update(setup.networks, rollouts, setup.settings)
    monkeypatch.setattr(module, name, bug)

    with pytest.raises(AssertionError):
        assert_updates_as_expected(setup, rollouts, expected)


def test_dropout_that_is_left_on_would_be_noticed(make_setup):
    """P2: in training mode GPT-2 drops 10 %."""
    setup = make_setup("gpt2")
    rollouts = written_by(setup)
    expected = first_update(setup.networks, rollouts, setup.settings)
    setup.networks.policy_model.train()

    with pytest.raises(AssertionError):
        assert_updates_as_expected(setup, rollouts, expected)


def test_the_first_step_moves_the_policy_a_little(make_setup):
    """P14: Adam's first step is one rate wide whatever the gradient; epsilon is the default."""
    setup = make_setup("llama", learning_rate=1e-4)
    rollouts = written_by(setup)
    aims = targets(rollouts, setup.settings, setup.world)
    update, tally = PpoUpdate(setup.networks, setup.settings, rollouts, aims), UpdateTally()

    for _ in range(2):
        update.policy_step(range(len(PROMPTS)), [], tally)

    # Before the first step nothing has moved; the second sees what the first one did.
    assert tally.approx_kls[0] < 1e-6
    assert 0 < tally.approx_kls[1] < 0.02
