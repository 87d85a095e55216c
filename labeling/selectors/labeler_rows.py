"""Reading the rankings that a fact about labelers counts, each with its part in the fact."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from labeling.agreement.people import strict_comparisons
from labeling.agreement.ratings import above_others_by_ranking
from labeling.agreement.report import MINIMUM_OVERLAP
from labeling.errors import NotAccessible
from labeling.models import LabelerMeeting, Project, Ranking
from labeling.selectors.agreement_counts import HAVE_ORDERED
from labeling.selectors.agreement_rows import Counted
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranking_rows
from labeling.selectors.labeler_quality import calibration_rankings
from labeling.selectors.sealed_work import Scope, sealed_work

CountedRankings = dict[UUID, Counted]
# What each fact that is a habit is called among the sums.
SUMS_OF: Final = {
    "tie_share": "tie_share",
    "contradiction_share": "contradiction_share",
    "position_preference": "first_is_best",
    "length_preference": "length_preference",
    "self_consistency": "self_consistency",
    "flag_share": "flag_share",
    "none_acceptable_share": "none_acceptable_share",
}


def rankings_of_fact(selection: Selection, *, fact: str, labeler_id: int | None) -> CountedRankings:
    """The rankings that a fact about one labeler, or about all together, counts.

    Five queries at most, whatever the size. Precondition: of what is told of each labeler beside
    the others, a labeler is named. Raises: NotAccessible when there is no such project.
    """
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    # What chooses within a prompt chooses nothing among the facts.
    whole = replace(selection, min_overlap=MINIMUM_OVERLAP, sources=None)
    return FACTS_OF_RANKINGS[fact](whole, labeler_id)


def _habit(selection: Selection, labeler_id: int | None, *, habit: str) -> CountedRankings:
    answers = sealed_work(Scope(selection))
    sums = answers.sums[habit]
    says = sums.whole > 0
    if labeler_id is not None:
        says &= answers.rankings.labeler == labeler_id
    return {
        answers.rankings.id_of(row): Counted(float(sums.part[row]), float(sums.whole[row]))
        for row in np.flatnonzero(says).tolist()
    }


def _seconds_shown(selection: Selection, labeler_id: int | None) -> CountedRankings:
    answers = sealed_work(Scope(selection))
    timed = answers.items.of(~np.isnan(answers.items.seconds))
    if labeler_id is not None:
        timed = timed.of(answers.rankings.labeler[timed.row] == labeler_id)
    seconds_of: dict[int, list[float]] = defaultdict(list)
    for row, seconds in zip(timed.row.tolist(), timed.seconds.tolist(), strict=True):
        seconds_of[row].append(seconds)
    return {
        answers.rankings.id_of(row): Counted(sum(seconds), len(seconds), tuple(seconds))
        for row, seconds in seconds_of.items()
    }


def _leniency(selection: Selection, labeler_id: int | None) -> CountedRankings:
    answers = sealed_work(Scope(selection))
    rows, sums, drawn = above_others_by_ranking(answers.ratings)
    return {
        answers.rankings.id_of(rows[n]): Counted(float(sums.part[n]), float(sums.whole[n]))
        for n in np.flatnonzero(drawn.labeler == labeler_id).tolist()
    }


def _agreement_with_others(selection: Selection, labeler_id: int | None) -> CountedRankings:
    """Of the prompts that were counted with the labeler, as they stood when they were counted."""
    met = LabelerMeeting.objects.filter(
        Q(a=labeler_id) | Q(b=labeler_id), HAVE_ORDERED, agreement=OuterRef("pk")
    )
    counted = selection.stored().filter(
        Exists(met),
        project=OuterRef("task__project"),
        prompt=OuterRef("task__prompt"),
        last_submitted_at__gte=OuterRef("submitted_at"),
    )
    # All else that is chosen, but for the people, is chosen of the prompts.
    people = Selection(pool=selection.pool, include_simulated=selection.include_simulated)
    return _comparisons(people.rankings().filter(Exists(counted)), labeler_id)


def _calibration(selection: Selection, labeler_id: int | None) -> CountedRankings:
    return _comparisons(calibration_rankings(selection), labeler_id)


def _comparisons(rankings: QuerySet[Ranking], labeler_id: int | None) -> CountedRankings:
    """The comparisons of each ranking with others, ties dropped; of all labelers together half of
    each belongs to either side of it.
    """
    # As their rows are numbered.
    ids = list(rankings.order_by("submitted_at", "pk").values_list("pk", flat=True))
    rows = ranking_rows(Ranking.objects.filter(pk__in=ids))
    judgments, ranking = rows.items.pair_judgments_of_rankings()
    wanted = np.ones(len(ranking), dtype=np.bool_)
    if labeler_id is not None:
        wanted = judgments.labeler == labeler_id
    judged, same, comparisons = strict_comparisons(judgments, wanted)
    share = 0.5 if labeler_id is None else 1.0
    part = np.bincount(ranking[judged], same * share, minlength=len(ids))
    whole = np.bincount(ranking[judged], comparisons * share, minlength=len(ids))
    return {
        ids[row]: Counted(float(part[row]), float(whole[row]))
        for row in np.flatnonzero(whole).tolist()
    }


# By the fact's key; those of gold and of researchers are the figures of the same name.
FACTS_OF_RANKINGS: Final[Mapping[str, Callable[[Selection, int | None], CountedRankings]]] = {
    **{fact: partial(_habit, habit=habit) for fact, habit in SUMS_OF.items()},
    "median_seconds_shown": _seconds_shown,
    "leniency": _leniency,
    "agreement_with_others": _agreement_with_others,
    "calibration_agreement": _calibration,
}
