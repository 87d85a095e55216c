"""Bugs put into the code itself: the test of each invariant fails while they are there.

docs/invariants.md lists them beside the tests of what is right, which run here once more.
"""

import math

import pytest
import torch

from tests.training.ml import (
    test_advantages,
    test_generalisation,
    test_ppo_losses,
    test_ppo_update,
    test_records,
    test_reward_model,
)
from tests.training.ml.jobs import ALONE
from tests.training.ml.ppo_setup import ppo_setup
from training.ml import advantages, losses, ppo_update, records
from training.ml.engine import Engine

# The second is what a test raises that waits in vain for an error.
FAILS = (AssertionError, pytest.fail.Exception)


def orlhf_head(head, seed):
    """Deviation 1/(d+1): rewards begin near 0, and a pair at ln 2."""
    with torch.no_grad():
        head.weight.copy_(torch.randn(head.weight.shape, generator=seed) / (head.in_features + 1))
        head.bias.zero_()


def transformers_head(head, seed):
    """Deviation 0.02, whatever the width."""
    with torch.no_grad():
        head.weight.copy_(torch.randn(head.weight.shape, generator=seed) * 0.02)
        head.bias.zero_()


def untouched_head(head, seed):
    """As torch makes a linear layer, with a bias."""
    del head, seed


@pytest.mark.parametrize("wrong", [orlhf_head, transformers_head, untouched_head])
def test_a_head_of_another_deviation_would_be_noticed(monkeypatch, wrong):
    """RM1."""
    monkeypatch.setattr(test_reward_model, "initialise_head", wrong)

    with pytest.raises(FAILS):
        test_reward_model.test_a_fresh_head_makes_rewards_of_deviation_one()


def test_a_split_that_nobody_looks_at_would_be_noticed(monkeypatch, tmp_path):
    """RM11: a split by pair puts a prompt on both sides."""
    monkeypatch.setattr(records, "_checked_splits", lambda path, found: found)

    with pytest.raises(FAILS):
        test_records.test_a_prompt_on_both_sides_of_the_split_is_refused(tmp_path)


def test_a_labeler_who_is_left_out_and_learned_from_would_be_noticed(monkeypatch, jobs):
    """RM11."""
    monkeypatch.setattr(records.RankedPrompt, "without", lambda ranked, left_out: ranked)
    measure = (
        test_generalisation.test_a_labeler_who_judges_otherwise_is_ordered_wrongly_when_left_out
    )

    with pytest.raises(FAILS):
        measure(jobs)


def test_a_divergence_clamped_at_zero_would_be_noticed(monkeypatch):
    """P6: a token that the policy likes less than the reference would be paid nothing."""
    right = test_advantages.token_rewards

    def clamped(score_B, logprob_BR, reference_BR, mask_BR, **more):
        return right(score_B, logprob_BR.maximum(reference_BR), reference_BR, mask_BR, **more)

    monkeypatch.setattr(test_advantages, "token_rewards", clamped)

    with pytest.raises(FAILS):
        test_advantages.test_a_token_the_policy_likes_less_than_the_reference_is_paid_for()


def test_a_pretraining_step_of_its_own_would_be_noticed(
    monkeypatch, tmp_path, policy_folder, reward_folder
):
    """P17: Adam divides a step by its own size, so the coefficient would hardly count."""
    right = Engine.update

    def apart(engine, parts, **more):
        reports = [right(engine, {name: losses}, **more) for name, losses in parts.items()]
        return reports[-1]

    monkeypatch.setattr(Engine, "update", apart)

    def make_setup(**changes):
        folders = policy_folder("llama"), reward_folder("llama")
        return ppo_setup(tmp_path / "setup", *folders, ALONE, **changes)

    with pytest.raises(FAILS):
        test_ppo_update.test_the_optimiser_steps_once_for_both_losses(make_setup)


def test_rewards_that_lose_their_mean_would_be_noticed(monkeypatch):
    """P11: whitened like advantages, every answer would earn as much as it loses."""
    right = advantages.whiten

    def forgetful(value_BR, mask_BR, world, *, keep_mean=False):
        del keep_mean
        return right(value_BR, mask_BR, world)

    monkeypatch.setattr(test_advantages, "whiten", forgetful)

    with pytest.raises(FAILS):
        test_advantages.test_whitened_rewards_keep_their_mean(ALONE)


def test_rewards_that_are_scaled_with_their_padding_would_be_noticed(monkeypatch):
    """P11: what stands under the mask would decide the scale."""
    right = advantages.whiten

    def maskless(value_BR, mask_BR, world, *, keep_mean=False):
        return right(value_BR, torch.ones_like(mask_BR), world, keep_mean=keep_mean)

    monkeypatch.setattr(test_advantages, "whiten", maskless)

    with pytest.raises(FAILS):
        test_advantages.test_whitened_rewards_keep_their_mean(ALONE)


def test_a_ratio_without_bounds_would_be_noticed(monkeypatch):
    """P19: e^1000 is no number, and neither is the gradient behind it."""
    monkeypatch.setattr(losses, "MAX_LOG_RATIO", math.inf)

    with pytest.raises(FAILS):
        test_ppo_losses.test_log_probabilities_that_are_worlds_apart_overflow_nothing()


def test_a_batch_that_is_learned_from_whatever_its_ratio_would_be_noticed(
    monkeypatch, tmp_path, policy_folder, reward_folder
):
    """P19."""
    monkeypatch.setattr(ppo_update, "MAX_MEAN_RATIO", math.inf)

    def make_setup():
        return ppo_setup(tmp_path / "setup", policy_folder("llama"), reward_folder("llama"), ALONE)

    with pytest.raises(FAILS):
        test_ppo_update.test_a_batch_that_no_longer_resembles_the_policy_is_skipped_and_counted(
            make_setup
        )
