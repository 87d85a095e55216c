"""When an iteration may learn from its answers, by the figures alone (R74, P20)."""

import pytest

from training.ml.errors import KlCeilingExceeded, NonFinite, SamplerMismatch
from training.ml.hyperparameters import parse
from training.ml.ppo_guards import cut_answers_warnings, fault_of

SETTINGS = parse("ppo", {"kl_ceiling": 20.0})
HEALTHY = {"kl": 19.9, "sampler_gap": 0.09, "sampler_probability_gap": 0.009, "score": 1.0}


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        ({}, None),
        ({"kl": 20.1}, KlCeilingExceeded),
        ({"kl": float("nan")}, NonFinite),
        ({"score": float("inf")}, NonFinite),
        ({"sampler_probability_gap": 0.011}, SamplerMismatch),
        # Every token unlikely: far off in nats, hardly in probability.
        ({"sampler_probability_gap": 0.001, "sampler_gap": 0.11}, SamplerMismatch),
        ({"kl": 20.1, "sampler_gap": 0.11}, SamplerMismatch),
    ],
)
def test_what_ends_a_run_before_it_learns_from_such_answers(figures, fault):
    """R74, P20: a mismatch comes before the divergence that it falsifies."""
    found = fault_of(HEALTHY | figures, SETTINGS)

    assert type(found) is (fault or type(None))


def test_at_limit_one_no_gap_ends_a_run():
    """P20."""
    never = parse("ppo", {"sampler_gap_limit": 1.0})

    assert fault_of(HEALTHY | {"sampler_probability_gap": 0.9, "sampler_gap": 9.0}, never) is None


@pytest.mark.parametrize(
    ("before", "now", "batch_size", "is_said"),
    [
        (0.95, 0.60, 512, True),
        (0.95, 0.90, 512, False),
        (0.60, 0.95, 512, False),
        # A batch of sixteen falls so far by chance: 3 sqrt(2 * 0.69 * 0.31 / 16) is 0.49.
        (0.90, 0.48, 16, False),
        (1.00, 0.25, 16, True),
    ],
)
def test_answers_that_no_longer_end_are_told_beyond_what_chance_makes_of_a_batch(
    before, now, batch_size, is_said
):
    """P8: nothing else says that the score is more and more one of unfinished answers."""
    settings = parse("ppo", {"batch_size": batch_size, "minibatch_size": batch_size,
                             "episodes": 10_240})  # fmt: skip
    metrics = {"eos_share": now, "episodes": 3 * batch_size}

    said = cut_answers_warnings({"eos_share": before}, metrics, settings)

    assert len(said) == is_said
    assert all(f"to {now:.0%} in iteration 3" in text for text in said)


def test_what_is_advised_is_what_is_not_done_yet():
    metrics, first = {"eos_share": 0.2, "episodes": 512}, {"eos_share": 1.0}
    (plain,) = cut_answers_warnings(first, metrics, parse("ppo", {}))
    (charged,) = cut_answers_warnings(first, metrics, parse("ppo", {"missing_eos": "subtract"}))

    assert "charge for it with missing_eos" in plain
    assert "raise missing_eos_penalty" in charged
