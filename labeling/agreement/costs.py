"""What one pair, or one demonstration, takes: minutes over what they made, with an interval."""

from typing import Final

import numpy as np

from labeling.agreement.alpha import Quotient
from labeling.agreement.intervals import Figure, Size, estimate, resample
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.agreement.sums import add_up

# More prompts than this are put into so many groups by their number, and groups are resampled.
NUM_CLUSTERS: Final = 1_000


def minutes_each(
    minutes: FloatArray, number: FloatArray, *, prompt: IntArray, when_undefined: str
) -> Figure:
    """All minutes over all that they made; whole prompts are resampled.

    Time that made nothing counts. Shapes: all alike, one entry per prompt.
    """
    cluster = prompt % NUM_CLUSTERS if len(prompt) > NUM_CLUSTERS else prompt
    groups, place = np.unique(cluster, return_inverse=True)
    sums = np.stack([add_up(all_of, by=place, groups=len(groups)) for all_of in (minutes, number)])
    num_made = round(float(number.sum()))
    return estimate(
        (minutes.sum(), number.sum()),
        resamples=lambda: _quotient(resample(sums.T)),
        size=Size(num_made, len(prompt), num_made),
        when_undefined=when_undefined,
        minimum_comparisons=1,
    )


def _quotient(sums: FloatArray) -> Quotient:
    return sums[:, 0], sums[:, 1]
