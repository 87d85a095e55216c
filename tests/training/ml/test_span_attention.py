"""Prompts read once at the exact cost of attention, on every architecture (RM2, RM3, RM4)."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from tests.training.ml.groups import GROUPS, LONG_GROUPS, gradient, rewards
from training.ml import span_attention
from training.ml.networks import autocast
from training.ml.packing import MASKABLE, join_spans
from training.ml.ranking_batches import groups_in_rows, shared_groups
from training.ml.reward_folders import new_reward_model
from training.ml.seeding import generator
from training.ml.span_attention import attend_spans, masked_span_attention
from training.ml.span_layout import lay_out

ALL_GROUPS = GROUPS + LONG_GROUPS
# A prompt of two before completions of one and two; a document; both kinds of blocks.
SHAPES = [(2, [1, 2]), (3, []), (1, [70, 2, 64])]


@pytest.fixture(params=MASKABLE)
def reward_model(request, policy_folder):
    return new_reward_model(policy_folder(request.param), generator(1, "head"))


def gap(found, expected):
    return ((found - expected).norm() / expected.norm()).item()


def test_a_shared_prompt_gives_the_rewards_and_gradients_of_separate_rows(reward_model):
    """RM4: two ways of one computation; relative 1e-6 in double precision and 1e-5 in single."""
    shared = shared_groups(ALL_GROUPS, "pairs_present")
    rows = groups_in_rows(ALL_GROUPS, "pairs_present")

    with torch.no_grad():
        found, expected = rewards(reward_model, shared), rewards(reward_model, rows)
    assert gap(found, expected) < 1e-5
    # Else agreeing would be no achievement.
    assert expected.std() > 0.2
    assert gap(gradient(reward_model, shared), gradient(reward_model, rows)) < 1e-4


def test_a_layout_that_lets_completions_see_each_other_would_be_noticed(reward_model):
    """RM4, the control: the whole row as one prompt is plain causal attention."""
    shared = shared_groups(GROUPS, "pairs_present")
    length = shared.rows.token_BT.shape[1]
    wrong = replace(shared, rows=replace(shared.rows, layout=lay_out([(length, [])])))

    with torch.no_grad():
        assert (rewards(reward_model, shared) - rewards(reward_model, wrong)).abs().max() > 0.01


def test_positions_that_run_on_would_be_noticed(reward_model):
    """RM4, the control: the second completion must not begin where the first one ended."""
    shared = shared_groups(GROUPS, "pairs_present")
    running = torch.arange(shared.rows.token_BT.shape[1])[None]
    wrong = replace(shared, rows=replace(shared.rows, position_BT=running))

    with torch.no_grad():
        found = (rewards(reward_model, shared) - rewards(reward_model, wrong)).abs().max()
    is_learned = reward_model.model.config.model_type == "gpt2"
    assert found > (0.1 if is_learned else 0.001)


def test_a_changed_completion_leaves_its_neighbours_rewards_bit_equal(reward_model):
    """RM2, T6."""
    one = LONG_GROUPS[0]
    changed = replace(one, completions=[one.completions[0], [9, 9, 9, 9], one.completions[2]])

    with torch.no_grad():
        before = rewards(reward_model, shared_groups([one], "pairs_present"))
        after = rewards(reward_model, shared_groups([changed], "pairs_present"))

    assert before[1] != after[1]
    assert torch.equal(before[[0, 2]], after[[0, 2]])


def test_the_last_mlp_is_right_wherever_a_reward_is_read(reward_model):
    """RM2: sparing it elsewhere changes no reward and no gradient."""
    rows = groups_in_rows(GROUPS, "pairs_present").rows
    places = torch.tensor([0, 3]), torch.tensor([14, 9])

    with torch.no_grad():
        everywhere = reward_model(rows.token_BT, rows.attention, rows.position_BT)
        spared = reward_model(rows.token_BT, rows.attention, rows.position_BT, read_at=places)
        again = reward_model(rows.token_BT, rows.attention, rows.position_BT)

    torch.testing.assert_close(spared, everywhere[places], atol=5e-6, rtol=1e-5)
    assert torch.equal(everywhere, again)


def test_bf16_gradients_follow_the_exact_ones_as_closely_as_those_of_rows(reward_model):
    """RM3."""

    def in_bf16(batch):
        with autocast(torch.device("cpu"), "bf16"):
            return gradient(reward_model, batch)

    shared = shared_groups(ALL_GROUPS, "pairs_present")
    rows = groups_in_rows(ALL_GROUPS, "pairs_present")
    exact = gradient(reward_model, rows)

    assert gap(in_bf16(shared), exact) < 1.2 * gap(in_bf16(rows), exact) + 0.01


def mask_of(shapes):
    """Written out cell by cell: who may look at whom."""
    total = sum(prompt + sum(lengths) for prompt, lengths in shapes)
    mask_TT = torch.zeros(total, total, dtype=torch.bool)
    start = 0
    for prompt, lengths in shapes:
        at = start + prompt
        mask_TT[start:at, start:at] = torch.ones(prompt, prompt).tril().bool()
        for length in lengths:
            mask_TT[at : at + length, start : start + prompt] = True
            mask_TT[at : at + length, at : at + length] = torch.ones(length, length).tril().bool()
            at += length
        start = at
    return mask_TT


def attended(attend, sharing=1):
    """What comes out, and the gradients of query, key and value, in double precision."""
    total = len(mask_of(SHAPES))
    stream = torch.Generator().manual_seed(3)

    def heads(count):
        return torch.randn(1, count, total, 8, dtype=torch.float64, generator=stream)

    parts = [heads(4), heads(4 // sharing), heads(4 // sharing)]
    for part in parts:
        part.requires_grad_(True)
    out = attend(*parts)
    (out * heads(4)).sum().backward()
    return [out.detach(), *(part.grad for part in parts)]


def by_mask(query, key, value):
    sharing = query.shape[1] // key.shape[1]
    key, value = (part.repeat_interleave(sharing, 1) for part in (key, value))
    return scaled_dot_product_attention(query, key, value, mask_of(SHAPES))


def joined(query, key, value):
    out, _ = attend_spans(torch.nn.Module(), query, key, value, None, layout=lay_out(SHAPES))
    return out.transpose(1, 2)


@pytest.mark.parametrize("sharing", [1, 2, 4])
def test_two_parts_joined_are_attention_behind_a_mask(sharing):
    """RM4: output and gradients, with grouped key-value heads too."""
    for found, expected in zip(attended(joined, sharing), attended(by_mask, sharing), strict=True):
        assert gap(found, expected) < 1e-6


def test_without_the_processors_kernels_it_is_the_same():
    """RM4: what other devices use, and attention that drops."""
    portable = attended(lambda *parts: masked_span_attention(*parts, lay_out(SHAPES)))

    for found, expected in zip(portable, attended(by_mask), strict=True):
        assert gap(found, expected) < 1e-6


def test_forgetting_to_join_the_two_parts_would_be_noticed(monkeypatch):
    """RM4, the control: a completion that sees itself alone."""
    monkeypatch.setattr(span_attention.torch, "sigmoid", torch.ones_like)

    assert gap(attended(joined)[0], attended(by_mask)[0]) > 0.01


def test_a_layout_by_hand():
    """RM4: a prompt of two, completions of one and two, then a document of three."""
    layout = lay_out([(2, [1, 2]), (3, [])])
    batch = join_spans([([1, 2], [[3], [4, 5]]), ([6, 7, 8], [])])

    assert layout.spans == ((0, 2, 5), (5, 8, 8))
    [block] = layout.blocks
    assert block.token_NR.tolist() == [[2, 2], [3, 4]]
    assert block.is_real_NR.tolist() == [[True, False], [True, True]]
    assert block.tokens.tolist() == [2, 3, 4]
    assert batch.token_BT.tolist() == [[1, 2, 3, 4, 5, 6, 7, 8]]
    assert batch.position_BT.tolist() == [[0, 1, 2, 2, 3, 0, 1, 2]]
