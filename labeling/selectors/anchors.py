"""Reading how the comparisons that are judged again and again are judged, week by week (R44)."""

from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from labeling.agreement.drift import Period, anchor_drift, anchor_judgments
from labeling.errors import NotAccessible
from labeling.models import Project, Ranking
from labeling.selectors.agreement_rows import Counted
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranking_rows

# The newest rankings of calibration tasks; older ones say little about how labelers judge now.
NUM_RANKINGS: Final = 20_000


def drift_of_anchors(selection: Selection) -> list[Period]:
    """By week, how often the side was preferred that an anchor's judgments of all weeks prefer.

    Anchors are the pairs of calibration tasks, which go to several labelers over time. Three
    queries. Raises: NotAccessible when there is no such project.
    """
    rankings = _of_calibration(selection)
    newest = rankings.order_by("-submitted_at", "-pk").values("pk")[:NUM_RANKINGS]
    rows = ranking_rows(rankings.filter(pk__in=newest))
    judgments, ranking = rows.items.pair_judgments_of_rankings()
    if not len(judgments.pair):
        return []
    return anchor_drift(judgments, period=rows.mondays[ranking], ranking=ranking)


def drift_behind(selection: Selection, *, monday: int | None = None) -> dict[UUID, Counted]:
    """Of the same rankings those with a judgment of an anchor, of one week or of all.

    ``monday`` is the first day of the week, as a day of the calendar; the part is the judgments for
    the better side, a tie being a half. Four queries. Raises: NotAccessible.
    """
    newest = _of_calibration(selection).order_by("-submitted_at", "-pk")
    chosen = Ranking.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[:NUM_RANKINGS]))
    # As their rows are numbered.
    ids = list(chosen.order_by("submitted_at", "pk").values_list("pk", flat=True))
    rows = ranking_rows(chosen)
    judgments, ranking = rows.items.pair_judgments_of_rankings()
    if not len(judgments.pair):
        return {}
    week = rows.mondays[ranking]
    found = anchor_judgments(judgments, period=week, ranking=ranking)
    kept = np.ones(len(found.judgment), dtype=np.bool_)
    if monday is not None:
        kept = week[found.judgment] == monday
    of_ranking = ranking[found.judgment[kept]]
    part = np.bincount(of_ranking, found.towards[kept], minlength=len(ids))
    whole = np.bincount(of_ranking, minlength=len(ids))
    return {
        ids[row]: Counted(float(part[row]), int(whole[row]))
        for row in np.unique(of_ranking).tolist()
    }


def _of_calibration(selection: Selection) -> QuerySet[Ranking]:
    if (
        selection.project_id is not None
        and not Project.objects.filter(pk=selection.project_id).exists()
    ):
        raise NotAccessible
    return selection.rankings().filter(task__is_calibration=True)
