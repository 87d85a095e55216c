"""The committed figures are those of the committed numbers."""

import json
import re
from pathlib import Path

import pytest

from experiments import ppo, ptx
from experiments.drawings import DRAWINGS
from experiments.tables import TABLES

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
KNOWN = json.loads((RESULTS / "known-truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page():
    return (RESULTS / "known-truth.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_page_prints_the_tables_of_the_stored_numbers(page, name):
    for make_table in TABLES[name]:
        printed = make_table(KNOWN[name])

        assert printed in page, printed


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_page_shows_the_figure_of_the_stored_numbers(page, name):
    """`python -m experiments draw --results benchmarks/results` draws them again."""
    figure = f"known-truth-{name}.svg"

    assert figure in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page)
    assert (RESULTS / figure).read_text(encoding="utf-8") == DRAWINGS[name](KNOWN[name])
    assert (RESULTS / figure).stat().st_size < 100_000


def test_the_reward_model_is_as_sure_as_it_is_right():
    """RM12: with the most rankings the calibration error stays below 0.03 for every seed."""
    runs = KNOWN["reward-model"]["runs"]
    largest = max(run["num_prompts"] for run in runs)
    errors = [run["calibration_error"] for run in runs if run["num_prompts"] == largest]

    assert len(errors) == 5
    assert max(errors) < 0.03


def test_ppo_raises_the_true_preference_in_eight_of_eight_seeds():
    """Every seed's interval lies above zero, and no control's does."""
    runs = KNOWN["ppo"]["runs"]
    learning = [run["gain"]["low"] for run in runs if run["arm"] == ppo.LEARNING]
    controls = [run["gain"]["low"] for run in runs if run["arm"] in (ppo.COIN, ppo.STANDING_STILL)]

    assert len(learning) == 8
    assert min(learning) > 0
    assert len(controls) == 5
    assert max(controls) <= 0


def test_the_pretraining_mix_keeps_the_language_model_loss_where_plain_ppo_lets_it_rise():
    """The change of the held-out loss, seed by seed."""
    changes = {
        arm: [
            run["looks"]["lm_loss"][-1] - run["looks"]["lm_loss"][0]
            for run in KNOWN["ptx"]["runs"]
            if run["arm"] == arm
        ]
        for arm in (ptx.PLAIN, ptx.MIXED)
    }

    assert len(changes[ptx.PLAIN]) == len(changes[ptx.MIXED]) == 4
    assert min(changes[ptx.PLAIN]) > 0.05
    assert max(map(abs, changes[ptx.MIXED])) < 0.03
