"""Reading how the comparisons that are judged again and again are judged, week by week (R44)."""

from typing import Final

import numpy as np

from labeling.agreement.drift import Period, anchor_drift
from labeling.agreement.judgments import IntArray, PairJudgments
from labeling.errors import NotAccessible
from labeling.models import Project
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import RankingRows, ranking_rows

# The newest rankings of calibration tasks; older ones say little about how labelers judge now.
NUM_RANKINGS: Final = 20_000


def drift_of_anchors(selection: Selection) -> list[Period]:
    """By week, how often the side was preferred that an anchor's judgments of all weeks prefer.

    Anchors are the pairs of calibration tasks, which go to several labelers over time. Three
    queries. Raises: NotAccessible when there is no such project.
    """
    if (
        selection.project_id is not None
        and not Project.objects.filter(pk=selection.project_id).exists()
    ):
        raise NotAccessible
    rankings = selection.rankings().filter(task__is_calibration=True)
    newest = rankings.order_by("-submitted_at", "-pk").values("pk")[:NUM_RANKINGS]
    rows = ranking_rows(rankings.filter(pk__in=newest))
    judgments = rows.items.pair_judgments()
    if not len(judgments.pair):
        return []
    return anchor_drift(judgments, period=_weeks(rows, judgments))


def _weeks(rows: RankingRows, judgments: PairJudgments) -> IntArray:
    """The Monday of each judgment, as a day of the calendar: that of its labeler's last ranking."""
    span = int(rows.items.labeler.max()) + 1
    # Rankings come in the order of submission, so that the last of each key is the newest.
    keys = rows.items.prompt[rows.items.task] * span + rows.items.labeler
    week_of = dict(zip(keys.tolist(), rows.mondays.tolist(), strict=True))
    wanted = judgments.prompt[judgments.pair] * span + judgments.labeler
    return np.array([week_of[key] for key in wanted.tolist()], dtype=np.int64)
