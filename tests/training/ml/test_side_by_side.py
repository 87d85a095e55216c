"""Answers side by side in one row without a mask: each as if it were alone (T6, P12, R66)."""

from dataclasses import replace

import pytest
import torch

from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from training.ml.experience import micro_batches, rollout_metrics, targets
from training.ml.language_modelling import (
    Example,
    answer_loss,
    answer_rewards,
    answer_scores,
    answer_values,
    padded_batch,
    side_by_side,
)
from training.ml.model_folders import load_policy
from training.ml.networks import autocast, read_side_by_side
from training.ml.packing import MASKABLE
from training.ml.ppo_update import PpoUpdate, UpdateTally
from training.ml.reward_folders import new_reward_model
from training.ml.seeding import generator
from training.ml.span_layout import lay_out


def examples_of(*lengths):
    stream = torch.Generator().manual_seed(2)
    return [
        Example(*(torch.randint(1, 250, (n,), generator=stream).tolist() for n in pair))
        for pair in lengths
    ]


EXAMPLES = examples_of((4, 3), (1, 7), (90, 1), (2, 5))


@pytest.fixture(params=MASKABLE)
def folder(request, policy_folder):
    return policy_folder(request.param)


@pytest.fixture
def policy(folder):
    model = load_policy(folder)
    read_side_by_side(model)
    return model


@pytest.fixture
def reward_model(folder):
    return new_reward_model(folder, generator(1, "head"))


def gradient(model, loss):
    model.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def test_scores_are_those_of_padded_rows(policy):
    """P3, T6: log-probabilities, entropies and the gradient."""
    padded, joined = padded_batch(EXAMPLES), side_by_side(EXAMPLES)
    assert joined.num_tokens == sum(one.length for one in EXAMPLES) < padded.num_tokens

    expected = answer_scores(policy, padded, "fp32", temperature=0.7)
    found = answer_scores(policy, joined, "fp32", temperature=0.7)

    torch.testing.assert_close(found.logprob_BR, expected.logprob_BR, atol=5e-5, rtol=0)
    torch.testing.assert_close(found.entropy_BR, expected.entropy_BR, atol=5e-5, rtol=0)
    in_rows = gradient(policy, answer_loss(policy, padded, "fp32"))
    in_one = gradient(policy, answer_loss(policy, joined, "fp32"))
    assert (in_one - in_rows).norm() / in_rows.norm() < 1e-4


def test_values_and_rewards_are_those_of_padded_rows(reward_model):
    """P12, RM2: read before every answer token, and at the last one."""
    padded, joined = padded_batch(EXAMPLES), side_by_side(EXAMPLES)

    with torch.no_grad():
        for read in (answer_values, answer_rewards):
            expected, found = read(reward_model, padded), read(reward_model, joined)
            torch.testing.assert_close(found, expected, atol=5e-5, rtol=0)
            # Else agreeing would be no achievement.
            assert expected.std() > 0.1


def test_neighbours_that_see_each_other_would_be_noticed(policy):
    """T6, the control: the whole row as one document."""
    joined = side_by_side(EXAMPLES)
    wrong = replace(joined, rows=replace(joined.rows, layout=lay_out([(joined.num_tokens, [])])))

    with torch.no_grad():
        right = answer_scores(policy, joined, "fp32").logprob_BR
        leaking = answer_scores(policy, wrong, "fp32").logprob_BR

    assert (right - leaking).abs().max() > 0.05


def test_a_changed_neighbour_leaves_an_answers_scores_alone(policy):
    """T6."""
    others = [*examples_of((5, 9), (3, 2)), *EXAMPLES[2:]]

    with torch.no_grad():
        before = answer_scores(policy, side_by_side(EXAMPLES), "fp32").logprob_BR[2:]
        after = answer_scores(policy, side_by_side(others), "fp32").logprob_BR[2:]

    width = min(before.shape[1], after.shape[1])
    torch.testing.assert_close(before[:, :width], after[:, :width], atol=1e-5, rtol=0)


def test_in_bf16_they_are_as_near_to_the_exact_ones_as_padded_rows(policy):
    """RM3, R67."""

    def gap(batch):
        with torch.no_grad(), autocast(torch.device("cpu"), "bf16"):
            said = answer_scores(policy, batch, "bf16").logprob_BR
        return (said - exact).norm()

    with torch.no_grad():
        exact = answer_scores(policy, padded_batch(EXAMPLES), "fp32").logprob_BR

    assert gap(side_by_side(EXAMPLES)) < 1.5 * gap(padded_batch(EXAMPLES)) + 0.01


@pytest.fixture
def make_setup(tmp_path, policy_folder, reward_folder, world):
    def make(policy="llama", reward="llama", **changes):
        folders = policy_folder(policy), reward_folder(reward)
        return ppo_setup(tmp_path, *folders, world, **changes)

    return make


def test_rollouts_are_judged_and_learned_from_without_padding(make_setup):
    """R66: prompts of one to eleven tokens, answers of up to twelve."""
    setup = make_setup(max_tokens_per_forward=64)

    rollouts = setup.rollouts()

    metrics = rollout_metrics(rollouts, targets(rollouts, setup.settings, setup.world), setup.world)
    assert metrics["fill_ratio"] == 1.0
    padded = padded_batch(rollouts.examples)
    assert sum(one.length for one in rollouts.examples) < 0.9 * padded.num_tokens


@pytest.mark.parametrize("folders", [("windowed mistral", "llama"), ("llama", "windowed mistral")])
def test_a_network_that_cannot_read_so_has_all_rollouts_padded(make_setup, folders):
    """T6: a window would count the neighbours' tokens. One pads, all do."""
    setup = make_setup(*folders, max_tokens_per_forward=64)
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)

    rows = range(len(PROMPTS))
    batches = list(micro_batches(setup.networks, rollouts.examples, rows, setup.settings))
    assert not any(batch.is_side_by_side for _, batch in batches)
    cells = sum(batch.num_tokens for _, batch in batches)
    fill = sum(one.length for one in rollouts.examples) / cells
    assert fill < 1
    assert rollout_metrics(rollouts, aims, setup.world)["fill_ratio"] == fill

    tally = UpdateTally()
    update = PpoUpdate(setup.networks, setup.settings, rollouts, aims)
    update.policy_step(rows, [], tally)
    update.value_step(rows, tally)
    assert tally.ratios[0] == pytest.approx(1.0, abs=1e-4)
