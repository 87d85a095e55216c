"""Bugs put in on purpose: each invariant notices the mistake that it is there for.

docs/invariants.md lists them beside the tests of what is right.
"""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from tests.training.ml.jobs import ALONE
from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from training.ml.advantages import masked_mean
from training.ml.batches import padded_answers, prompts_and_answers, right_padded
from training.ml.engine import Engine
from training.ml.experience import targets
from training.ml.hyperparameters import parse
from training.ml.language_modelling import Example, answer_scores, packed_batch, padded_batch
from training.ml.losses import ranking_loss
from training.ml.model_folders import load_policy
from training.ml.ppo_update import PpoUpdate, UpdateTally
from training.ml.ranking_batches import EncodedGroup
from training.ml.reward_folders import new_reward_model
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.schedules import Schedule
from training.ml.seeding import generator

EVERYTHING = range(len(PROMPTS))
ANSWERS = [[1, 2, 3, 257], [4], [5, 6], [7, 8, 9], [10, 11], [12]]
EXAMPLES = [Example(prompt, answer) for prompt, answer in zip(PROMPTS, ANSWERS, strict=True)]


@pytest.fixture
def make_setup(tmp_path, policy_folder, reward_folder, world):
    numbers = iter(range(10))

    def make(architecture="gpt2", **changes):
        folders = policy_folder(architecture), reward_folder(architecture)
        return ppo_setup(tmp_path / str(next(numbers)), *folders, world, **changes)

    return make


def logprobs(model, batch):
    with torch.no_grad():
        return answer_scores(model, batch, "fp32").logprob_BR[batch.mask_BR]


def first_update(setup, rollouts, **changes):
    """The tally of one update on all rollouts, by settings that may differ from the rollouts'."""
    settings = replace(setup.settings, **changes)
    aims = targets(rollouts, settings, setup.world)
    tally = UpdateTally()
    PpoUpdate(setup.networks, settings, rollouts, aims).policy_step(EVERYTHING, [], tally)
    return tally


def test_a_mask_made_from_the_filler_id_would_lose_real_tokens():
    """T1: the id that stands under the mask is a token like any other elsewhere."""
    answers = [[0, 7, 0, 257], [0]]

    token_BR, mask_BR = padded_answers(answers)

    assert token_BR[mask_BR].tolist() == [0, 7, 0, 257, 0]
    assert (token_BR != 0).sum() == 2


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gpt_neox", "qwen2"])
def test_a_left_padding_that_is_not_masked_would_be_noticed(policy_folder, architecture):
    """T3: attention to what stands under the padding moves every shorter row."""
    model = load_policy(policy_folder(architecture))
    batch = padded_batch(EXAMPLES)
    seen = torch.ones_like(batch.rows.attention)
    unmasked = replace(batch, rows=replace(batch.rows, attention=seen))

    assert (logprobs(model, batch) - logprobs(model, unmasked)).abs().max() > 0.1


def test_position_ids_that_are_left_to_the_model_would_be_noticed(policy_folder):
    """T3: GPT-2 counts the padding then, and learned positions move by it."""
    model = load_policy(policy_folder("gpt2"))
    batch = prompts_and_answers(PROMPTS, ANSWERS)
    given = {"input_ids": batch.token_BT, "attention_mask": batch.attention}

    with torch.no_grad():
        right = model(**given, position_ids=batch.position_BT).logits
        default = model(**given).logits

    gap_BT = (right - default).abs().amax(-1) * batch.attention
    longest = max(range(len(PROMPTS)), key=lambda row: len(PROMPTS[row]))
    assert gap_BT[longest].max() < 1e-4
    assert gap_BT.max() > 0.1


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gpt_neox", "qwen2"])
def test_documents_that_see_each_other_would_be_noticed(policy_folder, architecture):
    """T6: a plain causal mask over the packed row, and positions that run on."""
    model = load_policy(policy_folder(architecture))
    batch = packed_batch(EXAMPLES)
    width = batch.rows.token_BT.shape[1]
    causal = torch.ones_like(batch.rows.attention).tril()
    running = torch.arange(width)[None]
    right = logprobs(model, batch)

    leaking = replace(batch, rows=replace(batch.rows, attention=causal))
    assert (right - logprobs(model, leaking)).abs().max() > 0.1
    counting = replace(batch, rows=replace(batch.rows, position_BT=running))
    # Rotary positions are relative: inside a document that is masked they change nothing.
    moved = (right - logprobs(model, counting)).abs().max()
    assert (moved > 0.1) == (architecture == "gpt2")


@pytest.fixture
def reward_model(policy_folder):
    return new_reward_model(policy_folder("gpt2"), generator(1, "head"))


def test_a_reward_read_at_the_last_column_would_be_noticed(reward_model):
    """RM2: behind a shorter answer that is padding, and one token early is not the end of text."""
    rows = [prompt + answer for prompt, answer in zip(PROMPTS, ANSWERS, strict=True)]
    batch = right_padded(rows)
    last_B = torch.tensor([len(row) - 1 for row in rows])
    place_B = torch.arange(len(rows))

    with torch.no_grad():
        value_BT = reward_model(batch.token_BT, batch.attention, batch.position_BT)

    right_B = value_BT[place_B, last_B]
    is_short_B = last_B < batch.token_BT.shape[1] - 1
    assert is_short_B.sum() == len(rows) - 1
    for wrong_B in (value_BT[:, -1], value_BT[place_B, last_B - 1]):
        assert (right_B - wrong_B)[is_short_B].abs().min() > 1e-3


def ranked_group():
    pairs = [(0, 1), (0, 2), (1, 2)]
    return EncodedGroup(
        prompt_id="1",
        prompt=PROMPTS[0],
        completion_ids=["a", "b", "c"],
        completions=[[5, 257], [6, 7, 257], [257]],
        text_lengths=[1, 2, 0],
        pairs=pairs,
        judges=["amina"] * 3,
        num_judged_pairs=3,
    )


def losses_of_training(model):
    """The first loss of a reward model, twice from the same weights."""
    settings = parse("reward_model", {})
    engine = Engine(model, world=ALONE, settings=settings, schedule=Schedule("constant", 0.0, 1))
    scorer = RewardScorer(settings, encoding="rows")
    return [
        engine.update({"ranking": scorer.micro_losses(engine, [ranked_group()], StepTally())})
        .losses["ranking"]
        for _ in range(2)
    ]  # fmt: skip


def test_dropout_that_is_left_on_would_be_noticed_in_a_reward_model(reward_model):
    """RM7: GPT-2's configuration asks for 10 %; a reward model learns without."""
    first, second = losses_of_training(reward_model)
    assert first == second

    reward_model.train()

    first, second = losses_of_training(reward_model)
    assert abs(first - second) > 1e-3


def test_the_broadcast_that_is_refused_would_look_plausible():
    """RM9: chosen (B, 1) less rejected (B,) makes B * B margins, and a mean that looks right."""
    stream = torch.Generator().manual_seed(0)
    chosen_B, rejected_B = torch.randn(2, 64, generator=stream)

    right = -F.logsigmoid(chosen_B - rejected_B).mean()
    wrong = -F.logsigmoid(chosen_B[:, None] - rejected_B).mean()

    assert (chosen_B[:, None] - rejected_B).shape == (64, 64)
    assert 0 < abs(right - wrong) < 0.1
    pairs = torch.stack([torch.arange(64), torch.arange(64, 128)], dim=1)
    rewards = torch.cat([chosen_B, rejected_B])
    assert ranking_loss(rewards, pairs, torch.arange(64)).item() == pytest.approx(right.item())
    with pytest.raises(ValueError, match="one reward per completion"):
        ranking_loss(rewards[:, None], pairs, torch.arange(64))


def test_a_tie_that_is_taken_for_an_order_would_be_noticed():
    """RM8: the pair (0, 1) of a tie, written down as a preference, pulls the two apart."""
    reward_N = torch.tensor([0.0, 0.0, -1.0], requires_grad=True)
    prompts = torch.zeros(3, dtype=torch.long)

    ranking_loss(reward_N, torch.tensor([[0, 2], [1, 2]]), prompts[:2]).backward()
    right = reward_N.grad.clone()
    reward_N.grad = None
    ranking_loss(reward_N, torch.tensor([[0, 1], [0, 2], [1, 2]]), prompts).backward()

    # Tied completions are pushed alike: -sigmoid(-1) / 2 each.
    assert right[:2].tolist() == pytest.approx([-0.134471, -0.134471], abs=1e-6)
    assert (reward_N.grad[0] - reward_N.grad[1]).abs() > 0.3


def test_dropout_that_is_left_on_would_be_noticed_in_the_first_update(make_setup):
    """P1, P2: in training mode GPT-2 drops 10 %, and no ratio is 1."""
    setup = make_setup()
    rollouts = setup.rollouts()
    setup.networks.policy_model.train()

    tally = first_update(setup, rollouts)

    assert tally.approx_kls[0] > 1e-2
    assert tally.clip_fractions[0] > 0.2


def test_a_temperature_that_the_update_forgets_would_be_noticed(make_setup):
    """P1, P3: sampled at 0.7, learned at 1."""
    setup = make_setup()
    rollouts = setup.rollouts()

    right = first_update(setup, rollouts)
    setup = make_setup()
    wrong = first_update(setup, rollouts, temperature=1.0)

    assert right.clip_fractions[0] == 0.0
    assert wrong.approx_kls[0] > 1e-2
    assert wrong.clip_fractions[0] > 0.2


def test_an_end_of_text_looked_for_in_the_whole_row_would_be_noticed(make_setup):
    """P8: the prompt holds one, and no answer of two tokens has ended."""
    setup = make_setup("llama", max_response_tokens=2)

    rollouts = setup.rollouts(prompts=[[257, 65, 257], [66, 257]])

    in_row = [257 in example.context + example.answer for example in rollouts.examples]
    assert in_row == [True, True]
    assert not rollouts.has_eos_B.any()


def test_padding_that_counts_would_dilute_what_is_logged():
    """P18: three real tokens of entropy 3 beside three of padding are no entropy of 1.5."""
    entropy_BR = torch.tensor([[3.0, 3.0], [3.0, 0.0], [0.0, 0.0]])
    mask_BR = torch.tensor([[True, True], [True, False], [False, False]])

    assert masked_mean(entropy_BR, mask_BR, ALONE) == 3.0
    assert masked_mean(entropy_BR, torch.ones_like(mask_BR), ALONE) == 1.5
