"""Rewards per token, advantages and whitening, against numbers worked out by hand."""

import pytest
import torch

from training.ml.advantages import (
    explained_variance,
    generalised_advantages,
    masked_mean,
    score_with_eos_rule,
    token_rewards,
    whiten,
)
from training.ml.losses import k3_divergence
from training.ml.world import World

REWARD = torch.tensor([[1.0, 0.0, 2.0]])
VALUE = torch.tensor([[0.5, 1.0, 1.5]])
MASK = torch.ones(1, 3, dtype=torch.bool)
# Two rows of 3 and 1 real tokens.
RAGGED = torch.tensor([[True, True, True], [True, False, False]])


def test_the_score_is_earned_by_the_last_real_token():
    """P7, R67."""
    logprob = torch.tensor([[-1.0, -2.0, -3.0], [-1.0, 9.0, 9.0]])
    reference = torch.tensor([[-2.0, -1.0, -3.5], [-1.5, 7.0, 7.0]])

    reward = token_rewards(torch.tensor([10.0, 20.0]), logprob, reference, RAGGED, kl_coef=0.1)

    # Row 0 pays -0.1 * (1, -1, 0.5); row 1 pays -0.1 * 0.5 and its padding nothing.
    expected = torch.tensor([[-0.1, 0.1, 9.95], [19.95, 0.0, 0.0]])
    torch.testing.assert_close(reward, expected)


def test_the_rewards_of_a_row_sum_to_the_bracket_of_equation_two():
    """P7, R67: score - beta * (sum log pi - sum log pi_ref)."""
    stream = torch.Generator().manual_seed(0)
    logprob = -torch.rand(4, 6, generator=stream)
    reference = -torch.rand(4, 6, generator=stream)
    score = torch.randn(4, generator=stream)
    mask = torch.arange(6) < torch.tensor([6, 1, 3, 5])[:, None]

    reward = token_rewards(score, logprob, reference, mask, kl_coef=0.02)

    sequence_ratio = (logprob * mask).sum(1) - (reference * mask).sum(1)
    torch.testing.assert_close(reward.sum(1), score - 0.02 * sequence_ratio)
    assert not reward[~mask].any()


def test_a_token_the_policy_likes_less_than_the_reference_is_paid_for():
    """P6: k1 may be negative on a token; clamped at 0 the bonus would vanish."""
    reward = token_rewards(
        torch.zeros(1),
        torch.tensor([[-3.0, -1.0]]),
        torch.tensor([[-1.0, -1.0]]),
        torch.ones(1, 2, dtype=torch.bool),
        kl_coef=0.5,
    )

    # -0.5 * (-3 + 1) = +1.
    assert reward.tolist() == [[1.0, 0.0]]


def test_k3_is_below_zero_on_no_token_and_finite_on_all():
    """P6: at a ratio of e^-2 it is e^2 - 1 - 2, and 0 where both say the same."""
    log_ratio = torch.tensor([-2.0, 0.0, 1.0, -200.0])

    found = k3_divergence(log_ratio)

    assert found[:3].tolist() == pytest.approx([4.389056, 0.0, 0.367879], abs=1e-5)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("keep", [4.0, 4.0]), ("replace", [4.0, -1.5]), ("subtract", [4.0, 2.5])],
)
def test_an_answer_that_never_ended_is_scored_by_the_rule(rule, expected):
    """P8."""
    has_eos = torch.tensor([True, False])

    scored = score_with_eos_rule(torch.full((2,), 4.0), has_eos, rule=rule, penalty=1.5)

    assert scored.tolist() == expected


def test_advantages_of_three_steps_equal_the_sum_done_by_hand():
    """P9."""
    advantage, returns = generalised_advantages(REWARD, VALUE, MASK, discount=1.0, gae_lambda=0.5)

    # Errors: 2 - 1.5 = 0.5; 0 + 1.5 - 1 = 0.5; 1 + 1 - 0.5 = 1.5.
    # Backwards: 0.5; 0.5 + 0.5 * 0.5 = 0.75; 1.5 + 0.5 * 0.75 = 1.875.
    torch.testing.assert_close(advantage, torch.tensor([[1.875, 0.75, 0.5]]))
    torch.testing.assert_close(returns, torch.tensor([[2.375, 1.75, 2.0]]))


def test_the_discount_weighs_the_next_value_and_the_next_advantage():
    """P9."""
    advantage, _ = generalised_advantages(REWARD, VALUE, MASK, discount=0.9, gae_lambda=0.5)

    # Errors: 0.5; 0.9 * 1.5 - 1 = 0.35; 1 + 0.9 - 0.5 = 1.4; each passes on 0.45 of what follows.
    torch.testing.assert_close(advantage, torch.tensor([[1.65875, 0.575, 0.5]]))


def test_at_lambda_one_an_advantage_is_the_reward_to_go_less_the_value():
    """P9."""
    advantage, returns = generalised_advantages(REWARD, VALUE, MASK, discount=1.0, gae_lambda=1.0)

    # Rewards to go: 3, 2, 2.
    torch.testing.assert_close(advantage, torch.tensor([[2.5, 1.0, 0.5]]))
    torch.testing.assert_close(returns, torch.tensor([[3.0, 2.0, 2.0]]))


def test_at_lambda_zero_an_advantage_is_the_error_of_one_step():
    """P9."""
    advantage, _ = generalised_advantages(REWARD, VALUE, MASK, discount=1.0, gae_lambda=0.0)

    torch.testing.assert_close(advantage, torch.tensor([[1.5, 0.5, 0.5]]))


def test_what_stands_under_padding_changes_no_advantage():
    """P9: more padding, or other content in it, is the same batch."""
    garbage = torch.full((1, 2), 77.0)
    mask = torch.cat([MASK, torch.zeros(1, 2, dtype=torch.bool)], dim=1)

    padded, padded_returns = generalised_advantages(
        torch.cat([REWARD, garbage], 1),
        torch.cat([VALUE, -garbage], 1),
        mask,
        discount=0.9,
        gae_lambda=0.95,
    )

    alone, returns = generalised_advantages(REWARD, VALUE, MASK, discount=0.9, gae_lambda=0.95)
    assert torch.equal(padded[:, :3], alone)
    assert torch.equal(padded_returns[:, :3], returns)
    assert not padded[:, 3:].any()


def test_whitened_advantages_have_mean_zero_and_deviation_one_over_real_tokens(world: World):
    """P10: padding neither counts nor changes."""
    value = torch.tensor([[1.0, 2.0, 6.0], [3.0, 999.0, -999.0]])

    whitened = whiten(value, RAGGED, world)

    # 1, 2, 6, 3: mean 3, variance (4 + 1 + 9 + 0) / 4 = 3.5.
    expected = torch.tensor([[-2.0, -1.0, 3.0], [0.0, 0.0, 0.0]]) / 3.5**0.5
    torch.testing.assert_close(whitened, expected)


def test_whitening_equal_numbers_gives_zeros(world: World):
    """P10: no division by a deviation of 0."""
    assert not whiten(torch.full((1, 3), 2.0), MASK, world).any()


def test_whitened_rewards_keep_their_mean(world: World):
    """P11."""
    value = torch.tensor([[1.0, 2.0, 6.0], [3.0, 999.0, -999.0]])

    whitened = whiten(value, RAGGED, world, keep_mean=True)

    real = whitened[RAGGED]
    assert real.mean().item() == pytest.approx(3.0, abs=1e-6)
    assert real.std(correction=0).item() == pytest.approx(1.0, abs=1e-6)
    assert whitened[1, 1:].tolist() == [0.0, 0.0]


def test_explained_variance_is_one_for_perfect_values_and_zero_for_the_mean(world: World):
    """P12, what is logged: 1 - err / var."""
    returns = torch.tensor([[1.0, 2.0, 6.0], [3.0, 50.0, 60.0]])

    perfect = explained_variance(returns, returns, RAGGED, world)
    constant = explained_variance(torch.full_like(returns, 3.0), returns, RAGGED, world)
    unexplainable = explained_variance(returns, torch.ones_like(returns), RAGGED, world)

    assert perfect == 1.0
    assert constant == pytest.approx(0.0)
    assert unexplainable is None


def test_a_masked_mean_leaves_padding_out(world: World):
    """P18."""
    assert masked_mean(torch.tensor([[1.0, 2.0, 6.0], [3.0, 99.0, 99.0]]), RAGGED, world) == 3.0
