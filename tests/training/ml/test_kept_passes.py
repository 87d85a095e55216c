"""Judging passes that are kept for the first update change its cost and not one bit of it."""

import pytest

from tests.training.ml.ppo_jobs import weights
from tests.training.ml.ppo_setup import PROMPTS, ppo_setup
from tests.training.ml.tiny import computed, progress_of
from training.ml.experience import targets
from training.ml.ppo_update import PpoUpdate, UpdateTally

# Two micro-batches and more of them: some passes are kept and others repeated.
FEW_TOKENS = 64
ONE_STEP = {"batch_size": 4, "minibatch_size": 4, "episodes": 12, "max_tokens_per_forward": 40}


class Counting:
    """How often a network was called."""

    def __init__(self, module):
        self.calls = 0
        module.register_forward_hook(self._count)

    def _count(self, *_arguments):
        self.calls += 1


@pytest.fixture
def make_setup(tmp_path, policy_folder, reward_folder, world):
    numbers = iter(range(10))

    def make(**changes):
        folders = policy_folder(), reward_folder()
        settings = {"max_tokens_per_forward": FEW_TOKENS} | changes
        return ppo_setup(tmp_path / str(next(numbers)), *folders, world, **settings)

    return make


def calls_of_one_step(setup):
    """Passes of policy and value network while judging, and all of them after one step."""
    policy, value = Counting(setup.networks.policy_model), Counting(setup.networks.value_model)
    rollouts = setup.rollouts()
    aims, tally = targets(rollouts, setup.settings, setup.world), UpdateTally()
    written = policy.calls
    update = PpoUpdate(setup.networks, setup.settings, rollouts, aims)
    update.policy_step(range(len(PROMPTS)), [], tally)
    update.value_step(range(len(PROMPTS)), tally)
    assert rollouts.policy_passes == rollouts.value_passes == {}
    return policy.calls - written, value.calls


def test_kept_passes_are_not_repeated(make_setup):
    """The step then calls neither network, or repeats what the budget had no room for."""
    policy_calls, value_calls = calls_of_one_step(make_setup())
    assert policy_calls > 1
    assert value_calls == 2 * policy_calls

    kept = calls_of_one_step(make_setup(max_tokens_kept=4096))
    value_alone = calls_of_one_step(make_setup(max_tokens_kept=100))

    assert kept == (0, policy_calls)
    assert value_alone[0] == policy_calls
    assert policy_calls < value_alone[1] < 2 * policy_calls


def test_with_several_minibatches_nothing_is_kept(make_setup):
    """Between judging an answer and learning from it the weights have moved."""
    setup = make_setup(minibatch_size=3, max_tokens_kept=4096)

    rollouts = setup.rollouts()

    assert rollouts.policy_passes == rollouts.value_passes == {}


def test_the_ratio_of_a_kept_pass_is_one_to_the_bit(make_setup):
    """P1."""
    setup = make_setup(max_tokens_kept=4096)
    rollouts = setup.rollouts()
    aims, tally = targets(rollouts, setup.settings, setup.world), UpdateTally()

    PpoUpdate(setup.networks, setup.settings, rollouts, aims).policy_step(
        range(len(PROMPTS)), [], tally
    )

    assert (tally.ratios[0], tally.approx_kls[0], tally.clip_fractions[0]) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("changes", [{}, {"lora_rank": 2, "inner_epochs": 2}])
@pytest.mark.parametrize("budget", [70, 4096])
def test_a_run_ends_with_the_same_bits_whatever_is_kept(ppo_jobs, budget, changes):
    """P1, R70: weights, average, value network, and every figure of every step."""
    plain, code = ppo_jobs.run("plain", **ONE_STEP, **changes)
    keeping, keeping_code = ppo_jobs.run("keeping", **ONE_STEP, **changes, max_tokens_kept=budget)

    assert (code, keeping_code) == (0, 0)
    for model in ("model", "raw_policy", "value_model"):
        assert weights(keeping, model) == weights(plain, model)
    figures = [[computed(row["metrics"]) for row in progress_of(run)] for run in (plain, keeping)]
    assert figures[0] == figures[1]


def test_a_value_network_that_learns_alone_lets_the_policys_passes_go(ppo_jobs):
    """P22: graphs that no step has used would be held through the next iteration."""
    settings = ONE_STEP | {"value_warmup_iterations": 2, "max_tokens_kept": 4096}
    plain, _ = ppo_jobs.run("plain", **settings | {"max_tokens_kept": 0})
    keeping, _ = ppo_jobs.run("keeping", **settings)

    for model in ("raw_policy", "value_model"):
        assert weights(keeping, model) == weights(plain, model)
