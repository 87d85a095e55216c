"""Learning rates and the price of divergence over a run."""

import pytest

from training.ml.schedules import Schedule, adapted_kl_coef


def test_the_warm_up_climbs_from_a_tenth_and_then_stays():
    """R68: 10 iterations of 8 updates from 10 %, then constant."""
    schedule = Schedule("constant", 5e-6, 4000, warmup_steps=80, warmup_start=0.1)

    rates = [schedule.rate(step) / 5e-6 for step in (0, 40, 79, 80, 81, 3999)]

    # 0.1 + 0.9 * 40 / 80 = 0.55; 0.1 + 0.9 * 79 / 80 = 0.98875.
    assert rates == pytest.approx([0.1, 0.55, 0.98875, 1.0, 1.0, 1.0])


def test_a_linear_schedule_ends_at_its_fraction():
    schedule = Schedule("linear", 2.0, 5, final_fraction=0.5)

    assert [schedule.rate(step) for step in range(5)] == pytest.approx([2, 1.75, 1.5, 1.25, 1.0])


def test_a_cosine_schedule_is_half_way_down_in_the_middle():
    schedule = Schedule("cosine", 2.0, 7, warmup_steps=2, final_fraction=0.1)

    assert schedule.rate(0) == 0.0
    assert schedule.rate(2) == pytest.approx(2.0)
    # 0.1 + 0.9 * 0.5 of the peak.
    assert schedule.rate(4) == pytest.approx(1.1)
    assert schedule.rate(6) == pytest.approx(0.2)


def test_a_run_that_is_all_warm_up_never_divides_by_zero():
    schedule = Schedule("cosine", 1.0, 2, warmup_steps=2, warmup_start=0.1, final_fraction=0.1)

    assert schedule.rate(1) == pytest.approx(0.55)
    assert schedule.rate(2) == pytest.approx(1.0)


def test_the_price_of_divergence_follows_the_target_slowly():
    """P15: 512 of 10,000 episodes let a clipped error of 0.2 move it by 1.024 %."""
    after = {
        kl: adapted_kl_coef(0.02, kl, target=6.0, num_episodes=512, horizon=10_000)
        for kl in (0.0, 5.4, 6.0, 6.6, 60.0)
    }

    # 5.4 is a tenth below the target: 0.02 * (1 - 0.1 * 0.0512).
    assert after[5.4] == pytest.approx(0.0198976)
    assert after[6.0] == 0.02
    assert after[60.0] == pytest.approx(0.02 * 1.01024)
    assert after[0.0] == pytest.approx(0.02 * 0.98976)
    assert list(after.values()) == sorted(after.values())


def test_without_a_target_the_price_stays():
    """P15: the paper's fixed coefficient."""
    assert adapted_kl_coef(0.02, 50.0, target=0.0, num_episodes=512, horizon=1) == 0.02
