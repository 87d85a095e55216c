"""Micro-batches hold text, not padding; no step depends on the lengths of its members (T5)."""

import torch

from tests.training.ml.groups import group
from training.ml.batches import split_by_tokens
from training.ml.hyperparameters import parse
from training.ml.language_modelling import (
    Example,
    packed_batch,
    padded_batch,
    rows_together,
    side_by_side,
)
from training.ml.packing import fill_rows
from training.ml.ranking_batches import reward_batches
from training.ml.reward_plan import TrainingPlan
from training.ml.reward_scoring import StepTally

BUDGET = 2048


def realistic_lengths(count, seed):
    """Log-normal, as written texts are: a median of 60 tokens, one in ten above 200."""
    stream = torch.Generator().manual_seed(seed)
    return (60 * torch.randn(count, generator=stream).exp()).clamp(1, 800).int().tolist()


def realistic_groups(count=32):
    lengths = realistic_lengths(count * 7, 1)
    return [group(number, *lengths[7 * number : 7 * number + 7]) for number in range(count)]


def fill_of(groups, encoding):
    batches = reward_batches(
        groups, max_tokens=BUDGET, encoding=encoding, normalise_by="pairs_present"
    )
    batches = [batch for _, batch in batches]
    return sum(batch.num_tokens for batch in batches) / sum(batch.num_cells for batch in batches)


def test_shared_prompts_leave_no_cell_empty():
    """Token-budget batching, on lengths as uneven as real ones."""
    groups = realistic_groups()

    assert fill_of(groups, "shared") == 1.0
    # The control: repeated prompts must be padded.
    assert fill_of(groups, "rows") < 0.9


def test_shared_micro_batches_keep_to_the_budget_unless_one_prompt_is_larger():
    batches = reward_batches(
        realistic_groups(), max_tokens=BUDGET, encoding="shared", normalise_by="pairs_present"
    )

    assert all(batch.num_cells <= BUDGET or len(places) == 1 for places, batch in batches)


def test_demonstrations_side_by_side_leave_no_cell_empty():
    """T6: first-fit rows are as long as what they hold."""
    examples = [Example([1], [2] * length) for length in realistic_lengths(64, 2)]
    rows = fill_rows([one.length for one in examples], BUDGET)

    cells = [packed_batch([examples[place] for place in row]).rows.token_BT.numel() for row in rows]

    assert sum(cells) == sum(one.length for one in examples)


def test_rollouts_side_by_side_leave_no_cell_empty():
    """What PPO judges and learns from: short and long prompts, short and long answers."""
    prompts, answers = realistic_lengths(64, 3), realistic_lengths(64, 4)
    examples = [Example([1] * p, [2] * a) for p, a in zip(prompts, answers, strict=True)]
    num_tokens = sum(one.length for one in examples)

    def fill(make, *, is_packed):
        shares = rows_together(examples, max_tokens=BUDGET, is_packed=is_packed)
        return num_tokens / sum(make([examples[i] for i in share]).num_tokens for share in shares)

    assert fill(side_by_side, is_packed=True) == 1.0
    # The control: padded on both sides.
    assert fill(padded_batch, is_packed=False) < 0.9


def test_the_logged_fill_ratio_by_hand():
    """Prompt of 2; completions of 1 and 3 and their ends: rows of 4 and 6, so 10 of 12 cells."""
    tally = StepTally()
    [(_, batch)] = reward_batches(
        [group(1, 2, 1, 3)], max_tokens=64, encoding="rows", normalise_by="pairs_present"
    )

    tally.add(batch, torch.zeros(2))

    assert (tally.num_tokens, tally.num_cells) == (10, 12)


def test_a_prompt_counts_as_many_rows_as_it_has_completions():
    """Two rows of 5, then three of 6: 5 * 6 = 30 cells fit together; at 29 they do not."""
    assert split_by_tokens([5, 6], 30, heights=[2, 3]) == [[0, 1]]
    assert split_by_tokens([5, 6], 29, heights=[2, 3]) == [[0], [1]]


def test_the_prompts_of_a_step_do_not_depend_on_their_lengths():
    """Micro-batches are cut inside a step, whose members are drawn before any length is known."""
    settings = parse("reward_model", {"batch_size": 8})
    groups = realistic_groups()
    by_length = sorted(groups, key=lambda one: one.num_tokens_packed)
    steps = [TrainingPlan(settings, len(groups), 5).groups_of(step) for step in range(4)]

    for order in (groups, by_length):
        for step in steps:
            batches = reward_batches(
                [order[place] for place in step],
                max_tokens=BUDGET,
                encoding="shared",
                normalise_by="pairs_present",
            )
            assert sorted(place for places, _ in batches for place in places) == list(range(8))
    # Sorted by length, a step that were cut from the sorted list would hold neighbours.
    assert all(max(step) - min(step) > 8 for step in steps)
    assert sorted(place for step in steps for place in step) == list(range(32))
