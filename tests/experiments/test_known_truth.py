"""The committed figures are those of the committed numbers."""

import json
import re
from pathlib import Path

import pytest

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
