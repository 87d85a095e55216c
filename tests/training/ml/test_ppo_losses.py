"""The clipped losses of PPO, against numbers worked out by hand."""

import math

import pytest
import torch

from training.ml.losses import (
    MAX_LOG_RATIO,
    policy_loss,
    token_entropies,
    token_logprobs,
    value_loss,
)

ALL_REAL = torch.ones(1, 4, dtype=torch.bool)


def test_the_policy_loss_takes_the_worse_of_clipped_and_unclipped():
    """P1, P13: all four cases of sign and side."""
    old = torch.full((1, 4), -1.0)
    ratio = torch.tensor([[1.5, 1.5, 0.5, 0.5]])
    advantage = torch.tensor([[2.0, -1.0, 1.0, -1.0]])

    lost = policy_loss(old + ratio.log(), old, advantage, ALL_REAL, clip_range=0.2)

    # max(-3, -2.4) = -2.4; max(1.5, 1.2) = 1.5; max(-0.5, -0.8) = -0.5; max(0.5, 0.8) = 0.8.
    assert lost.loss.item() == pytest.approx(-0.6, abs=1e-6)
    assert lost.num_clipped.item() == 2
    assert lost.ratio.item() == pytest.approx(4.0, abs=1e-6)
    # k3 = ratio - 1 - ln ratio: twice 0.5 - ln 1.5 and twice -0.5 + ln 2.
    k3 = 2 * (0.5 - math.log(1.5)) + 2 * (-0.5 + math.log(2))
    assert lost.approx_kl.item() == pytest.approx(k3, abs=1e-6)


def test_a_clipped_token_has_no_gradient():
    """P13."""
    old = torch.full((1, 4), -1.0)
    ratio = torch.tensor([[1.5, 1.5, 0.5, 0.5]])
    advantage = torch.tensor([[2.0, -1.0, 1.0, -1.0]])
    logprob = (old + ratio.log()).requires_grad_()

    policy_loss(logprob, old, advantage, ALL_REAL, clip_range=0.2).loss.backward()

    # The gradient of -A * ratio is -A * ratio where the unclipped term is the worse one.
    torch.testing.assert_close(logprob.grad, torch.tensor([[0.0, 1.5, -0.5, 0.0]]))


def test_on_policy_the_ratio_is_one_and_nothing_is_clipped():
    """P1."""
    logprob = torch.tensor([[-0.3, -2.0, -5.0, -0.01]])
    advantage = torch.tensor([[1.0, -2.0, 0.5, 0.5]])

    lost = policy_loss(logprob, logprob, advantage, ALL_REAL, clip_range=0.2)

    assert lost.ratio.item() == 4.0
    assert lost.approx_kl.item() == 0.0
    assert lost.num_clipped.item() == 0
    assert lost.loss.item() == pytest.approx(-advantage.sum().item())


def test_log_probabilities_that_are_worlds_apart_overflow_nothing():
    """P19."""
    logprob = torch.tensor([[0.0, -1000.0, 0.0, -1000.0]], requires_grad=True)
    old = torch.tensor([[-1000.0, 0.0, -1000.0, 0.0]])
    advantage = torch.tensor([[1.0, 1.0, -1.0, -1.0]])

    lost = policy_loss(logprob, old, advantage, ALL_REAL, clip_range=0.2)
    lost.loss.backward()

    assert torch.isfinite(lost.loss)
    assert torch.isfinite(lost.approx_kl)
    assert torch.isfinite(logprob.grad).all()
    assert lost.ratio.item() == pytest.approx(2 * math.exp(MAX_LOG_RATIO), rel=1e-5)


def test_padding_loses_nothing():
    """P7, P18: whatever stands under the mask."""
    mask = torch.tensor([[True, True, False, False]])
    clean = torch.tensor([[-1.0, -2.0, 0.0, 0.0]])
    dirty = torch.tensor([[-1.0, -2.0, 300.0, -300.0]])
    advantage = torch.tensor([[1.0, -1.0, 5.0, -5.0]])

    losses = [
        policy_loss(logprob, clean - 0.1, advantage, mask, clip_range=0.2)
        for logprob in (clean, dirty)
    ]
    value_losses = [
        value_loss(value, clean, advantage, mask, clip_range=0.2) for value in (clean, dirty)
    ]

    assert torch.equal(losses[0].loss, losses[1].loss)
    assert torch.equal(losses[0].approx_kl, losses[1].approx_kl)
    assert torch.equal(losses[0].num_clipped, losses[1].num_clipped)
    assert torch.equal(value_losses[0], value_losses[1])


def test_the_value_loss_takes_the_worse_of_clipped_and_unclipped():
    """P13."""
    value = torch.tensor([[2.0, 1.1, 2.0]])
    old = torch.tensor([[1.0, 1.0, 1.0]])
    returns = torch.tensor([[3.0, 3.0, 1.0]])

    loss = value_loss(value, old, returns, torch.ones(1, 3, dtype=torch.bool), clip_range=0.2)

    # max(1, 1.8^2) = 3.24; max(1.9^2, 1.9^2) = 3.61; max(1, 0.2^2) = 1; half of their sum.
    assert loss.item() == pytest.approx(0.5 * (3.24 + 3.61 + 1.0), abs=1e-6)


def test_before_the_first_update_value_clipping_changes_nothing():
    """P13: at step 0 the clipped loss is the plain squared error."""
    value = torch.tensor([[0.5, -1.0, 2.0, 0.0]])
    returns = torch.tensor([[1.0, 1.0, 1.0, 1.0]])

    loss = value_loss(value, value, returns, ALL_REAL, clip_range=0.2)

    # Half of 0.25 + 4 + 1 + 1.
    assert loss.item() == pytest.approx(3.125)


def test_log_probabilities_divide_logits_by_the_temperature():
    """P3."""
    logit = torch.tensor([[[0.0, math.log(3.0)]]])
    token = torch.tensor([[1]])

    plain = token_logprobs(logit, token)
    cooled = token_logprobs(logit, token, 0.5)

    # 3 : 1 becomes 9 : 1 at temperature a half.
    assert plain.exp().item() == pytest.approx(3 / 4)
    assert cooled.exp().item() == pytest.approx(9 / 10)


def test_entropy_is_that_of_the_distribution_sampled_from():
    """P3, P18."""
    logit = torch.tensor([[[0.0, 0.0, 0.0, 0.0], [0.0, math.log(3.0), -1e9, -1e9]]])

    entropy = token_entropies(logit, 0.5)

    expected = -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert entropy[0].tolist() == pytest.approx([math.log(4), expected], abs=1e-6)
