"""Reading the rankings that a fact about labelers counts, each with its part in the fact."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
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
from labeling.selectors.moments import kept_while
from labeling.selectors.sealed_work import Scope, sealed_work

CountedRankings = dict[UUID, Counted]
# Bounds the memory: so many rankings, and the rest of their last prompt, are compared at once.
RANKINGS_AT_ONCE: Final = 20_000
# All rankings of a labeler, which are many, from the first page of them to the last.
NUM_KEPT: Final = 2
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


@kept_while(lambda: None, most=NUM_KEPT)
def _agreement_with_others(selection: Selection, labeler_id: int | None) -> CountedRankings:
    """Of the prompts that were counted with the labeler, as they stood when they were counted.

    All of them, as the figure is, and so kept.
    """
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
    found: CountedRankings = {}
    for ids in _blocks(rankings):
        found |= _comparisons_of(ids, labeler_id)
    return found


def _blocks(rankings: QuerySet[Ranking]) -> Iterator[list[UUID]]:
    """Those of whole prompts, for nobody is compared beyond one; each by submission. One query."""
    subject = ("task__project_id", "task__prompt_id")
    rows = rankings.order_by(*subject).values_list(*subject, "submitted_at", "pk")
    block: list[tuple[datetime, UUID]] = []
    for _, of_subject in groupby(rows, key=itemgetter(0, 1)):
        block += [(submitted_at, pk) for *_, submitted_at, pk in of_subject]
        if len(block) >= RANKINGS_AT_ONCE:
            yield [pk for _, pk in sorted(block)]
            block = []
    if block:
        yield [pk for _, pk in sorted(block)]


def _comparisons_of(ids: Sequence[UUID], labeler_id: int | None) -> CountedRankings:
    """``ids`` as their rows are numbered: by submission. Two queries."""
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
