"""A value network on the policy's own trunk: what it shares, learns and leaves behind."""

import pytest
import torch
from safetensors.torch import load_file

from tests.training.ml.ppo_jobs import weights
from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from tests.training.ml.test_ppo_run import stopping_after
from tests.training.ml.tiny import computed, progress_of, result_of
from training.ml.experience import targets
from training.ml.hyperparameter_fields import HyperparameterError
from training.ml.hyperparameters import parse
from training.ml.job import EXIT_STOPPED
from training.ml.model_folders import load_policy
from training.ml.ppo_update import PpoUpdate, UpdateTally
from training.ml.reward_folders import load_reward_model

# What peft's own loader still asks transformers for.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")

ON_THE_TRUNK = {"value_network": "policy_trunk", "lora_rank": 2}
EVERYTHING = range(len(PROMPTS))


@pytest.fixture(params=["llama", "gpt2"])
def setup(request, tmp_path, policy_folder, reward_folder, world):
    folders = policy_folder(request.param), reward_folder(request.param)
    return ppo_setup(tmp_path, *folders, world, **ON_THE_TRUNK)


def update_of(setup):
    rollouts = setup.rollouts()
    aims = targets(rollouts, setup.settings, setup.world)
    return PpoUpdate(setup.networks, setup.settings, rollouts, aims), UpdateTally()


def weights_of(engine):
    return {name: weight.detach().clone() for name, weight in engine.trained.items()}


def changed(engine, before):
    return {
        name for name, weight in engine.trained.items() if not torch.equal(weight, before[name])
    }


def test_without_adapters_the_choice_is_refused_by_name():
    with pytest.raises(HyperparameterError) as refused:
        parse("ppo", {"value_network": "policy_trunk"})

    assert refused.value.field == "value_network"
    assert "lora_rank" in refused.value.message
    assert parse("ppo", ON_THE_TRUNK).value_network == "policy_trunk"


def test_it_starts_at_zero_beside_a_policy_that_is_its_own_reference(setup):
    """P12, P5, R66: V = 0 everywhere, divergence 0, and one trunk for the three of them."""
    rollouts = setup.rollouts()
    networks = setup.networks

    assert not rollouts.value_BR.any()
    torch.testing.assert_close(rollouts.logprob_BR, rollouts.reference_logprob_BR)
    assert networks.reference is None
    assert networks.value_model.policy is networks.policy_model
    frozen = {id(p) for name, p in networks.policy_model.named_parameters() if "lora_" not in name}
    trained = [*networks.policy.trained.values(), *networks.value.trained.values()]
    assert not frozen & set(map(id, trained))
    assert len(set(map(id, trained))) == len(trained)


def test_each_step_moves_its_own_adapters_and_no_others(setup):
    """R66: neither gradient reaches the other's weights, whichever comes first."""
    update, tally = update_of(setup)
    policy, value = setup.networks.policy, setup.networks.value
    policy_before, value_before = weights_of(policy), weights_of(value)

    update.value_step(EVERYTHING, tally)
    assert changed(policy, policy_before) == set()
    # Behind a head of zeros no adapter has a gradient; from the second step on all have.
    assert changed(value, value_before) == {"head.weight", "head.bias"}
    value_after = weights_of(value)
    update.policy_step(EVERYTHING, [], tally)
    assert changed(value, value_after) == set()
    assert changed(policy, policy_before)
    update.value_step(EVERYTHING, tally)
    moved = changed(value, value_after)
    assert {"head.weight", "head.bias"} < moved
    assert all(".value." in name for name in moved - {"head.weight", "head.bias"})
    assert tally.ratios[0] == pytest.approx(1.0, abs=1e-4)


def test_the_policy_computes_as_if_nobody_shared_its_trunk(setup, tmp_path, policy_folder):
    """The value network's adapters leave no trace in the policy's answers."""
    token_BT = torch.tensor([PROMPTS[2]])
    update, tally = update_of(setup)
    with torch.no_grad():
        before = setup.networks.policy_model(token_BT).logits
    for _ in range(3):
        update.value_step(EVERYTHING, tally)

    with torch.no_grad():
        after = setup.networks.policy_model(token_BT).logits

    assert torch.equal(before, after)
    assert tally.value[-1].losses["value"] < tally.value[0].losses["value"]


def test_a_run_is_resumed_to_the_bit_and_publishes_networks_of_their_own(ppo_jobs, policy_folder):
    """P21, R73, R74: both sets of adapters and the head are stored; what is published has none."""
    settings = ON_THE_TRUNK | {"episodes": 24, "learning_rate": 1e-2, "value_learning_rate": 1e-2}
    through, code = ppo_jobs.run("through", **settings)
    halved, paused_code = ppo_jobs.run("halved", stopping_after(3), **settings)
    (halved / "stop").unlink()
    torch.manual_seed(987)
    _, resumed_code = ppo_jobs.run("halved", **settings)

    assert (code, paused_code, resumed_code) == (0, EXIT_STOPPED, 0)
    assert result_of(halved)["resumed_from_step"] == 3
    for model in ("model", "raw_policy", "value_model"):
        assert weights(halved, model) == weights(through, model)
        stored = load_file(through / "output" / model / "model.safetensors")
        assert not [name for name in stored if "lora_" in name]
    figures = [[computed(row["metrics"]) for row in progress_of(run)] for run in (through, halved)]
    assert figures[0] == figures[1]
    # The policy has moved from its start, and the published critic has learned something.
    start, end = load_policy(policy_folder()), load_policy(through / "output" / "raw_policy")
    ids = torch.tensor([PROMPTS[2]])
    assert (start(ids).logits - end(ids).logits).abs().max() > 1e-4
    assert load_reward_model(through / "output" / "value_model").head.weight.any()


def test_the_published_value_network_says_what_the_trained_one_says(setup):
    """P12: the adapters merged in, for whoever loads a sequence classifier."""
    update, tally = update_of(setup)
    for _ in range(3):
        update.value_step(EVERYTHING, tally)
    ids = torch.tensor([PROMPTS[2]])
    seen = ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None]
    value = setup.networks.value_model

    with torch.no_grad():
        expected, found = value(*seen), value.as_reward_model()(*seen)

    assert expected.abs().max() > 1e-4
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
