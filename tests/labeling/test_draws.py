"""The draws of a cluster bootstrap: always the same, whether or not they are kept (R42)."""

import numpy as np
import pytest

from labeling.agreement import intervals
from labeling.agreement.intervals import NUM_RESAMPLES, SEED, resample, times_drawn


def plainly_drawn(num_prompts: int) -> list[np.ndarray]:
    generator = np.random.default_rng(SEED)
    draws = (generator.integers(num_prompts, size=num_prompts) for _ in range(NUM_RESAMPLES))
    return [np.bincount(draw, minlength=num_prompts) for draw in draws]


@pytest.mark.parametrize("num_prompts", [1, 2, 5, 255, 256, 1_000, 5_000])
def test_the_draws_are_those_of_the_seed_at_every_call(num_prompts: int) -> None:
    plain = plainly_drawn(num_prompts)

    for _ in range(2):
        np.testing.assert_array_equal(times_drawn(num_prompts), plain)


@pytest.mark.parametrize("num_kept", [0, 700])
def test_what_is_not_kept_is_drawn_alike(num_kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = np.random.default_rng(7).integers(0, 5, size=(700, 3)).astype(np.float64)
    monkeypatch.setattr(intervals, "PROMPTS_KEPT", num_kept)
    monkeypatch.setattr(intervals, "CHUNK_CELLS", 70_000)

    np.testing.assert_array_equal(resample(sums), np.array(plainly_drawn(700)) @ sums)


def test_a_byte_holds_how_often_any_prompt_is_drawn() -> None:
    assert all(drawn.max() < 255 for drawn in plainly_drawn(intervals.PROMPTS_KEPT))
