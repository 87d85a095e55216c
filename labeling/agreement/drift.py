"""Whether something moves over time: a figure by period with the band chance alone would keep to.

Anchors are comparisons that are judged again and again. Because the texts stay, a change in how
they are judged is a change in the judges (R44).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.habits import NORMAL_95
from labeling.agreement.intervals import MINIMUM_COMPARISONS
from labeling.agreement.judgments import FloatArray, IntArray, PairJudgments
from labeling.agreement.sums import add_up
from labeling.counting_words import are, count_of

# An anchor was judged in at least this many periods: before that there is nothing to compare.
MINIMUM_PERIODS: Final = 2
TINY: Final = 1e-12
TREND_DEFINITION: Final = (
    "The figure of each period beside a band around the figure of all periods together: where "
    "nothing changes, a period of its size falls into the band in 95% of cases. Each prompt is "
    "one draw."
)
DRIFT_DEFINITION: Final = (
    "How often, in each period, the side was preferred that an anchor's judgments of all periods "
    "prefer; a tie counts one half. The band is what those very anchors would give if every "
    "period judged as all together: 95% of periods fall into it. The pairs of one ranking hang "
    "together, so its band is as wide as whole rankings scatter. A period outside it is a sign "
    "that labelers judge otherwise than before."
)


@dataclass(frozen=True)
class Period:
    """One period; ``low`` to ``high`` is the band around ``expected``, and all are None where the
    period is too small, with the reason."""

    period: int
    num_counted: int
    value: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    reason_undefined: str | None = None

    @property
    def is_outside(self) -> bool:
        """Whether chance alone would leave the period where it is in fewer than 5% of cases."""
        if self.value is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.value <= self.high


def trend(part: FloatArray, whole: FloatArray, *, period: IntArray) -> list[Period]:
    """A quotient of sums by period, with its control band.

    The band's width comes from how much the draws of all periods scatter, so that comparisons of
    one prompt, which hang together, do not narrow it.
    Shapes: one entry per draw (a prompt within a period); a draw whose whole is 0 says nothing.
    """
    says = whole > 0
    part, whole, period = part[says], whole[says], period[says]
    if not len(part):
        return []
    overall = float(part.sum() / whole.sum())
    # The variance of a draw's residual for each unit of its whole, as if proportional to it.
    scatter = float(((part - overall * whole) ** 2).sum() / whole.sum())
    periods, place = np.unique(period, return_inverse=True)
    parts = add_up(part, by=place, groups=len(periods))
    wholes = add_up(whole, by=place, groups=len(periods))
    return [
        _point(int(name), parts[n], wholes[n], overall, np.sqrt(scatter / wholes[n]))
        for n, name in enumerate(periods)
    ]


@dataclass(frozen=True, eq=False)
class AnchorJudgments:
    """The judgments of anchors, of all that there are.

    ``towards`` is 1 where the side was preferred that all judgments of the anchor prefer, a half
    for a tie; ``expected`` is its mean over the anchor, and ``variance`` what one judgment adds to
    the variance of its period's sum. Shapes: all alike; ``judgment`` holds indices into the
    judgments.
    """

    judgment: IntArray
    towards: FloatArray
    expected: FloatArray
    variance: FloatArray


def anchor_judgments(
    judgments: PairJudgments, *, period: IntArray, ranking: IntArray
) -> AnchorJudgments:
    """Of pairs judged in several periods. Shapes: period and ranking, one entry per judgment."""
    points = (judgments.sign + 1) / 2
    pairs, pair = np.unique(judgments.pair, return_inverse=True)
    (seen, _), of_period, in_period = np.unique(
        np.stack([pair, period]), axis=1, return_inverse=True, return_counts=True
    )
    is_anchor = np.bincount(seen, minlength=len(pairs)) >= MINIMUM_PERIODS
    judged = np.bincount(pair, minlength=len(pairs))
    share = add_up(points, by=pair, groups=len(pairs)) / np.maximum(judged, 1)
    # Towards the preferred side; an anchor that divides them evenly cannot drift either way.
    is_anchor &= share != 0.5
    rows = np.flatnonzero(is_anchor[pair])
    towards = np.where(share[pair[rows]] > 0.5, points[rows], 1 - points[rows])
    expected = np.maximum(share, 1 - share)[pair[rows]]
    variance_of_pair = add_up((points - share[pair]) ** 2, by=pair, groups=len(pairs)) / np.maximum(
        judged - 1, 1
    )
    # A period's judgments are a part of the mean that they are compared with.
    apart = 1 - in_period[of_period.ravel()[rows]] / judged[pair[rows]]
    variance = variance_of_pair[pair[rows]] * apart * _together(towards - expected, ranking[rows])
    return AnchorJudgments(rows, towards, expected, variance)


def _together(residual: FloatArray, ranking: IntArray) -> FloatArray:
    """How many times the variance of a ranking's sum is that of as many judgments by themselves.

    The pairs of one ranking share a moment, a labeler and each completion with others of them. One
    number for all rankings with as many judgments of anchors; 1 where each has a single one.
    Shapes: all alike.
    """
    _, of_ranking, judged = np.unique(ranking, return_inverse=True, return_counts=True)
    sums = np.bincount(of_ranking, residual, minlength=len(judged))
    alone = np.bincount(of_ranking, residual**2, minlength=len(judged))
    of_size = np.bincount(judged, sums**2) / np.maximum(np.bincount(judged, alone), TINY)
    times: FloatArray = np.maximum(of_size, 1)[judged[of_ranking]]
    return times


def anchor_drift(judgments: PairJudgments, *, period: IntArray, ranking: IntArray) -> list[Period]:
    """How often the preferred side of the anchors was preferred, by period. Shapes: period and
    ranking, one entry per judgment."""
    found = anchor_judgments(judgments, period=period, ranking=ranking)
    periods, place = np.unique(period[found.judgment], return_inverse=True)
    points = []
    for n, name in enumerate(periods):
        mine = place == n
        num_judged = float(mine.sum())
        spread = float(np.sqrt(found.variance[mine].sum()) / num_judged)
        centre = float(found.expected[mine].mean())
        part = float(found.towards[mine].sum())
        points.append(_point(int(name), part, num_judged, centre, spread))
    return points


def _point(period: int, part: float, whole: float, centre: float, spread: float) -> Period:
    num_counted = round(whole)
    if num_counted < MINIMUM_COMPARISONS:
        missing = MINIMUM_COMPARISONS - num_counted
        only = f"Only {count_of(num_counted, 'comparison')}"
        reason = f"{only}; {missing} more {are(missing)} needed."
        return Period(period, num_counted, None, reason_undefined=reason)
    reach = NORMAL_95 * float(spread)
    return Period(
        period=period,
        num_counted=num_counted,
        value=float(part / whole),
        expected=centre,
        low=max(0.0, centre - reach),
        high=min(1.0, centre + reach),
    )
