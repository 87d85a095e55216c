"""How often an interval holds the figure of very many prompts, where there are few (R37, R42)."""

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.intervals import MINIMUM_PROMPTS, SHARE, Figure, tail_of, widened
from labeling.agreement.win_rates import means_by_prompt

JUDGMENTS_OF_PROMPT = 6
NUM_STUDIES = 600


def studies(share: float, num_prompts: int) -> list[Figure]:
    """Each of new prompts. Those differ: the chance of yes is drawn for each, its deviation being
    0.45 sqrt(share (1 - share)); all six judgments of a prompt have that chance."""
    draw = np.random.default_rng(num_prompts)
    chances = draw.beta(4 * share, 4 * (1 - share), size=(NUM_STUDIES, num_prompts))
    yes = draw.binomial(JUDGMENTS_OF_PROMPT, chances) / JUDGMENTS_OF_PROMPT
    said = {n: list(enumerate(row)) for n, row in enumerate(yes.tolist())}
    found = means_by_prompt(said, ends=lambda _: SHARE, when_undefined=str)
    return list(found.values())


def test_few_prompts_widen_an_interval_by_students_t() -> None:
    """Of 5 prompts sqrt(5/4) * 2.7764 / 1.96 = 1.584, and 0.00095 of the resamples on each side;
    of very many 1 and 0.025."""
    assert widened(5) == pytest.approx(np.sqrt(5 / 4) * 2.7764 / 1.959964, abs=5e-5)
    assert tail_of(5) == pytest.approx(stats.norm.sf(np.sqrt(5 / 4) * 2.7764), abs=5e-7)
    assert (widened(10**6), tail_of(10**6)) == pytest.approx((1, 0.025), abs=1e-5)


@pytest.mark.parametrize("share", [0.5, 0.75, 0.95])
@pytest.mark.parametrize("num_prompts", [MINIMUM_PROMPTS, 10])
def test_an_interval_of_95_percent_holds_the_share_as_often(share: float, num_prompts: int) -> None:
    """The plain percentiles held 83% at 5 prompts. What has no interval is left out; at 0.95 a
    good part has the exact bound, which holds more than it says."""
    found = [one for one in studies(share, num_prompts) if one.low is not None]

    held = np.mean([(one.low or 0) <= share <= (one.high or 0) for one in found])

    assert len(found) > 0.95 * NUM_STUDIES
    assert held >= 0.90
