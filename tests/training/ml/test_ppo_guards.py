"""When an iteration may learn from its answers, by the figures alone (R74, P20)."""

import pytest

from training.ml.errors import KlCeilingExceeded, NonFinite, SamplerMismatch
from training.ml.hyperparameters import parse
from training.ml.ppo_guards import fault_of

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
