"""What counts as a gain, as a collapse, and as the best of n."""

import pytest

from experiments.jobs import Ended
from experiments.lab import Watched
from experiments.overoptimisation import expected_best
from experiments.ppo import collapse, outcome


def watched(tmp_path, last, *, ended="succeeded", truths=(0.5, 1.5)):
    """A run whose first look is truth 1, entropy 2; a prompt's truth is its place in `truths`."""
    first = {"iteration": 0, "is_exported": False, "truth": 1.0, "entropy": 2.0, "kl": 0.0}
    looks = [
        first | {"truths": [0.0, 2.0]},
        first | {"iteration": 4, "is_exported": True, **last, "truths": list(truths)},
    ]
    return Watched(Ended(tmp_path, {"outcome": ended, "reason": None}), looks)


def test_a_run_that_ends_where_it_should_has_not_collapsed(tmp_path):
    assert collapse(watched(tmp_path, {"truth": 1.1, "entropy": 0.21})) == []


@pytest.mark.parametrize(
    ("last", "ended", "named"),
    [
        ({"truth": 0.9, "entropy": 2.0}, "succeeded", "below the start"),
        ({"truth": 1.1, "entropy": 0.19}, "succeeded", "below a tenth"),
        ({"truth": 1.1, "entropy": 2.0}, "failed", "ceiling"),
    ],
)
def test_each_sign_of_a_collapse_is_named(tmp_path, last, ended, named):
    (sign,) = collapse(watched(tmp_path, last, ended=ended))

    assert named in sign


def test_a_gain_is_the_difference_on_the_same_prompts(tmp_path):
    """Truths 0 and 2 become 0.5 and 1.5: +0.5 and -0.5, so resampled means lie between those."""
    found = outcome(watched(tmp_path, {"truth": 1.0}), seed=1)

    assert found["gain"] == {"value": 0.0, "low": -0.5, "high": 0.5}
    # The exported average is no moment of the training.
    assert found["looks"]["iteration"] == [0]
    assert "truths" not in found["before"]


def test_the_best_of_two_is_the_mean_over_all_draws_of_two():
    """Proxies 1, 2, 3 with truths 10, 20, 0: the draws' favourites are 2, 3 and 3."""
    scored = [(3.0, 0.0), (1.0, 10.0), (2.0, 20.0)]

    assert expected_best(scored, 2) == pytest.approx((8 / 3, 20 / 3))
    assert expected_best(scored, 1) == pytest.approx((2.0, 10.0))
    assert expected_best(scored, 3) == pytest.approx((3.0, 0.0))
