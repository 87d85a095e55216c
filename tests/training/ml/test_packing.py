"""Several texts in one row, each blind to the others, on every architecture (T6, RM2, RM4)."""

from dataclasses import replace

import pytest
import torch
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    MistralConfig,
    OPTConfig,
    Qwen2Config,
    Qwen3Config,
)

from tests.training.ml.groups import GROUPS, gradient, rewards
from tests.training.ml.jobs import ALONE
from training.ml.batches import right_padded
from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import parse
from training.ml.language_modelling import (
    Example,
    answer_batches,
    answer_loss,
    answer_values,
    packed_batch,
    padded_batch,
)
from training.ml.model_folders import load_policy
from training.ml.packing import (
    MASKABLE,
    can_pack,
    fill_rows,
    pack_documents,
    pack_prompt,
    segment_attention,
    stack_rows,
)
from training.ml.ranking_batches import (
    groups_in_rows,
    packed_groups,
    reward_batches,
)
from training.ml.reward_folders import new_reward_model
from training.ml.reward_scoring import RewardScorer
from training.ml.schedules import Schedule
from training.ml.seeding import generator


@pytest.fixture(params=MASKABLE)
def folder(request, policy_folder):
    return policy_folder(request.param)


@pytest.fixture
def reward_model(folder):
    return new_reward_model(folder, generator(1, "head"))


def test_a_shared_prompt_gives_the_rewards_and_gradients_of_separate_rows(reward_model):
    """RM4: packed and in rows are one computation."""
    packed = packed_groups(GROUPS, "pairs_present")
    rows = groups_in_rows(GROUPS, "pairs_present")

    with torch.no_grad():
        found, expected = rewards(reward_model, packed), rewards(reward_model, rows)
    torch.testing.assert_close(found, expected, atol=5e-5, rtol=0)
    # Else agreeing would be no achievement.
    assert expected.std() > 0.2
    in_packed, in_rows = gradient(reward_model, packed), gradient(reward_model, rows)
    assert (in_packed - in_rows).norm() / in_rows.norm() < 1e-4


def test_a_mask_that_lets_completions_see_each_other_would_be_noticed(reward_model):
    """RM4, the control: a plain causal mask over the packed row."""
    packed = packed_groups(GROUPS, "pairs_present")
    causal = torch.ones_like(packed.rows.attention).tril()
    wrong = replace(packed, rows=replace(packed.rows, attention=causal))

    with torch.no_grad():
        gap = (rewards(reward_model, packed) - rewards(reward_model, wrong)).abs().max()
    assert gap > 0.01


def test_positions_that_run_on_would_be_noticed(reward_model):
    """RM4, the control: the second completion must not begin where the first one ended."""
    packed = packed_groups(GROUPS, "pairs_present")
    running = torch.arange(packed.rows.token_BT.shape[1]).expand_as(packed.rows.token_BT)
    wrong = replace(packed, rows=replace(packed.rows, position_BT=running))

    with torch.no_grad():
        gap = (rewards(reward_model, packed) - rewards(reward_model, wrong)).abs().max()
    is_learned = reward_model.model.config.model_type == "gpt2"
    assert gap > (0.1 if is_learned else 0.001)


def test_a_score_is_the_same_alone_padded_and_packed(reward_model):
    """RM2: within fp32 rounding, also with twice the padding."""
    one = GROUPS[0]
    rows = [one.prompt + completion for completion in one.completions]
    wide = max(len(row) for row in rows) * 2

    with torch.no_grad():
        in_batch = rewards(reward_model, groups_in_rows([one], "pairs_present"))
        in_pack = rewards(reward_model, packed_groups(GROUPS, "pairs_present"))[:4]
        for place, row in enumerate(rows):
            filler = [99] * (wide - len(row))
            batch = right_padded([row])
            alone = reward_model(batch.token_BT, batch.attention, batch.position_BT)[0, -1]
            padded = reward_model(
                torch.tensor([row + filler]),
                torch.tensor([[1] * len(row) + [0] * len(filler)]),
                torch.arange(wide)[None],
            )[0, len(row) - 1]
            for other in (in_batch[place], in_pack[place], padded):
                assert abs(other - alone) < 5e-5


def packed_logits(model, documents):
    batch = stack_rows([pack_documents(documents), pack_documents([[3, 4]])])
    with torch.no_grad():
        return model(
            input_ids=batch.token_BT,
            attention_mask=batch.attention,
            position_ids=batch.position_BT,
        ).logits[0]


def test_a_changed_document_leaves_its_neighbours_logits_bit_equal(folder):
    """T6."""
    model = load_policy(folder)
    second = [40, 41, 42, 43]

    before = packed_logits(model, [[5, 6, 7], second, [8, 9]])
    after = packed_logits(model, [[95, 96, 97], second, [8, 9]])

    assert not torch.equal(before[:3], after[:3])
    assert torch.equal(before[3:], after[3:])


def test_packed_documents_cost_what_they_cost_alone(folder):
    """T6: the summed loss of answer tokens."""
    model = load_policy(folder)
    examples = [
        Example([5, 6, 7, 8], [20, 21, 257]),
        Example([9], [30, 257]),
        Example([10, 11], [40, 41, 42, 43, 257]),
    ]

    with torch.no_grad():
        together = answer_loss(model, packed_batch(examples), "fp32")
        padded = answer_loss(model, padded_batch(examples), "fp32")
        alone = sum(answer_loss(model, padded_batch([one]), "fp32") for one in examples)

    assert together.item() == pytest.approx(alone.item(), rel=1e-5)
    assert padded.item() == pytest.approx(alone.item(), rel=1e-5)


def test_the_layout_of_a_shared_prompt():
    """RM4: P + sum R tokens, positions restart after the prompt."""
    row = pack_prompt([1, 2], [[3, 4], [5]])

    assert row.tokens == [1, 2, 3, 4, 5]
    assert row.positions == [0, 1, 2, 3, 2]
    assert row.segments == [0, 0, 1, 1, 2]
    assert row.ends == [3, 4]


def test_the_mask_of_a_shared_prompt_by_hand():
    """T6: prompt, first completion of two, second of one, then padding that sees padding."""
    mask = segment_attention(torch.tensor([[0, 1, 1, 2, -1]]))[0, 0].int().tolist()

    assert mask == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]


def test_rows_are_filled_without_overflowing_and_nothing_is_lost():
    """T6: longest first, into the first row with room."""
    assert fill_rows([2, 7, 5, 3], 10) == [[1, 3], [2, 0]]
    assert fill_rows([30, 1], 10) == [[0], [1]]


@pytest.mark.parametrize("encoding", ["shared", "packed", "rows"])
def test_a_group_is_never_cut_into_two_micro_batches(encoding):
    """RM4: however small the budget."""
    batches = reward_batches(GROUPS, max_tokens=16, encoding=encoding, normalise_by="pairs_present")

    assert sorted(index for indices, _ in batches for index in indices) == [0, 1, 2]
    for indices, batch in batches:
        assert len(batch.row_N) == sum(len(GROUPS[index].completions) for index in indices)


@pytest.mark.parametrize("encoding", ["shared", "packed", "rows"])
def test_the_scorer_gives_every_completion_the_reward_of_its_text_alone(reward_model, encoding):
    """RM2, RM4: through RewardScorer, in micro-batches of several prompts and of one."""
    alone = [
        [reward_alone(reward_model, one.prompt + answer) for answer in one.completions]
        for one in GROUPS
    ]

    for budget in (16, 4096):
        settings = parse("reward_model", {"max_tokens_per_forward": budget})
        schedule = Schedule("constant", 0.0, 1)
        engine = Engine(reward_model, world=ALONE, settings=settings, schedule=schedule)
        scored = RewardScorer(settings, encoding=encoding).score(engine, GROUPS)
        for found, expected in zip(scored, alone, strict=True):
            assert found == pytest.approx(expected, abs=5e-5)


def reward_alone(model, ids):
    with torch.no_grad():
        row = right_padded([ids])
        return model(row.token_BT, row.attention, row.position_BT)[0, -1].item()


def test_the_values_of_padded_answers_are_those_of_answers_alone(reward_model):
    """P12, T3: the value of the state before each token of an answer."""
    examples = [Example([5, 6, 7, 8], [20, 21, 257]), Example([9], [30, 40, 41, 42, 257])]

    with torch.no_grad():
        value_BR = answer_values(reward_model, padded_batch(examples))
        for row, one in enumerate(examples):
            ids = right_padded([one.context + one.answer])
            value_T = reward_model(ids.token_BT, ids.attention, ids.position_BT)[0]
            before_R = value_T[len(one.context) - 1 : -1]
            torch.testing.assert_close(
                value_BR[row, : len(one.answer)], before_R, atol=5e-5, rtol=0
            )


def test_packed_demonstrations_give_the_gradient_of_padded_ones(folder):
    """T6, R54."""
    stream = torch.Generator().manual_seed(2)
    lengths = [(4, 3), (1, 7), (9, 1), (2, 5)]
    examples = [
        Example(*(torch.randint(1, 250, (n,), generator=stream).tolist() for n in pair))
        for pair in lengths
    ]
    gradients = []
    for make in (packed_batch, padded_batch):
        model = load_policy(folder)
        answer_loss(model, make(examples), "fp32").backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))

    assert (gradients[0] - gradients[1]).norm() / gradients[1].norm() < 1e-5


def test_architectures_that_would_ignore_the_mask_are_not_packed():
    """T6: sliding windows and the unknown."""
    sliding = {"use_sliding_window": True, "max_window_layers": 1, "num_hidden_layers": 2}

    for full in (Qwen2Config(), Qwen3Config(), MistralConfig(sliding_window=None)):
        assert can_pack(full)
    for not_full in (Qwen2Config(**sliding), Qwen3Config(**sliding), MistralConfig(), OPTConfig()):
        assert not can_pack(not_full)


@pytest.mark.parametrize("architecture", ["mistral", "qwen2", "qwen3"])
def test_what_cannot_be_packed_is_padded_and_costs_what_it_costs_alone(policy_folder, architecture):
    """T6: a window of four tokens; packed all the same, it would see too much."""
    model = load_policy(policy_folder(f"windowed {architecture}"))
    examples = [Example([5, 6, 7, 8, 9, 10], [20, 21, 257]), Example([11, 12], [30, 31, 32, 257])]
    batches = answer_batches(examples, max_tokens=64, packing=True, config=model.config)

    with torch.no_grad():
        found = sum(answer_loss(model, batch, "fp32") for batch in batches)
        alone = sum(answer_loss(model, padded_batch([one]), "fp32") for one in examples)
        packed = answer_loss(model, packed_batch(examples), "fp32")

    assert found.item() == pytest.approx(alone.item(), rel=1e-5)
    assert packed.item() != pytest.approx(alone.item(), rel=1e-3)


def test_an_architecture_without_masked_attention_is_refused(tmp_path):
    """T6: better no run than one whose mask is read otherwise."""
    model = BloomForCausalLM(BloomConfig(vocab_size=64, hidden_size=16, n_layer=1, n_head=2))
    model.save_pretrained(tmp_path / "bloom")

    with pytest.raises(BadInput, match="bloom cannot be read as a model"):
        load_policy(tmp_path / "bloom")
