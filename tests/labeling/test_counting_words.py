"""Sentences that count one of something read as well as those that count many."""

import numpy as np
import pytest

from labeling.agreement.drift import trend
from labeling.agreement.intervals import too_few_prompts
from labeling.counting_words import are, count_of


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 prompts"), (1, "1 prompt"), (1_204, "1,204 prompts")]
)
def test_a_count_has_the_number_of_its_noun(number: int, said: str) -> None:
    assert count_of(number, "prompt") == said
    assert are(number) == ("is" if number == 1 else "are")


def test_a_noun_of_its_own_plural_has_it() -> None:
    assert (count_of(1, "person", "people"), count_of(2, "person", "people")) == (
        "1 person",
        "2 people",
    )


def test_reasons_that_count_one_are_sentences() -> None:
    """R42: why a figure, or its interval, is not there."""
    assert too_few_prompts(1) == "An interval needs at least 5 prompts; here is 1."
    assert too_few_prompts(4) == "An interval needs at least 5 prompts; here are 4."
    one, most = (np.array([number]) for number in (1.0, 19.0))
    (first,) = trend(one, one, period=np.array([1]))
    (last,) = trend(most, most, period=np.array([1]))
    assert first.reason_undefined == "Only 1 comparison; 19 more are needed."
    assert last.reason_undefined == "Only 19 comparisons; 1 more is needed."
