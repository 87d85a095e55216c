"""The state of PPO before and at its first update, where everything is known beforehand."""

import pytest
import torch
from torch.nn import functional as F

from tests.training.ml.ppo_setup import EOS_ID, PROMPTS, ppo_setup
from training.ml.experience import rollout_metrics, targets
from training.ml.ppo_update import PpoUpdate, UpdateTally
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.seeding import generator
from training.ml.tiny_models import ARCHITECTURES


@pytest.fixture(params=ARCHITECTURES)
def setup(request, tmp_path, policy_folder, reward_folder, world):
    return ppo_setup(tmp_path, policy_folder(request.param), reward_folder(request.param), world)


def updated(setup, num_updates=1):
    """The tally of updates on all rollouts at once."""
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)
    update, tally = PpoUpdate(setup.networks, setup.settings, rollouts, aims), UpdateTally()
    for _ in range(num_updates):
        update.policy_step(range(len(PROMPTS)), [], tally)
        update.value_step(range(len(PROMPTS)), tally)
    return tally


def test_the_first_update_is_on_policy_and_the_second_is_not(setup):
    """P1: ratio 1, divergence 0, nothing clipped, whitened loss 0; the second step shows all."""
    tally = updated(setup, num_updates=2)

    assert tally.ratios[0] == pytest.approx(1.0, abs=1e-4)
    assert abs(tally.approx_kls[0]) < 1e-6
    assert tally.clip_fractions[0] == 0.0
    assert tally.policy[0].losses["ppo"] == pytest.approx(0.0, abs=1e-5)
    assert tally.approx_kls[1] > 1e-6


def test_nothing_is_dropped_while_writing_or_learning(
    tmp_path, policy_folder, reward_folder, world
):
    """P2: GPT-2's configuration asks for 10 % everywhere, and training mode would obey."""
    setup = ppo_setup(tmp_path, policy_folder("gpt2"), reward_folder("gpt2"), world)

    updated(setup)

    networks = setup.networks
    for network in (
        networks.policy_model,
        networks.value_model.model,
        networks.reference,
        networks.reward.model,
    ):
        assert network.config.resid_pdrop == 0.1
        assert hidden_states_repeat(network)
    # The comparison notices dropout.
    networks.policy_model.train()
    assert not hidden_states_repeat(networks.policy_model)


def hidden_states_repeat(model):
    token_BT = torch.tensor([PROMPTS[2]])
    with torch.no_grad():
        first, second = (model.base_model(token_BT).last_hidden_state for _ in range(2))
    return torch.equal(first, second)


def test_the_policy_starts_as_its_reference(setup):
    """R66, P5: identical logits, and no divergence over a batch."""
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)
    token_BT = torch.tensor([PROMPTS[2]])

    with torch.no_grad():
        policy_logits = setup.networks.policy_model(token_BT).logits
        reference_logits = setup.networks.reference(token_BT).logits

    assert torch.equal(policy_logits, reference_logits)
    assert rollout_metrics(rollouts, aims, setup.world)["kl"] == 0.0


def test_what_is_learned_on_are_the_ids_that_were_prompted_and_sampled(setup):
    """T2: none goes through text, in which some sequences would come back as others."""
    rule = SamplingRule(0.7, 1.0, setup.settings.max_response_tokens, EOS_ID)
    noise = [generator(3, place) for place in range(len(PROMPTS))]

    written = write_answers(setup.networks.policy_model, PROMPTS, noise, rule)

    examples = setup.rollouts().examples
    assert [example.context for example in examples] == PROMPTS
    assert [example.answer for example in examples] == [answer.ids for answer in written]
    # Bytes in an order that is no text: decoding would have replaced them.
    assert any(max(example.answer) >= 128 for example in examples)


def test_the_reference_and_the_reward_model_never_move(setup):
    """R66: they share nothing with the networks that learn."""
    judges = (setup.networks.reference, setup.networks.reward)
    before = [[p.clone() for p in judge.parameters()] for judge in judges]

    updated(setup)

    for judge, weights in zip(judges, before, strict=True):
        assert all(map(torch.equal, judge.parameters(), weights))
    moved = zip(setup.networks.policy_model.parameters(), before[0], strict=True)
    assert any(not torch.equal(now, then) for now, then in moved)


def test_the_trainer_gives_the_log_probabilities_that_the_writer_drew_from(setup):
    """P3, P4, P20: at temperature 0.7, over padded batches."""
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)

    mask = rollouts.mask_BR
    torch.testing.assert_close(
        rollouts.logprob_BR[mask], rollouts.sampler_logprob_BR[mask], atol=1e-4, rtol=1e-4
    )
    assert rollout_metrics(rollouts, aims, setup.world)["sampler_gap"] < 1e-4
    assert rollouts.sampler_logprob_BR[mask].max() < 0


def test_the_value_network_starts_as_the_reward_model(setup):
    """P12: its value at the last token of an answer is that answer's score."""
    rollouts = setup.rollouts()

    for row, example in enumerate(rollouts.examples):
        ids = torch.tensor([example.context + example.answer])
        positions = torch.arange(ids.shape[1])[None]
        with torch.no_grad():
            value_1T = setup.networks.value_model(ids, torch.ones_like(ids), positions)
        assert value_1T[0, -1].item() == pytest.approx(rollouts.score_B[row].item(), abs=1e-4)
        # What the update learns on is the value before each token was chosen.
        count = len(example.answer)
        torch.testing.assert_close(
            rollouts.value_BR[row, :count], value_1T[0, -count - 1 : -1], atol=1e-4, rtol=1e-4
        )


def test_a_score_is_that_of_the_plain_sequence_classifier(setup, reward_folder):
    """P7, P12: read at the last real token of the answer, not at padding behind it."""
    rollouts = setup.rollouts()
    scores = []
    head = setup.networks.reward.head
    for example in rollouts.examples:
        ids = torch.tensor([example.context + example.answer])
        with torch.no_grad():
            hidden_TD = setup.networks.reward.model.base_model(ids).last_hidden_state[0]
            scores.append(F.linear(hidden_TD[-1], head.weight, head.bias).item())

    assert rollouts.score_B.tolist() == pytest.approx(scores, abs=1e-4)
    assert max(scores) - min(scores) > 0.1


def test_value_clipping_changes_nothing_in_the_first_update(
    tmp_path, policy_folder, reward_folder, world
):
    """P13."""
    losses = []
    for number, clip_range in enumerate((0.001, 1e6)):
        setup = ppo_setup(
            tmp_path / str(number),
            policy_folder(),
            reward_folder(),
            world,
            value_clip_range=clip_range,
        )
        losses.append([report.losses["value"] for report in updated(setup, 2).value])

    assert losses[0][0] == losses[1][0]
    assert losses[0][1] != losses[1][1]


def test_rewards_sum_to_the_score_less_the_price_of_divergence(
    tmp_path, policy_folder, reward_folder, world
):
    """P7, R67: with a policy that has left its reference, over rows of different lengths."""
    setup = ppo_setup(tmp_path, policy_folder(), reward_folder(), world, kl_coef=0.3)
    with torch.no_grad():
        for parameter in setup.networks.reference.parameters():
            parameter.mul_(1.1)
    eos_id = setup.rollouts().examples[0].answer[2]
    rollouts = setup.rollouts(eos_id=eos_id)

    aims = targets(rollouts, setup.settings, world)

    mask = rollouts.mask_BR
    divergence_BR = (rollouts.logprob_BR - rollouts.reference_logprob_BR) * mask
    assert divergence_BR.abs().sum() > 1.0
    torch.testing.assert_close(
        aims.reward_BR.sum(1), rollouts.score_B - 0.3 * divergence_BR.sum(1), atol=1e-4, rtol=1e-4
    )
    # The score is the only part that is not a price: it sits on the last token, the end of text.
    earned_BR = aims.reward_BR + 0.3 * divergence_BR
    last_B = mask.sum(1) - 1
    for row, example in enumerate(rollouts.examples):
        assert earned_BR[row].abs().argmax() == last_B[row]
        assert (example.answer[-1] == eos_id) == bool(rollouts.has_eos_B[row])
    assert 0 < rollouts.has_eos_B.sum() < len(PROMPTS)
    for padded in (aims.reward_BR, aims.advantage_BR, aims.return_BR):
        assert not padded[~mask].any()


def test_an_end_of_text_in_the_prompt_does_not_count_as_an_end(
    tmp_path, policy_folder, reward_folder, world
):
    """P8: what the labelers call unfinished is the answer, whatever stood in the prompt."""
    setup = ppo_setup(
        tmp_path,
        policy_folder(),
        reward_folder(),
        world,
        kl_coef=0.0,
        missing_eos="replace",
        missing_eos_penalty=2.5,
        max_response_tokens=2,
    )

    rollouts = setup.rollouts(prompts=[[EOS_ID, 65, EOS_ID], [66, EOS_ID]])
    aims = targets(rollouts, setup.settings, world)

    assert not rollouts.has_eos_B.any()
    assert aims.reward_BR.sum(1).tolist() == [-2.5, -2.5]


def test_whitened_advantages_leave_returns_alone(setup):
    """P9, P10: returns are advantage plus value before whitening."""
    rollouts = setup.rollouts()

    aims = targets(rollouts, setup.settings, setup.world)

    real = aims.advantage_BR[rollouts.mask_BR]
    assert real.mean().item() == pytest.approx(0.0, abs=1e-5)
    assert real.std(correction=0).item() == pytest.approx(1.0, abs=1e-5)
    error_BR = aims.return_BR - rollouts.value_BR
    spread = error_BR[rollouts.mask_BR].std(correction=0)
    torch.testing.assert_close(
        real, (error_BR[rollouts.mask_BR] - error_BR[rollouts.mask_BR].mean()) / spread
    )
