"""The K-wise loss (R59, RM4, RM5, RM8, RM9), worked out by hand and against a plain loop."""

import math
from itertools import combinations

import pytest
import torch

from training.ml.losses import ranking_loss
from training.ml.ranking_batches import EncodedGroup, groups_in_rows


def loss_of(rewards, pairs, prompts=None, **options):
    prompts = [0] * len(pairs) if prompts is None else prompts
    pair_P2 = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2)
    return ranking_loss(
        torch.as_tensor(rewards), pair_P2, torch.tensor(prompts, dtype=torch.long), **options
    )


def naive(rewards, ranks_of_prompts):
    """Mean over prompts of 1 / C(K,2) times the strict pairs' log(1 + exp(-(better - worse)))."""
    means, first = [], 0
    for ranks in ranks_of_prompts:
        terms = []
        for i, j in combinations(range(len(ranks)), 2):
            if ranks[i] != ranks[j]:
                better, worse = (i, j) if ranks[i] < ranks[j] else (j, i)
                margin = rewards[first + better] - rewards[first + worse]
                terms.append(math.log1p(math.exp(-margin)))
        means.append(sum(terms) / math.comb(len(ranks), 2))
        first += len(ranks)
    return sum(means) / len(means)


def encoded(number, ranks):
    """A group with made-up ids: only its pairs matter here."""
    pairs = [
        (i, j) if ranks[i] < ranks[j] else (j, i)
        for i, j in combinations(range(len(ranks)), 2)
        if ranks[i] != ranks[j]
    ]
    return EncodedGroup(
        prompt_id=str(number),
        prompt=[1],
        completion_ids=[str(place) for place in range(len(ranks))],
        completions=[[2]] * len(ranks),
        text_lengths=[1] * len(ranks),
        pairs=pairs,
        judges=["amina"] * len(pairs),
        num_judged_pairs=math.comb(len(ranks), 2),
    )


def batch_loss(groups, rewards, normalise_by="choose_2"):
    batch = groups_in_rows(groups, normalise_by)
    return ranking_loss(
        torch.as_tensor(rewards),
        batch.pair_P2,
        batch.prompt_of_pair_P,
        num_prompts=len(groups),
        divisor_of_prompt=batch.divisor_B,
    )


def test_three_completions_in_order_cost_what_hand_arithmetic_says():
    """R59: rewards 1, 0, -1 in the labeler's order."""
    loss = loss_of([1.0, 0.0, -1.0], [(0, 1), (0, 2), (1, 2)])

    # log(1+e^-1) = 0.31326 twice and log(1+e^-2) = 0.12693 once, over three pairs.
    assert loss.item() == pytest.approx(0.25115, abs=1e-5)


def test_equal_rewards_cost_ln_2():
    """R59."""
    assert loss_of([0.3, 0.3], [(0, 1)]).item() == pytest.approx(math.log(2), abs=1e-6)


def test_a_prompt_whose_completions_all_tie_costs_nothing_and_moves_nothing():
    """RM8, R59: loss 0, and no NaN in loss or gradient."""
    reward_N = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)

    loss = batch_loss([encoded(1, [1, 1, 1])], reward_N)
    loss.backward()

    assert loss.item() == 0.0
    assert reward_N.grad.tolist() == [0.0, 0.0, 0.0]


def test_a_tied_prompt_beside_another_leaves_that_ones_gradient_alone():
    """RM8: the tied prompt still counts in the mean over prompts."""
    loss = batch_loss([encoded(1, [1, 1]), encoded(2, [1, 2])], [5.0, -5.0, 0.0, 0.0])

    assert loss.item() == pytest.approx(math.log(2) / 2, abs=1e-6)


def test_the_loss_does_not_see_a_constant_added_to_all_rewards():
    """RM5."""
    reward_N = torch.tensor([0.5, -1.0, 2.0, 0.25], dtype=torch.float64)
    pairs = [(0, 1), (2, 0), (2, 3), (3, 1)]

    assert loss_of(reward_N + 17.0, pairs).item() == pytest.approx(
        loss_of(reward_N, pairs).item(), abs=1e-12
    )


def test_the_gradient_sums_to_zero_over_the_completions_of_a_prompt():
    """RM5: nothing can push all rewards of a prompt the same way."""
    reward_N = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64, requires_grad=True)

    loss_of(reward_N, [(0, 1), (0, 2), (1, 2)]).backward()

    assert reward_N.grad.abs().max() > 0.05
    assert reward_N.grad.sum().item() == pytest.approx(0.0, abs=1e-12)


def test_prompts_of_different_k_weigh_the_same():
    """R59: K=9 with 36 pairs and K=4 with 6 pairs each count once."""
    torch.manual_seed(0)
    reward_N = torch.randn(13, dtype=torch.float64)
    ranks = [list(range(1, 10)), [2, 1, 3, 2]]

    loss = batch_loss([encoded(1, ranks[0]), encoded(2, ranks[1])], reward_N)

    assert loss.item() == pytest.approx(naive(reward_N.tolist(), ranks), abs=1e-6)


def test_loss_and_gradient_equal_a_plain_loop_over_all_pairs():
    """RM4: within 1e-6, ties and all."""
    torch.manual_seed(1)
    ranks = [[1, 2, 2, 3], [1, 1, 1, 1, 2], [3, 1, 2, 4, 5, 2], [1, 1, 1, 1]]
    reward_N = torch.randn(19, dtype=torch.float64, requires_grad=True)

    loss = batch_loss([encoded(n, r) for n, r in enumerate(ranks)], reward_N)
    loss.backward()

    rewards, step = reward_N.detach().tolist(), 1e-5
    assert loss.item() == pytest.approx(naive(rewards, ranks), abs=1e-6)
    for place in range(19):
        up, down = list(rewards), list(rewards)
        up[place] += step
        down[place] -= step
        slope = (naive(up, ranks) - naive(down, ranks)) / (2 * step)
        assert reward_N.grad[place].item() == pytest.approx(slope, abs=1e-6)


def test_divided_by_choose_2_a_tie_makes_a_prompt_weigh_less():
    """R59: ranks 1, 2, 2 hold two strict pairs of three."""
    rewards = [0.0, 0.0, 0.0]

    present = batch_loss([encoded(1, [1, 2, 2])], rewards, "pairs_present")
    choose_2 = batch_loss([encoded(1, [1, 2, 2])], rewards)

    assert present.item() == pytest.approx(math.log(2), abs=1e-6)
    assert choose_2.item() == pytest.approx(math.log(2) * 2 / 3, abs=1e-6)


def test_without_ties_both_divisors_are_the_same():
    """R59."""
    rewards = [0.1, 0.7, -0.4]

    present = batch_loss([encoded(1, [2, 1, 3])], rewards, "pairs_present")

    assert batch_loss([encoded(1, [2, 1, 3])], rewards).item() == present.item()


def test_the_order_in_which_completions_are_listed_does_not_matter():
    """RM4: permuting completions together with their ranks."""
    rewards, ranks = [0.1, 0.7, -0.4, 1.2], [2, 1, 3, 3]
    order = [2, 0, 3, 1]

    loss = batch_loss([encoded(1, ranks)], rewards)
    permuted = batch_loss([encoded(1, [ranks[i] for i in order])], [rewards[i] for i in order])

    assert permuted.item() == pytest.approx(loss.item(), abs=1e-7)


def test_two_completions_cost_the_usual_pairwise_loss():
    """RM4: with K=2 this is -log sigmoid(chosen - rejected), TRL's loss."""
    chosen, rejected = torch.tensor([0.3, -1.0]), torch.tensor([0.1, 0.5])
    expected = -torch.nn.functional.logsigmoid(chosen - rejected).mean()

    loss = batch_loss([encoded(1, [1, 2]), encoded(2, [1, 2])], [0.3, 0.1, -1.0, 0.5])

    assert loss.item() == pytest.approx(expected.item(), abs=1e-7)


def test_rewards_with_a_second_axis_are_refused():
    """RM9: (N, 1) would broadcast into all pairs of pairs, unnoticed."""
    with pytest.raises(ValueError, match="one reward per completion"):
        loss_of(torch.zeros(3, 1), [(0, 1)])


def test_micro_batches_of_one_step_add_up_to_the_whole_step():
    """T5, RM4: given the step's number of prompts, the parts sum to the whole."""
    groups = [encoded(1, [1, 2, 3]), encoded(2, [2, 1])]
    rewards = [0.2, -0.1, 0.9, 0.4, 0.3]
    parts = []
    for group, own in ((groups[0], rewards[:3]), (groups[1], rewards[3:])):
        batch = groups_in_rows([group], "pairs_present")
        parts.append(
            ranking_loss(
                torch.tensor(own),
                batch.pair_P2,
                batch.prompt_of_pair_P,
                num_prompts=2,
                divisor_of_prompt=batch.divisor_B,
            ).item()
        )

    assert sum(parts) == pytest.approx(batch_loss(groups, rewards).item(), abs=1e-7)


def test_a_pair_of_twice_the_weight_moves_twice_as_much():
    """Per-labeler weights scale what a pair adds, and leave the other pairs alone."""
    reward_N = torch.tensor([1.0, 0.0, -1.0], requires_grad=True)
    pair_P2, prompt_of_pair_P = torch.tensor([[0, 1], [1, 2]]), torch.tensor([0, 0])

    weighted = ranking_loss(
        reward_N, pair_P2, prompt_of_pair_P, weight_of_pair_P=torch.tensor([2.0, 1.0])
    )

    # Each pair costs -log sigmoid(1) = 0.313262; (2 + 1) / 2 of it.
    assert weighted.item() == pytest.approx(0.469892, abs=1e-6)
    weighted.backward()
    # -sigmoid(-1) = -0.268941, times 2 / 2 for the first pair and 1 / 2 for the second.
    assert reward_N.grad.tolist() == pytest.approx([-0.268941, 0.134471, 0.134471], abs=1e-6)


def test_smoothed_labels_cost_a_little_for_being_too_sure():
    """With a tenth of the labels thought wrong, margin 1 costs .9 * .313262 + .1 * 1.313262."""
    reward_N = torch.tensor([1.0, 0.0])
    pair = torch.tensor([[0, 1]]), torch.tensor([0])

    assert ranking_loss(reward_N, *pair, label_smoothing=0.1).item() == pytest.approx(
        0.413262, abs=1e-6
    )
    # The cheapest margin is then log(.9 / .1) = 2.197, not the largest.
    costs = [
        ranking_loss(torch.tensor([margin, 0.0]), *pair, label_smoothing=0.1).item()
        for margin in (1.7, 2.197, 2.7)
    ]
    assert min(costs) == costs[1]
