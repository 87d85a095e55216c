"""What PPO runs with unless told otherwise, and what it refuses."""

import pytest

from training.ml.hyperparameter_fields import HyperparameterError
from training.ml.hyperparameters import parse, warnings


def test_the_defaults_are_those_of_the_paper():
    """R68."""
    settings = parse("ppo", {})

    paper = {
        "episodes": 256_000,
        "batch_size": 512,
        "minibatch_size": 64,
        "inner_epochs": 1,
        "clip_range": 0.2,
        "temperature": 1.0,
        "discount": 1.0,
        "gae_lambda": 0.95,
        "ema_decay": 0.992,
        "kl_coef": 0.02,
        "learning_rate_schedule": "constant",
        "warmup_iterations": 10,
        "value_learning_rate": 9e-6,
        "max_response_tokens": 1024,
        "ptx_examples_per_episode": 8,
    }
    assert {name: vars(settings)[name] for name in paper} == paper


def test_adam_divides_by_a_hundred_thousandth_more():
    """P14: an epsilon of 1e-8 lets weights with hardly a gradient move by the whole rate."""
    for stage in ("ppo", "reward_model"):
        assert parse(stage, {}).adam_epsilon == 1e-5


def test_the_defaults_come_to_500_iterations_and_4000_updates():
    """R69: 256,000 / 512, and 512 / 64 updates each."""
    settings = parse("ppo", {})

    assert (settings.iterations, settings.updates) == (500, 4000)


def test_inner_epochs_multiply_the_updates_but_not_the_iterations():
    """R69."""
    given = {"episodes": 24, "batch_size": 8, "minibatch_size": 2, "inner_epochs": 3}
    settings = parse("ppo", given)

    assert (settings.iterations, settings.updates) == (3, 36)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"batch_size": 512, "minibatch_size": 60}, "minibatch_size"),
        ({"batch_size": 512, "episodes": 1000}, "episodes"),
    ],
)
def test_sizes_that_do_not_divide_are_refused_by_name(given, field):
    """R69."""
    with pytest.raises(HyperparameterError) as refused:
        parse("ppo", given)

    assert refused.value.field == field


def test_the_pretraining_weight_is_not_the_discount():
    """R71: the paper calls both gamma."""
    settings = parse("ppo", {"ptx_coef": 27.8, "ptx_reduction": "sequence_sum"})

    assert (settings.ptx_coef, settings.discount) == (27.8, 1.0)
    assert settings.ptx_reduction == "sequence_sum"
    with pytest.raises(HyperparameterError):
        parse("ppo", {"ptx_reduction": "mean"})


def test_a_high_rate_without_a_pretraining_mix_is_warned_of():
    """R72: above 8.05e-6 every run of the paper's sweep diverged."""
    fast = {"learning_rate": 8.06e-6}

    assert any("E.9" in warning for warning in warnings("ppo", parse("ppo", fast)))
    for harmless in ({"learning_rate": 8.05e-6}, fast | {"ptx_coef": 27.8}, {}):
        assert not any("E.9" in warning for warning in warnings("ppo", parse("ppo", harmless)))


def test_an_average_that_hardly_moves_in_a_short_run_is_warned_of():
    """R73: 0.992^20 = 0.85 of the starting weights would be exported."""
    short = {"episodes": 20 * 512}

    found = warnings("ppo", parse("ppo", short))

    assert any("85%" in warning for warning in found)
    assert not warnings("ppo", parse("ppo", short | {"ema_decay": 0.0}))
