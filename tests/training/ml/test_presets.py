"""Presets: what the form offers is what the paper trained, and what a stage accepts (R56, R57)."""

import dataclasses
import itertools

import pytest

from training.ml.hyperparameters import STAGES, describe, parse
from training.ml.presets import PRESETS, geometric_round, presets_of

EVERY_PRESET = [
    pytest.param(stage, preset, id=preset.name)
    for stage, presets in PRESETS.items()
    for preset in presets
]


@pytest.mark.parametrize(("stage", "preset"), EVERY_PRESET)
def test_a_preset_and_every_value_of_its_sweeps_can_be_run(stage, preset):
    """R56, R75: and no value repeats a default, which the form would not show as a change."""
    defaults = {field.name: field.default for field in describe(stage)}

    assert all(defaults[name] != value for name, value in preset.values.items())
    for parameter, values in preset.sweeps.items():
        assert len(set(values)) == len(values) >= 2
        for value in values:
            parse(stage, {**preset.values, parameter: value})


def test_the_initial_policy_has_two_epochs_a_tenth_of_pretraining_text_and_five_rates():
    """R57: 5e-6 is the paper's 1.3B; what the preset does not name stays as in C.1."""
    [_, preset] = presets_of("sft")

    settings = dataclasses.asdict(parse("sft", preset.values))

    assert preset.name == "ppo_init"
    assert (settings["epochs"], settings["pretraining_share"]) == (2, 0.1)
    assert (settings["learning_rate"], settings["final_learning_rate_fraction"]) == (5e-6, 0.1)
    assert preset.sweeps["learning_rate"] == (1.581e-6, 2.812e-6, 5e-6, 8.891e-6, 1.581e-5)


def test_the_baseline_is_what_a_run_is_without_a_preset_and_sweeps_seven_rates():
    """R54, R56: round 9.65e-6 in equal ratios."""
    [preset, _] = presets_of("sft")
    rates = preset.sweeps["learning_rate"]

    assert preset.values == {}
    assert len(rates) == 7
    assert rates[3] == parse("sft", {}).learning_rate
    ratios = [after / before for before, after in itertools.pairwise(rates)]
    assert ratios == pytest.approx([10**0.25] * 6, rel=1e-3)


def test_the_policys_rates_span_the_papers_sweep_in_equal_ratios():
    """R75: from 2.55e-6 to 2.55e-5; beta with both of its ends."""
    [_, mixed] = presets_of("ppo")
    rates = mixed.sweeps["learning_rate"]

    assert (rates[0], rates[-1]) == (2.55e-6, 2.55e-5)
    ratios = [after / before for before, after in itertools.pairwise(rates)]
    assert ratios == pytest.approx([10**0.25] * 4, rel=1e-3)
    assert {0.0, 2.0} <= set(mixed.sweeps["kl_coef"])
    assert parse("ppo", mixed.values).ptx_coef == 27.8


def test_a_round_of_values_lies_evenly_about_its_middle():
    """R56: a quarter of a decade apart, to four digits."""
    assert geometric_round(1e-5, 5) == (3.162e-6, 5.623e-6, 1e-5, 1.778e-5, 3.162e-5)


def test_a_stage_that_the_paper_trains_in_one_way_has_no_presets():
    """R60: the reward model's defaults are the paper's."""
    assert [stage for stage in STAGES if presets_of(stage)] == ["sft", "ppo"]
